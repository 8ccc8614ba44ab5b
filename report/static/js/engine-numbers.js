// Special functions and quantiles for the engine in the page; `stats/numeric` in script.
const engineNumbers = (function () {
  "use strict";
  const { PI, abs, cos, exp, log, max, min, sqrt } = Math;
  const expit = (eta) => (eta > 0 ? 1 / (1 + exp(-eta)) : exp(eta) / (1 + exp(eta)));
  const logit = (p) => log(p / (1 - p));
  const sum = (values) => values.reduce((total, one) => total + one, 0);
  const range = (count, f) => Array.from({ length: count }, (_, i) => f(i));
  const clip = (value, low, high) => max(low, min(high, value));

  // Where a rising function, told as [value, slope], is 0: Newton's steps from x, kept in a bracket.
  function solve(f, x, low = -Infinity, high = Infinity) {
    for (let round = 0; round < 99; round++) {
      const [value, slope] = f(x), most = 1 + 2 * abs(x);
      if (value < 0) low = x;
      else high = x;
      let next = x - (slope > 0 ? clip(value / slope, -most, most) : value < 0 ? -most : most);
      if (abs(next - x) < 1e-11 * most) return next;
      if (next <= low || next >= high) next = 0.5 * (low + high);
      x = next;
    }
    return x;
  }

  function lgamma(z) {
    let product = 1;
    for (; z < 15; z++) product *= z;
    const s = 1 / (z * z), rest = (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s / 1188)))) / z;
    return (z - 0.5) * log(z) - z + 0.5 * log(2 * PI) + rest - log(product);
  }

  // The normal tail beyond u >= 0 over exp(-u^2 / 2): half of erfcx, by the midpoint rule and a residue.
  const NODES = range(14, (i) => (0.5 * i + 0.25) ** 2);
  function scaledTail(u) {
    const x = u * Math.SQRT1_2, square = x * x;
    const part = (x / PI / 2) * sum(NODES.map((node) => exp(-node) / (node + square)));
    return part + (x < 6.2 ? exp(square) / (1 + exp(4 * PI * x)) : 0);
  }
  function normalQuantile(p) {
    if (p > 0.5) return -normalQuantile(1 - p);
    const excess = (u, tail = scaledTail(u)) => [0.5 * u * u - log(tail / p), 1 / (tail * sqrt(2 * PI))];
    return -solve(excess, sqrt(max(0, -2 * log(2 * p))));
  }

  // Incomplete beta function at expit(t), by its continued fraction, and its slope by t.
  function beta(a, b, t) {
    const x = expit(t), slope = exp(a * log(x) + b * log(expit(-t)) + lgamma(a + b) - lgamma(a) - lgamma(b));
    if (x > (a + 1) / (a + b + 2)) return [1 - beta(b, a, -t)[0], slope];
    let c = Infinity, d = 1, f = 1;
    for (let i = 1, m = 0; i < 40000 && abs(c * d - 1) > 1e-16; i++) {
      const top = i % 2 ? -(a + m) * (a + b + m) : ++m * (b - m), term = (top * x) / ((a + i - 1) * (a + i));
      d = 1 / (1 + term * d);
      c = 1 + term / c;
      f *= c * d;
    }
    return [(slope * f) / a, slope];
  }
  // The logit of its quantile, by the logarithm of the distribution function, which is concave.
  const betaQuantile = (a, b, p) => solve((t) => {
    const [value, slope] = beta(a, b, t);
    return [log(value / p), slope / value];
  }, log(a / b));
  // Student's two-sided quantile, squared and over its degrees of freedom.
  const studentOdds = (level, df) => exp(-betaQuantile(df / 2, 0.5, 1 - level));

  function chiSquareTail(q, df) {
    let total = (df % 2 ? 2 * scaledTail(sqrt(q)) : 1) * exp(-q / 2);
    for (let a = 1 - (df % 2) / 2; q > 0 && a < df / 2; a++) total += exp(a * log(q / 2) - q / 2 - lgamma(a + 1));
    return min(1, total);
  }

  // Clopper and Pearson's, and Wilson's, interval of one proportion.
  function intervals(x, n, level) {
    const tail = (1 - level) / 2, z = -normalQuantile(tail), size = n + z * z;
    const middle = (x + (z * z) / 2) / size, half = (z / size) * sqrt((x * (n - x)) / n + (z * z) / 4);
    const ends = (low, high) => ({ lower: x > 0 ? low : 0, upper: x < n ? high : 1 });
    const exact = (events) => betaQuantile(events || 1, n - events + 1, tail);
    return { "clopper-pearson": ends(expit(exact(x)), expit(-exact(n - x))), wilson: ends(middle - half, middle + half) };
  }

  // Legendre polynomials at x up to a degree; nodes and weights of the Gauss-Legendre rule.
  function polynomials(x, degree) {
    const out = [1, x];
    for (let i = 1; i < degree; i++) out.push(((2 * i + 1) * x * out[i] - i * out[i - 1]) / (i + 1));
    return out;
  }
  const legendre = (count) => range(count, (i) => {
    let x = -cos((PI * (i + 0.75)) / (count + 0.5)), slope;
    for (let round = 0; round < 9; round++) {
      const p = polynomials(x, count);
      slope = (count * (p[count - 1] - x * p[count])) / (1 - x * x);
      x -= p[count] / slope;
    }
    return [x, 2 / ((1 - x * x) * slope * slope)];
  });

  return { chiSquareTail, clip, expit, intervals, legendre, logit, normalQuantile, polynomials, range, solve, studentOdds, sum };
})();
