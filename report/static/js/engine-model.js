// The binomial-normal model in the page, `stats/likelihoods` and `stats/fits` in script: the integral
// of each study by the trapezoid rule, the maximum in (mu, tau), and limits of mu.
const engineModel = (function () {
  "use strict";
  const { clip, expit, logit, range, solve, sum } = engineNumbers;
  const { abs, asinh, ceil, cosh, exp, expm1, hypot, log, log1p, max, min, sinh, sqrt } = Math;
  // Share of a peak left out (log), largest step by its width and by the distance of the poles.
  const EXACT = [31, 0.46, 0.09], FAST = [23, 0.6, 0.125], COARSE = [14, 0.95, 0.21];
  // Of limits: logits that are infinite; tau without bound, and bounded where it runs away.
  const REACH = 46, TAU_TOP = 100, TAU_BOUNDARY = 5, STARTS = [0.05, 0.3, 3], ROOT = sqrt(2 * Math.PI);
  // What `look` found last; values of a row of integrals by their place.
  const at = new Float64Array(3), values = new Float64Array(4096), places = values.slice();

  // What is known of a study beforehand; shown is its logit, 1/2 added.
  function study({ events: x, total: n }) {
    const edge = x === 0 || x === n, share = edge ? 1 : x / n, size = edge ? n : n * share * (1 - share);
    const shown = logit((x + 0.5) / (n + 1)), information = n * expit(shown) * expit(-shown);
    const sign = edge && x ? -1 : 1, centre = edge ? 0 : logit(share), power = edge ? 0 : x;
    return { x, n, edge, share, size, shown, information, sign, centre, power };
  }
  // Log-likelihood in eta less its maximum, its score and second derivative: never n log p, whose
  // digits a large study would lose.
  function look(s, eta) {
    const away = clip(s.sign * (eta - s.centre), -700, 700), grown = s.edge ? exp(away) : expm1(away);
    const part = s.share * grown, odds = grown / (1 + part);
    at[0] = s.power * away - s.n * log1p(part);
    at[1] = -s.sign * s.size * odds;
    at[2] = -s.size * (s.edge ? odds : (1 + grown) / (1 + part)) / (1 + part);
  }

  // The mode in z of a study's integrand, roughly: Newton in a bracket, halved where it runs to and fro.
  function peakOf(s, mu, tau) {
    look(s, mu);
    const start = tau * at[1], t = tau * tau;
    let low = min(start, 0), high = max(start, 0), far = true;
    let mode = clip((tau * (s.shown - mu)) / (t + 1 / s.information), low, high);
    for (let round = 0; round < 60 && far; round++) {
      look(s, mu + tau * mode);
      const slope = tau * at[1] - mode, curve = 1 - t * at[2];
      let next = mode + slope / curve;
      if (slope > 0) low = mode;
      else high = mode;
      far = abs(next - mode) > (0.02 / max(tau, 1)) * (1 + abs(mode)) || slope * slope > curve;
      if (far && (next < low || next > high || round % 8 > 5)) next = 0.5 * (low + high);
      mode = next;
    }
    look(s, mu + tau * mode);
    return mode;
  }
  // Largest step in z of an integral whose mode has the curvature that `look` found last.
  const stepOf = (tau, [, width, pole]) => min(width / sqrt(1 - tau * tau * at[2]), (pole * Math.PI) / max(tau, 1e-9));

  // Add a study's log-likelihood to out[0] and, if out is longer, its derivatives: by mu, tau, mu mu,
  // mu tau, tau tau.
  function addStudy(s, mu, tau, precision, out) {
    const mode = peakOf(s, mu, tau), t = tau * tau, louis = s.n * t > 1000;
    const step = stepOf(tau, precision);
    // Moments of the score or, where they would lose digits, of z (Louis's identity), about the mode.
    const peak = at[0] - 0.5 * mode * mode, base = louis ? mode : at[1], baseZ = base * mode, least = exp(-precision[0]);
    let total = 0, mean = 0, meanZ = 0, a = 0, b = 0, c = 0;
    for (let z = mode, sign = 1; sign; z += sign * step) {
      look(s, mu + tau * z);
      const w = exp(at[0] - 0.5 * z * z - peak), first = louis ? z : at[1], bend = louis ? 0 : at[2];
      if (!(w >= least)) {
        // From the far end back to below the mode, then done.
        sign = sign > 0 ? -1 : 0;
        z = mode;
        continue;
      }
      const u = first - base, v = first * z - baseZ;
      total += w;
      mean += w * u;
      meanZ += w * v;
      a += w * (u * u + bend);
      b += w * (u * v + bend * z);
      c += w * (v * v + bend * z * z);
    }
    out[0] += log((total * step) / ROOT) + peak;
    if (out.length === 1) return;
    mean /= total;
    meanZ /= total;
    a = a / total - mean * mean;
    b = b / total - mean * meanZ;
    c = c / total - meanZ * meanZ;
    mean += base;
    meanZ += baseZ;
    const found = louis
      ? [mean / tau, (meanZ - 1) / tau, (a - 1) / t, (b - 2 * mean) / t, (1 - 3 * meanZ + c) / t]
      : [mean, meanZ, a, b, c];
    for (let j = 0; j < 5; j++) out[j + 1] += found[j];
  }

  // Log-likelihoods of a set at evenly spaced means. All integrals of a study are sums over the same
  // evenly spaced eta, where it is looked up once.
  function rowOf(set, mu, tau, precision) {
    const out = mu.map(() => 0), t = tau * tau, least = -precision[0];
    for (const s of set) {
      const tops = mu.map((one) => one + tau * peakOf(s, one, tau));
      look(s, clip(0, tops[0], tops.at(-1)));
      const step = tau * stepOf(tau, precision);
      places.fill(NaN);
      mu.forEach((one, j) => {
        const term = (i) => {
          const place = i & 4095, away = i * step - one;
          if (places[place] !== i) {
            look(s, i * step);
            places[place] = i;
            values[place] = at[0];
          }
          return values[place] - (away * away) / t / 2;
        };
        const top = Math.round(tops[j] / step), peak = term(top);
        let total = 1;
        for (const sign of [-1, 1])
          for (let i = top + sign, next; (next = term(i) - peak) > least; i += sign) total += exp(next);
        out[j] += log((total * step) / tau / ROOT) + peak;
      });
    }
    return out;
  }
  function derivatives(set, mu, tau, precision = EXACT, out = [0, 0, 0, 0, 0, 0]) {
    for (const one of set) addStudy(one, mu, tau, precision, out);
    return out;
  }
  // At tau = 0: log-likelihood and its second derivatives by mu and by tau.
  function atZero(set, mu, out = [0, 0, 0]) {
    for (const one of set) {
      look(one, mu);
      [at[0], at[2], at[1] * at[1] + at[2]].forEach((value, j) => (out[j] += value));
    }
    return out;
  }

  // Climb to a local maximum with tau <= top by Newton's steps, eigenvalues made negative; hold: "mu"
  // or "tau" stays.
  function ascend(set, mu, tau, top, hold) {
    let here = derivatives(set, mu, tau), settled = false;
    for (let round = 0; round < 80 && !settled && tau < TAU_TOP; round++) {
      let [value, gMu, gTau, hMu, hMix, hTau] = here;
      if (hold === "mu") [gMu, hMu, hMix] = [0, -1, 0];
      if (hold === "tau" || (tau >= top && gTau > 0)) [gTau, hTau, hMix] = [0, -1, 0];
      const half = 0.5 * (hMu - hTau), mean = 0.5 * (hMu + hTau), radius = hypot(half, hMix) || 1e-300;
      const [first, second] = [radius, -radius].map((one) => 1 / max(abs(mean + one), 1e-14 * (abs(mean) + radius)));
      const middle = 0.5 * (first + second), skew = (0.5 * (first - second)) / radius;
      const dMu = (middle + half * skew) * gMu + hMix * skew * gTau, dTau = hMix * skew * gMu + (middle - half * skew) * gTau;
      const gain = dMu * gMu + dTau * gTau, shrink = max(1, abs(dMu) / (2 + abs(mu)), abs(dTau) / (2 + tau));
      settled = gain < 1e-16 * (1 + abs(value));
      for (let length = 1 / shrink, better = false; !better; length /= 4) {
        const next = [mu + length * dMu, min(abs(tau + length * dTau), top)], there = derivatives(set, ...next);
        better = !(there[0] < value - 1e-11 * (1 + abs(value))) || length < 1e-9;
        if (better) [mu, tau, here] = [...next, there];
      }
    }
    return { mu, tau, here, settled, loglik: here[0] };
  }
  const counts = (set) => [sum(set.map((one) => one.x)), sum(set.map((one) => one.n))];
  const highest = (climbs) => climbs.reduce((best, one) => (one.loglik > best.loglik ? one : best));

  // The maximum: at the boundary, at tau = 0 or inside; where tau runs away, with it bounded.
  function fit(set, top = TAU_TOP) {
    const [events, total] = counts(set);
    const side = events === total ? 1 : events ? 0 : -1, flat = { side, total, tau: 0, loglik: 0, settled: true };
    if (side) return { ...flat, mu: side * Infinity, common: 0 };
    const mu = logit(events / total), [loglik, bend, curve] = atZero(set, mu), size = 1 + abs(loglik);
    const mean = (f) => sum(set.map((one) => f(one.shown))) / set.length, middle = mean((one) => one);
    const spread = sqrt(mean((one) => (one - middle) ** 2));
    const best = highest([clip(spread, 0.1, 20), 0.3, 3].map((tau) => ascend(set, middle, min(tau, top), top)));
    if (!(best.loglik - loglik > 1e-11 * size || (curve > 1e-7 * size && best.tau > 0)))
      return { ...flat, mu, loglik, common: loglik, se: sqrt(-1 / bend) };
    const [, , , hMu, hMix, hTau] = best.here, joint = -hTau / (hMu * hTau - hMix ** 2), held = best.tau >= top;
    if (held && top === TAU_TOP) return { ...fit(set, TAU_BOUNDARY), runaway: true, settled: false };
    return { ...flat, ...best, common: loglik, se: sqrt(held ? -1 / hMu : hMu < 0 ? joint : NaN) };
  }

  // Limits: where a log-likelihood of mu, told as [value, slope], has fallen by half the cut, by the
  // root of the fall, which is nearly a line. Data at the boundary have one, searched from far out by
  // way of near the boundary.
  function outwards(f, sign, inside, step, top, cut) {
    const room = REACH - sign * inside, distance = solve((d) => {
      const [value, slope] = f(inside + sign * d), fall = sqrt(max(2 * (top - value), 0));
      return [fall - sqrt(cut), fall > 1e-6 ? (-sign * slope) / fall : NaN];
    }, min(step, room), 0, room);
    return room - distance < 1e-6 ? sign * Infinity : inside + sign * distance;
  }
  function both({ side, total }, find) {
    const away = 0.8 * REACH * side, step = abs(away) - log(4 * total + 3);
    return [side < 0 ? -Infinity : find(-1, away, step), side > 0 ? Infinity : find(1, away, step)];
  }

  // Data at the boundary have a limit only if tau is bounded: without, each p tends to 1/2.
  const needsBound = (set, { side }, cut) => side !== 0 && cut / 2 >= set.length * Math.LN2;
  // By the profile with tau up to `most`, by default free but where there would be no limit.
  function profileLimits(set, fitted, cut, most) {
    const { runaway, se, side } = fitted, step = se > 0 ? sqrt(cut) * se : 0.5;
    const best = most && fitted.tau > most ? ascend(set, fitted.mu, most, most) : fitted;
    const top = most || (runaway || needsBound(set, fitted, cut) ? TAU_BOUNDARY : TAU_TOP);
    // At mu, the highest of tau = 0 and of climbs over tau.
    const ridge = (mu, taus) => {
      const flat = { loglik: atZero(set, mu)[0], tau: 0 };
      const { loglik, here, tau } = highest([flat, ...taus.map((one) => ascend(set, mu, min(one, top), top, "mu"))]);
      return [loglik, (here || derivatives(set, mu, 0))[1], tau];
    };
    return both(fitted, (sign, away, far) => {
      let tau = hypot(best.tau, step * Math.SQRT1_2);
      const search = (taus, inside, by) => outwards((mu) => {
        const found = ridge(mu, [max(tau, 0.05), ...taus]);
        tau = found[2];
        return found;
      }, sign, inside, by, best.loglik, cut);
      let limit = side ? search(STARTS, away, far) : search([], best.mu, step);
      // Another tau may explain it better.
      if (!side && 2 * (best.loglik - ridge(limit, STARTS)[0]) < cut - 1e-6) limit = search(STARTS, limit, 0.1 * step);
      return top === TAU_TOP && tau >= 0.999 * top ? sign * Infinity : limit;
    });
  }

  // By the likelihood averaged over a half-normal(1) prior on tau, in u = asinh(tau / scale).
  function averagedLimits(set, fitted, cut) {
    const scale = min(1, 4 / sqrt(fitted.total)), end = asinh(sqrt(36 + cut) / scale);
    const count = 2 * max(ceil(end / min(0.5, 1.25 / sqrt(2 * set.length + 4 * cut)) / 2), 4), step = end / count;
    const nodes = range(count + 1, (i) => {
      const tau = scale * sinh(step * i), weight = step * scale * cosh(step * i) * (i % count ? 1 : 0.5);
      return [tau, log(weight) - 0.5 * tau * tau];
    });
    const average = (mu) => {
      const each = nodes.map(([tau, weight]) => [weight, derivatives(set, mu, tau)]);
      const top = max(...each.map(([weight, [value]]) => weight + value));
      const shares = each.map(([weight, [value]]) => exp(weight + value - top)), total = sum(shares);
      const mean = (f) => sum(each.map(([, one], i) => shares[i] * f(one))) / total, slope = mean((one) => one[1]);
      return [top + log(total), slope, mean((one) => one[1] ** 2 + one[3]) - slope * slope];
    };
    const out = (sign, inside, by, top) => outwards(average, sign, inside, by, top, cut);
    const whole = log(sum(nodes.map(([, weight]) => exp(weight))));
    if (fitted.side) return both(fitted, (...where) => out(...where, whole));
    // One huge study may have a top of its own beside that of all alike.
    const summit = (start) => {
      const mu = solve((one, [, slope, bend] = average(one)) => [-slope, -bend], start);
      return [mu, ...average(mu)];
    };
    let tops = [summit(fitted.mu)];
    const [[mu, , , bend]] = tops, other = ascend(set, mu, 1, Infinity, "tau").mu;
    if (abs(other - mu) * sqrt(max(-bend, 0)) > 1.5) tops.push(summit(other));
    const best = tops.reduce((a, b) => (b[1] > a[1] ? b : a)), by = sqrt(cut / max(-best[3], 1e-12));
    tops = tops.filter((one) => 2 * (best[1] - one[1]) < cut).map((one) => one[0]);
    return [out(-1, min(...tops), by, best[1]), out(1, max(...tops), by, best[1])];
  }

  return { COARSE, FAST, averagedLimits, counts, derivatives, fit, needsBound, profileLimits, rowOf, study };
})();
