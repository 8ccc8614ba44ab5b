// The engine in the page: what `poolprop.pool` answers by the binomial-normal model, from the same
// integrals (docs/recompute.md). Names are those of a result in pool.json.
const engine = (function () {
  "use strict";
  const { chiSquareTail, clip, expit, intervals, legendre, logit, normalQuantile, polynomials, range, solve, studentOdds, sum } = engineNumbers;
  const { COARSE, FAST, averagedLimits, counts, derivatives, fit, needsBound, profileLimits, rowOf, study } = engineModel;
  const { PI, abs, asinh, ceil, cos, cosh, exp, log, log1p, max, min, sin, sinh, sqrt } = Math;
  // Nodes of tau. What lies further below the top of a log density is left out.
  const RULE = legendre(28), DEPTH = 26;

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

  const limitsOf = ([lower, upper]) => ({ lower, upper });
  // The posterior: for each node of tau evenly spaced points of mu with their probabilities.
  function posterior(set, { tau_family: family, tau_scale: known, tau_df: df, mu_prior: muPrior }) {
    const [x, n] = counts(set), scale = min(known, 8 / sqrt(n));
    const prior = (u) => PRIORS[family]((scale / known) * sinh(u), df), line = (low, high, n) => range(n, (i) => low + ((high - low) * i) / (n - 1));
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
    // The range of tau: that of its prior, narrowed by Laplace's approximation.
    let us = line(0, max(...line(0, asinh(100 / scale), 400).filter((u) => prior(u) > -DEPTH)), 30), low, high, nodes;
    for (let start = us.map(() => log((x + 1) / (n - x + 1))); !nodes; ) {
      const found = modes(us, start), mu = found.map((one) => one.mu);
      const density = found.map((one, i) => one.height + log(one.sd) + prior(us[i]) + log(cosh(us[i])));
      const kept = [...density.keys()].filter((i) => density[i] > max(...density) - DEPTH);
      [low, high] = [us[max(kept[0] - 1, 0)], us[min(kept.at(-1) + 1, 29)]];
      const next = kept.length < 10 ? line(low, high, 30) : RULE.map(([node]) => 0.5 * ((high - low) * node + high + low));
      start = next.map((u) => {
        const place = (u - us[0]) / (us[1] - us[0]), i = min(Math.floor(place), 28);
        return mu[i] + (mu[i + 1] - mu[i]) * (place - i);
      });
      if (kept.length >= 10) nodes = modes(next, start).map((peak, i) => ({ ...peak, u: next[i], tau: scale * sinh(next[i]) }));
      us = next;
    }
    // Where each has fallen by DEPTH on either side: steps that grow, then two bisections.
    const ends = nodes.map(({ mu, sd, tau, height: top }) => [-1, 1].map((sign) => {
      const beyond = (at) => top - derivatives(set, at, tau, COARSE, [0])[0] - priorOfMu(muPrior, at)[0] >= DEPTH;
      let inner = mu, step = 7.7 * sd, outer = inner + sign * step;
      while (!beyond(outer)) [inner, step, outer] = [outer, 2 * step, outer + sign * 2 * step];
      for (let turn = 0; turn < 2; turn++) {
        const middle = 0.5 * (inner + outer);
        if (beyond(middle)) outer = middle;
        else inner = middle;
      }
      return outer;
    }));
    const wide = ends.map(([from, to], i) => (to - from) / (0.6 * min(nodes[i].sd, 1)));
    const count = clip(ceil(max(...wide)), 24, 160) + 1;
    const rows = nodes.map(({ tau, u }, i) => {
      const [from, to] = ends[i], mu = line(from, to, count), step = (to - from) / (count - 1);
      const logs = rowOf(set, mu, tau, FAST).map((value, j) => value + priorOfMu(muPrior, mu[j])[0] + prior(u));
      return { tau, mu, step, logs, factor: RULE[i][1] * cosh(u) * step };
    });
    const top = max(...rows.map((row) => max(...row.logs)));
    for (const row of rows) row.mass = row.logs.map((one) => exp(one - top) * row.factor);
    const total = sum(rows.map((row) => sum(row.mass)));
    for (const row of rows) row.mass = row.mass.map((one) => one / total);
    return { rows, scale, low, high };
  }
  // The distribution function at a of rows, each told by its waves: frequency, cosine and sine part.
  function cdf(rows, a) {
    let value = 0, slope = 0;
    for (const { waves, middle, reach, mass } of rows) {
      const away = a - middle;
      value += mass * (away > reach ? 1 : away < -reach ? 0 : 0.5);
      for (let i = 0; i < waves.length && abs(away) <= reach; i += 3) {
        const w = waves[i], c = cos(w * away), s = sin(w * away);
        value += waves[i + 1] * s - waves[i + 2] * c;
        slope += w * (waves[i + 1] * c + waves[i + 2] * s);
      }
    }
    return [value, slope];
  }
  // Quantiles of expit(mu), or of a new study's proportion (`fresh`). The density through a row's
  // points is band-limited: its integral is one over frequencies, damped by a new study's deviation.
  function quantiles({ rows }, probabilities, fresh) {
    const mean = (f) => sum(rows.map((row) => sum(row.mu.map((one, j) => row.mass[j] * f(one, row.tau)))));
    const centre = mean((one) => one), sd = sqrt(mean((one, tau) => (one - centre) ** 2 + (fresh ? tau * tau : 0)));
    const each = rows.map(({ tau, mu, step, mass }) => {
      const spread = fresh ? tau : 0, half = (mu.length * step) / 2, first = step / 2 - half, middle = mu[0] - first;
      const reach = max(half + 9 * spread, abs(centre - middle) + 5 * sd);
      const end = fresh && tau >= step ? 8.6 / tau : PI / step, count = ceil((end / PI) * (4 * reach + 12 * step));
      const waves = new Float64Array(3 * count);
      for (let i = 0; i < count; i++) {
        // Sums of mass by cosine and sine, by rotation from point to point.
        const w = (end * (i + 0.5)) / count, cosStep = cos(w * step), sinStep = sin(w * step);
        let c = cos(w * first), s = sin(w * first), real = 0, imaginary = 0;
        for (const one of mass) {
          real += one * c;
          imaginary += one * s;
          const turned = c * cosStep - s * sinStep;
          s = s * cosStep + c * sinStep;
          c = turned;
        }
        const size = ((end / count) * (1 + ([2, -3, 1][count - 1 - i] || 0) / 24) * exp(-0.5 * (w * spread) ** 2)) / PI / w;
        waves.set([w, size * real, size * imaginary], 3 * i);
      }
      return { waves, middle, reach, mass: sum(mass) };
    });
    return probabilities.map((p) => expit(solve((a, [value, slope] = cdf(each, a)) => [value - p, slope], centre + sd * normalQuantile(p))));
  }

  // Quantiles of tau: the logarithm of its density as a Legendre series.
  function tauQuantiles({ rows, scale, low, high }, probabilities) {
    const logs = rows.map((row, i) => log(max(sum(row.mass), 1e-300) / RULE[i][1])), values = RULE.map(([node]) => polynomials(node, 27));
    const series = range(28, (j) => (j + 0.5) * sum(RULE.map(([, weight], i) => weight * logs[i] * values[i][j])));
    const density = (t, p = polynomials(t, 27)) => exp(min(sum(series.map((one, j) => one * p[j])), max(...logs) + 1));
    const below = (t) => sum(RULE.map(([node, weight]) => weight * density(((t + 1) * (node + 1)) / 2 - 1))) * (t + 1) / 2;
    const whole = below(1);
    return probabilities.map((p) => scale * sinh(low + ((high - low) * (solve((t) => [below(t) - p * whole, density(t)], 0, -1, 1) + 1)) / 2));
  }

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
    if (bad >= 0) throw new RangeError(`Study ${bad + 1} needs whole numbers, 0 <= events <= total, total >= 1.`);
    const set = rows.map(study), studies = set.map(({ x, n }) => ({ proportion: x / n, intervals: intervals(x, n, level) }));
    const [events, total] = counts(set), all = { k, events, total, level, studies };
    const none = { prediction: null, tau: 0, tau2: 0, tau2_ci: null, i2: null, i2_ci: null, q: null, q_df: 0, q_p: null, bayes: null };
    if (k === 1) {
      const [{ proportion, intervals: { "clopper-pearson": ci } }] = studies, limits = [ci.lower, ci.upper].map(logit);
      const shown = { proportion, ci, estimate: finite(logit(proportion)), ci_estimate: limitsOf(limits.map(finite)) };
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
      bayes = { median, ci: limitsOf(rest), prediction: limitsOf(own === known ? next : quantiles(own, tails, true)) };
    }
    return {
      ...all, proportion, ci, estimate: finite(mu), ci_estimate: limitsOf(limits.map(finite)),
      prediction: { lower: min(next[0], ci.lower), upper: max(next[1], ci.upper) },
      tau, tau2, tau2_ci: limitsOf(spread), i2: side ? null : share(tau2), i2_ci: side ? null : limitsOf(spread.map(share)),
      q, q_df: k - 1, q_p: chiSquareTail(q, k - 1), bayes, converged: best.settled, notes: notes.filter(Boolean),
      weights: information.map((one) => one / sum(information)),
    };
  }

  const supports = ({ model = "glmm", link = "logit", ci = "small-lr", prediction = "bayes" } = {}) =>
    model === "glmm" && link === "logit" && prediction === "bayes" && ["small-lr", "profile-ck", "profile", "wald", "t"].includes(ci);
  return { pool, supports };
})();
