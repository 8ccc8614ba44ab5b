// The engine in the page: what `poolprop.pool` answers by the binomial-normal model, from the same
// integrals (docs/recompute.md). Names are those of a result in pool.json.
const engine = (function () {
  "use strict";
  const { chiSquareTail, clip, expit, intervals, legendre, logit, normalQuantile, polynomials, range, solve, studentOdds, sum } = engineNumbers;
  const { COARSE, FAST, averagedLimits, derivatives, fit, height, needsBound, profileLimits, study } = engineModel;
  const { PI, abs, asinh, ceil, cos, cosh, exp, log, log1p, max, min, round, sin, sinh, sqrt } = Math;
  // Nodes of tau. What lies further below the top of a log density is left out: by the range, and within.
  const RULE = legendre(28), DEPTH = 26, WITHIN = 34;

  // Log densities: of tau over its scale, and of mu with its slope and minus its second derivative.
  const PRIORS = {
    "half-normal": (u) => -0.5 * u * u,
    "half-cauchy": (u) => -log1p(u * u),
    "half-t": (u, df) => (-(df + 1) / 2) * log1p((u * u) / df),
  };
  function priorOfMu({ mean, sd, 0: a = 1, 1: b = 1 }, mu) {
    if (sd) return [-0.5 * ((mu - mean) / sd) ** 2, (mean - mu) / sd ** 2, sd ** -2];
    const p = expit(mu), tail = log1p(exp(-abs(mu)));
    return [-a * (tail + max(-mu, 0)) - b * (tail + max(mu, 0)), a - (a + b) * p, (a + b) * p * (1 - p)];
  }

  // The posterior: for each node of tau evenly spaced points of mu with their probabilities.
  function posterior(set, { tau_family: family, tau_scale: scale, tau_df: df, mu_prior: muPrior }) {
    const prior = (u) => PRIORS[family](sinh(u), df), line = (low, high, n) => range(n, (i) => low + ((high - low) * i) / (n - 1));
    // Modes, standard deviations and heights of mu at each u = asinh(tau / scale), by Newton's steps.
    function modes(us, start) {
      for (let mu = start, turn = 1; ; turn++) {
        const found = mu.map((one, i) => {
          const [value, slope, , bend] = derivatives(set, one, scale * sinh(us[i]), COARSE), [, more, curve] = priorOfMu(muPrior, one);
          const sd = 1 / sqrt(curve - bend), step = clip((slope + more) * sd * sd, -1, 1);
          return { mu: one + step, sd, height: value + priorOfMu(muPrior, one + step)[0], near: abs(step) < 0.01 * sd };
        });
        mu = found.map((one) => one.mu);
        if (turn === 60 || found.every((one) => one.near)) return found;
      }
    }
    const between = (u, us, values) => {
      const i = clip(us.filter((one) => one <= u).length - 1, 0, us.length - 2);
      return values[i] + ((values[i + 1] - values[i]) * (u - us[i])) / (us[i + 1] - us[i]);
    };
    // The range of tau: that of its prior, narrowed by Laplace's approximation.
    let us = line(0, max(...line(0, asinh(100 / scale), 400).filter((u) => prior(u) > -DEPTH)), 30), low, high, nodes;
    const { x, n } = set.reduce((all, one) => ({ x: all.x + one.x, n: all.n + one.n }));
    for (let start = us.map(() => log((x + 1) / (n - x + 1))); !nodes; ) {
      const found = modes(us, start), mu = found.map((one) => one.mu);
      const density = found.map((one, i) => one.height + log(one.sd) + prior(us[i]) + log(cosh(us[i])));
      const kept = range(30, (i) => i).filter((i) => density[i] > max(...density) - DEPTH);
      [low, high] = [us[max(kept[0] - 1, 0)], us[min(kept[kept.length - 1] + 1, 29)]];
      const next = kept.length < 10 ? line(low, high, 30) : RULE.map(([node]) => 0.5 * ((high - low) * node + high + low));
      start = next.map((u) => between(u, us, mu));
      if (kept.length >= 10) nodes = modes(next, start).map((peak, i) => ({ ...peak, u: next[i], tau: scale * sinh(next[i]) }));
      us = next;
    }
    // Where each has fallen by DEPTH on either side: steps that grow, then two bisections.
    for (const { mu, sd, tau, height: top } of nodes) nodes.ends = [...(nodes.ends || []), [-1, 1].map((sign) => {
      const beyond = (at) => top - height(set, at, tau, COARSE) - priorOfMu(muPrior, at)[0] >= DEPTH;
      let inner = mu, step = 7.7 * sd, outer = inner + sign * step;
      while (!beyond(outer)) [inner, step, outer] = [outer, 2 * step, outer + sign * 2 * step];
      for (let turn = 0; turn < 2; turn++) {
        const middle = 0.5 * (inner + outer);
        if (beyond(middle)) outer = middle;
        else inner = middle;
      }
      return outer;
    })];
    const wide = nodes.ends.map(([from, to]) => to - from), short = max(...wide) <= 1;
    const count = clip(ceil(max(...wide.map((one, i) => one / (0.6 * min(nodes[i].sd, 1))))), 24, 160) + 1;
    const floor = max(...nodes.map((one) => one.height + prior(one.u))) - WITHIN;
    const rows = nodes.map(({ mu: mode, tau, u }, i) => {
      const [from, to] = nodes.ends[i], mu = line(from, to, count), step = (to - from) / (count - 1);
      const at = (one) => height(set, one, tau, FAST), logs = short ? smooth(mu, at) : mu.map(() => -Infinity);
      const all = (j, value) => (logs[j] = value + priorOfMu(muPrior, mu[j])[0] + prior(u));
      if (short) logs.forEach((value, j) => all(j, value));
      else for (const sign of [-1, 1])
        for (let j = round((mode - from) / step) + max(sign, 0); j >= 0 && j < count && all(j, at(mu[j])) > floor; ) j += sign;
      return { tau, mu, step, logs, factor: RULE[i][1] * cosh(u) * step };
    });
    const top = max(...rows.map((row) => max(...row.logs)));
    for (const row of rows) row.mass = row.logs.map((one) => exp(one - top) * row.factor);
    const total = sum(rows.map((row) => sum(row.mass)));
    for (const row of rows) row.mass = row.mass.map((one) => one / total);
    return { rows, scale, low, high };
  }
  // Many studies: values on a short grid by the Chebyshev series through 11 points.
  function smooth(mu, f) {
    const m = mu.length - 1, half = (mu[m] - mu[0]) / 2, angles = range(11, (i) => (PI * (i + 0.5)) / 11);
    const values = angles.map((one) => f(mu[0] + half + half * cos(one)));
    const series = range(11, (j) => ((j ? 2 : 1) / 11) * sum(values.map((one, i) => one * cos(j * angles[i]))));
    return mu.map((_, i) => sum(series.map((one, j) => one * cos(j * Math.acos((2 * i) / m - 1)))));
  }

  // Quantiles of expit(mu), or of a new study's proportion (`fresh`). The density through a row's
  // points is band-limited: its integral is one over frequencies, damped by a new study's deviation.
  function quantiles({ rows }, probabilities, fresh) {
    const mean = (f) => sum(rows.map((row) => sum(row.mu.map((one, j) => row.mass[j] * f(one, row.tau)))));
    const centre = mean((one) => one), sd = sqrt(mean((one, tau) => (one - centre) ** 2 + (fresh ? tau * tau : 0)));
    const each = rows.map(({ tau, mu, step, mass }) => {
      const spread = fresh ? tau : 0, half = (mu.length * step) / 2, middle = mu[0] + half - step / 2;
      const reach = max(half + 9 * spread, abs(centre - middle) + 5 * sd);
      const end = fresh && tau >= step ? 8.6 / tau : PI / step, count = ceil((end / PI) * (4 * reach + 12 * step));
      const waves = range(count, (i) => {
        // Sums of mass by cosine and sine, by rotation from point to point.
        const w = (end * (i + 0.5)) / count, [cosStep, sinStep] = [cos(w * step), sin(w * step)];
        let c = cos(w * (mu[0] - middle)), s = sin(w * (mu[0] - middle)), real = 0, imaginary = 0;
        for (const one of mass) {
          real += one * c;
          imaginary += one * s;
          [c, s] = [c * cosStep - s * sinStep, s * cosStep + c * sinStep];
        }
        const size = ((end / count) * (1 + ([2, -3, 1][count - 1 - i] || 0) / 24) * exp(-0.5 * (w * spread) ** 2)) / PI / w;
        return [w, size * real, size * imaginary];
      });
      return { waves, middle, reach, mass: sum(mass) };
    });
    const cdf = (a) => {
      let value = 0, slope = 0;
      for (const { waves, middle, reach, mass } of each) {
        value += mass * (a > middle + reach ? 1 : a < middle - reach ? 0 : 0.5);
        if (abs(a - middle) > reach) continue;
        for (const [w, real, imaginary] of waves) {
          const c = cos(w * (a - middle)), s = sin(w * (a - middle));
          value += real * s - imaginary * c;
          slope += w * (real * c + imaginary * s);
        }
      }
      return [value, slope];
    };
    return probabilities.map((p) => expit(solve((a, [value, slope] = cdf(a)) => [value - p, slope], centre + sd * normalQuantile(p))));
  }

  // Quantiles of tau: its density as a Legendre series, integrated.
  function tauQuantiles({ rows, scale, low, high }, probabilities) {
    const values = RULE.map(([node]) => polynomials(node, 27));
    const series = range(28, (j) => (j + 0.5) * sum(rows.map((row, i) => sum(row.mass) * values[i][j])));
    const cdf = (t, p = polynomials(t, 28)) => [
      sum(series.map((one, j) => (one * (j ? p[j + 1] - p[j - 1] : t + 1)) / (2 * j + 1))), sum(series.map((one, j) => one * p[j])),
    ];
    return probabilities.map((p) => {
      const t = solve((at, [value, slope] = cdf(at)) => [value - p, slope], 0, -1, 1);
      return scale * sinh(low + ((high - low) * (t + 1)) / 2);
    });
  }

  const ends = ([lower, upper]) => ({ lower, upper });
  const finite = (value) => (Number.isFinite(value) ? value : null);

  // Limits of mu by the interval of the plan, and keys of what must be said of them.
  function meanLimits(set, best, { ci, level }) {
    const k = set.length, notes = [], chi = normalQuantile((1 - level) / 2) ** 2, odds = studentOdds(level, k - 1);
    const half = best.se * sqrt(ci === "t" ? (k - 1) * odds : chi), ck = max(chi, k * log1p(odds));
    let limits;
    if (ci === "wald" || ci === "t") {
      if (half >= 0) return [[best.mu - half, best.mu + half], notes];
      notes.push("no-wald");
    }
    if (ci === "small-lr") {
      limits = k < 4 ? averagedLimits(set, best, ck * (k === 2 ? 0.85 : 1.1)) : profileLimits(set, best, ck, 3);
      if (!best.side && best.tau > 3 && k > 3) notes.push("stretched");
    } else {
      const cut = ci === "profile-ck" ? ck : chi;
      limits = profileLimits(set, best, cut);
      if (needsBound(set, best, cut)) notes.push("bounded");
    }
    if (!best.side && !limits.every(Number.isFinite)) notes.push("one-sided");
    return [limits, notes];
  }

  // Pool rows { events, total }; `options` are the plan's: level, ci, and the priors of the Bayesian
  // answer that is given of up to `bayesian_up_to` studies.
  function pool(rows, options = {}) {
    const usual = { tau_family: "half-normal", tau_scale: 1.5, tau_df: 3, mu_prior: [1, 1] };
    const asked = { level: 0.95, ci: "small-lr", bayesian_up_to: 2, ...usual, ...options }, k = rows.length, { level } = asked;
    if (!k) return { k, notes: ["no-study"] };
    const bad = rows.findIndex(({ events: x, total: n }) => !(Number.isInteger(x) && Number.isInteger(n) && x >= 0 && x <= n && n > 0));
    if (bad >= 0) throw new RangeError(`Study ${bad + 1} needs whole numbers with 0 <= events <= total and total >= 1.`);
    const set = rows.map(study), studies = set.map(({ x, n }) => ({ proportion: x / n, intervals: intervals(x, n, level) }));
    const all = { k, events: sum(set.map((one) => one.x)), total: sum(set.map((one) => one.n)), level, studies };
    const none = { prediction: null, tau: 0, tau2: 0, tau2_ci: null, i2: null, i2_ci: null, q: null, q_df: 0, q_p: null, bayes: null };
    if (k === 1) {
      const [{ proportion, intervals: { "clopper-pearson": ci } }] = studies, limits = [ci.lower, ci.upper].map(logit);
      const shown = { proportion, ci, estimate: finite(logit(proportion)), ci_estimate: ends(limits.map(finite)) };
      return { ...all, ...none, ...shown, converged: true, notes: ["one-study"], weights: [1] };
    }
    const best = fit(set), { mu, tau, side } = best, [limits, said] = meanLimits(set, best, asked), proportion = expit(mu);
    const ci = { lower: min(expit(limits[0]), proportion), upper: max(expit(limits[1]), proportion) };
    const notes = [k === 2 && "two-studies", side && (side < 0 ? "none" : "all"), best.runaway && "runaway", ...said, !best.settled && "no-maximum"];
    const information = set.map((one) => (side ? one.n : max(0, -derivatives([one], mu, tau)[3])));
    // I2 sets tau2 against the typical variance of the logits, 1/2 added at 0 and at all.
    const precision = set.map(({ x, n, edge }) => (edge ? 1 / (2 + 1 / (n + 0.5)) : (x * (n - x)) / n)), w = sum(precision);
    const typical = (k - 1) / (w - sum(precision.map((one) => one * one)) / w), share = (tau2) => tau2 / (tau2 + typical);
    const tau2 = tau * tau, q = max(0, -2 * best.common), tails = [(1 - level) / 2, (1 + level) / 2];
    const known = posterior(set, usual), next = quantiles(known, tails, true);
    let spread = tauQuantiles(known, tails).map((one) => one * one), bayes = null;
    if (tau2 < spread[0]) spread = [0, tauQuantiles(known, [level])[0] ** 2];
    if (k <= asked.bayesian_up_to) {
      const own = Object.keys(usual).every((name) => String(asked[name]) === String(usual[name])) ? known : posterior(set, asked);
      const [median, ...rest] = quantiles(own, [0.5, ...tails]);
      bayes = { median, ci: ends(rest), prediction: ends(quantiles(own, tails, true)) };
    }
    return {
      ...all, proportion, ci, estimate: finite(mu), ci_estimate: ends(limits.map(finite)),
      prediction: { lower: min(next[0], ci.lower), upper: max(next[1], ci.upper) },
      tau, tau2, tau2_ci: ends(spread), i2: side ? null : share(tau2), i2_ci: side ? null : ends(spread.map(share)),
      q, q_df: k - 1, q_p: chiSquareTail(q, k - 1), bayes, converged: best.settled, notes: notes.filter(Boolean),
      weights: information.map((one) => one / sum(information)),
    };
  }

  const supports = ({ model = "glmm", link = "logit", ci = "small-lr", prediction = "bayes" } = {}) =>
    model === "glmm" && link === "logit" && prediction === "bayes" && ["small-lr", "profile-ck", "profile", "wald", "t"].includes(ci);
  return { pool, supports };
})();
