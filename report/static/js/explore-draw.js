// Marks of a strip as poolprop.report.strips draws them, for numbers that the reader made.
page.strip = (function () {
  "use strict";
  const { put } = page;
  const short = (value) => String(Number(value.toFixed(2)));

  // An axis by its ends: where a value stands on it, and beyond which end it lies.
  function axisOf([low, high]) {
    const slack = 1e-9 * (high - low);
    const share = (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
    return {
      low, high, share,
      at: (value) => short(100 * share(value)) + "%",
      beyond: (value) => Number(value > high + slack) - Number(value < low - slack),
    };
  }

  function box(axis, at, width, height, name) {
    return put("rect", { class: name, x: axis.at(at), y: "50%", width, height,
      transform: "translate(" + -width / 2 + " " + -height / 2 + ")" });
  }

  // A tip at each end of the axis beyond which an interval goes on.
  function arrows(axis, ends, name) {
    const sides = new Set([ends.lower, ends.upper].map(axis.beyond));
    return [-1, 1].filter((side) => sides.has(side)).map((side) =>
      put("svg", { x: side > 0 ? "100%" : "0%", y: "50%" },
        put("path", { class: name + " arrow", d: "M" + 6 * side + " 0l" + -9 * side + "-4.5v9z" })));
  }

  function whisker(axis, ends, name, cap = 0) {
    const [x1, x2] = [ends.lower, ends.upper].map(axis.at);
    const line = put("line", { class: name, x1, x2, y1: "50%", y2: "50%" });
    const caps = [ends.lower, ends.upper].filter((end) => cap && !axis.beyond(end));
    return [line, ...caps.map((end) => box(axis, end, 2, cap, name + " cap")), ...arrows(axis, ends, name)];
  }

  function square(axis, at, weight = 0.45) {
    const side = Math.max(5, 15 * Math.sqrt(weight));
    return axis.beyond(at) ? [] : [box(axis, at, Number(short(side)), Number(short(side)), "square")];
  }

  function diamond(axis, at, ends) {
    if (axis.beyond(at)) return arrows(axis, ends, "diamond");
    const [low, middle, high] = [ends.lower, at, ends.upper].map(axis.share);
    const width = Math.max(high - low, 1e-9), peak = short((1000 * (middle - low)) / width);
    const cut = (end, held) => (axis.beyond(end) ? (7.5 * Math.abs(end - held)) / Math.abs(end - at) : 0);
    const [left, right] = [cut(ends.lower, axis.low), cut(ends.upper, axis.high)].map(short);
    const d = "M0 " + left + "V-" + left + "L" + peak + "-7.5L1000-" + right + "V" + right + "L" + peak + " 7.5z";
    return [put("svg", { class: "stretched", x: short(100 * low) + "%", y: "50%", width: short(100 * width) + "%",
      height: 15, viewBox: "0 0 1000 15", preserveAspectRatio: "none" }, put("path", { class: "diamond", d })),
    ...arrows(axis, ends, "diamond")];
  }

  const svg = (...marks) => put("svg", { class: "strip", "aria-hidden": "true" }, ...marks);
  return { axisOf, svg, whisker, square, diamond };
})();
