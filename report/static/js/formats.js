// How numbers are written: the rules of poolprop.formats (docs/formats.md), for numbers that only
// the reader's choices make. A test compares both, value by value.
const formats = (function () {
  "use strict";
  const BASES = { percent: 100, per_1000: 1e3, per_10000: 1e4, per_100000: 1e5 };
  const WIDE = 10, DIGITS = 12;

  // Twelve digits tell a number from the noise of computing with it; exact halves go up.
  const clean = (value) => Number(value.toPrecision(DIGITS));
  const grouped = (text) => text.replace(/^(\d+)/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
  const fixed = (value, places) => grouped((clean(value) * (1 + 4e-15)).toFixed(places));
  const power = (value) => Number(value.toExponential().split("e")[1]);
  const count = (value) => fixed(value, 0);
  // A difference of two such numbers, without what binary fractions add to it.
  function minus(a, b) {
    const decimals = DIGITS - 1 - Math.min(...[a, b].map((one) => (one ? power(one) : 0)));
    return clean(Number((a - b).toFixed(Math.min(Math.max(decimals, 0), 100))));
  }
  const base = (policy) => BASES[policy.scale];
  const unit = (policy) => (policy.scale === "percent" ? "%" : " per " + count(base(policy)));

  // The decimals that show so many digits of the distance to the nearer of 0 and all.
  function own(policy, shown, digits) {
    const near = Math.min(Math.abs(shown), Math.abs(minus(base(policy), shown))) || base(policy);
    return Math.max(0, digits - 1 - power(near));
  }

  function places(policy, shown, width, centre) {
    const carried = width ? Math.max(0, 1 - power(width)) : 0;
    if (policy.digits !== null) {
      const least = Math.max(policy.digits, carried - 1);
      return [least, least];
    }
    if (policy.scale === "percent" && width >= WIDE) return [0, 1];
    const usual = Math.max(carried, own(policy, centre, 2));
    const most = policy.scale === "percent" ? usual : usual + 1;
    return [Math.min(Math.max(carried, own(policy, shown, 2)), most), usual + 2];
  }

  // A proportion without its unit; the interval and its estimate decide the digits.
  function number(policy, value, lower = null, upper = null, estimate = null) {
    const all = base(policy);
    const on = (share) => clean(share * all);
    const shown = on(value);
    if (shown === 0 || shown === all) return fixed(shown, 0);
    const width = lower === null || upper === null ? 0 : Math.abs(minus(on(upper), on(lower)));
    const limit = lower !== null && upper !== null && (value === lower || value === upper);
    const centre = estimate !== null ? estimate : limit ? (lower + upper) / 2 : value;
    const [decimals, most] = places(policy, shown, width, on(centre));
    const text = fixed(shown, decimals);
    const end = text === fixed(0, decimals) || text === fixed(all, decimals);
    if (!end) return text;
    const needed = own(policy, shown, 1);
    if (needed <= most) return fixed(shown, needed);
    const edge = 10 ** -most;
    return shown < all / 2 ? "< " + fixed(edge, most) : "> " + fixed(all - edge, most);
  }

  // The policy of a range: both ends get like decimals, no more than one needs to differ.
  function alike(policy, low, high) {
    if (policy.digits !== null || low === high) return policy;
    const decimals = (text) => (text.split(".")[1] || "").length;
    let digits = Math.min(decimals(number(policy, low)), decimals(number(policy, high)));
    const told = (value) => number({ ...policy, digits }, value);
    while (digits < 9 && told(low) === told(high)) digits += 1;
    return { ...policy, digits };
  }

  const percent = { scale: "percent", digits: null };
  const share = (value) => number(percent, value, 0, 1) + "%";
  // A number of things that are counted, such as events expected: one decimal below ten.
  const expected = (value) => fixed(value, value < 10 ? 1 : 0);
  // A statistic of zero or more, such as tau2: two decimals, and at least two digits.
  function statistic(value) {
    if (value > 0 && clean(value) < 0.0001) return "< 0.0001";
    return value >= 1000 ? count(value) : fixed(value, Math.max(2, value ? 1 - power(clean(value)) : 2));
  }
  // A level that the plan states, with the decimals it has.
  const level = (value) => clean(100 * value) + "%";
  return { alike, count, expected, level, number, share, statistic, unit };
})();
