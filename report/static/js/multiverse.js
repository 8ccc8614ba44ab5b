// Choices above a specification curve: what remains of all analyses, how far it ranges, and the
// curve of what remains.
(function () {
  "use strict";
  const { make } = page;
  const DIGITS = 4, TOP = 36 ** 4 - 1, REACH = 40, PLACE = 3, COARSE = 1295;

  function cut(text, width) {
    const found = [];
    for (let i = 0; i < text.length; i += width) found.push(text.slice(i, i + width));
    return found;
  }

  // Levels of each combination: how many it shares with the one before, then its own.
  function levels(text, length) {
    const found = [];
    for (let i = 0, code = ""; i < text.length; i += 1 + length - parseInt(text[i], 36)) {
      const shared = parseInt(text[i], 36);
      code = code.slice(0, shared) + text.slice(i + 1, i + 1 + length - shared);
      found.push(code);
    }
    return found;
  }

  // A proportion from the step of its logit; the first code is 0 itself, the last one 1.
  function proportion(code) {
    if (code === 0 || code === TOP) return code / TOP;
    return 1 / (1 + Math.exp(-REACH * ((2 * (code - 1)) / (TOP - 2) - 1)));
  }

  const digits = (code) => Array.from(code, (digit) => parseInt(digit, 36));
  const apart = (code) => digits(code).filter(Boolean).length; // choices other than the primary's

  // Distinct analyses that any combination with the chosen levels leads to, each with the levels
  // of the combination that is nearest to the primary analysis.
  function matching(universe, chosen) {
    const first = universe.first;
    const fits = (code, from) =>
      digits(code).every((digit, i) => chosen[from + i] < 0 || digit === chosen[from + i]);
    const methods = universe.methods.flatMap((code, i) => (fits(code, first) ? [i] : []));
    const sets = new Map();
    universe.set.forEach(function (set, i) {
      const code = universe.data[i];
      if (fits(code, 0) && !(sets.has(set) && apart(sets.get(set)) <= apart(code))) sets.set(set, code);
    });
    const count = universe.methods.length;
    return Array.from(sets).flatMap(([set, code]) => methods.map((method) =>
      ({ place: set * count + method, levels: digits(code + universe.methods[method]) })));
  }

  function said(universe, places) {
    if (!places.length) return "No analysis has these choices.";
    const values = places.map(({ place }) => universe.estimate[place]).sort((a, b) => a - b);
    const number = function (holds) {
      const many = places.filter(({ place }) => holds(place)).length;
      return many === places.length ? "all" : many ? formats.count(many) : "none";
    };
    const ends = [values[0], values[values.length - 1]];
    const policy = formats.alike(universe.policy, ...ends);
    const told = (value) => formats.number(policy, value);
    const unit = formats.unit(universe.policy);
    const middle = values.length / 2;
    const median = (values[Math.ceil(middle) - 1] + values[Math.floor(middle)]) / 2;
    return (
      formats.count(places.length) + " of " + formats.count(universe.estimate.length) + " analyses: from " +
      told(ends[0]) + " to " + told(ends[1]) + unit + ", median " + told(median) + unit + "; " +
      number((place) => universe.estimate[place] > universe.threshold) + " above " + universe.stated + ", " +
      number((place) => universe.above[place] === "1") + " with their whole interval."
    );
  }

  // Evenly by rank, both ends among them; the primary analysis stays if it is one of them.
  function thinned(universe, places, most) {
    const { estimate, lower } = universe;
    const sorted = places.toSorted((a, b) =>
      estimate[a.place] - estimate[b.place] || lower[a.place] - lower[b.place] || a.place - b.place);
    if (sorted.length <= most) return sorted;
    const ranks = new Set(Array.from({ length: most }, (_, i) =>
      Math.round((i * (sorted.length - 1)) / (most - 1))));
    const own = sorted.findIndex(({ place }) => place === universe.primary);
    if (own >= 0 && !ranks.has(own)) {
      const inner = Array.from(ranks).filter((rank) => rank > 0 && rank < sorted.length - 1);
      ranks.delete(inner.reduce((a, b) => (Math.abs(b - own) < Math.abs(a - own) ? b : a)));
      ranks.add(own);
    }
    return Array.from(ranks).sort((a, b) => a - b).map((rank) => sorted[rank]);
  }

  // Neighbouring marks as one stroke, in columns of width 1.
  function runs(marked) {
    let found = "";
    marked.forEach(function (own, i) {
      if (!own || marked[i - 1]) return;
      let end = i;
      while (marked[end]) end += 1;
      found += "M" + i + " 500H" + end;
    });
    return found;
  }

  function draw(universe, table, places) {
    const frame = JSON.parse(table.dataset.frame);
    const shown = thinned(universe, places, frame.most);
    const up = (share) => (1000 * (1 - Math.min(1, Math.max(0, share)))).toFixed(1);
    const y = (value) => up((value - frame.low) / (frame.high - frame.low));
    const each = (act) => shown.map(({ place }, i) => act(place, i)).join("");
    const own = (act) => each((place, i) => (place === universe.primary ? act(place, i) : ""));
    const whisker = (place, i) => "M" + i + ".5 " + up(universe.lower[place]) + "V" + up(universe.upper[place]); // places on the axis
    const dot = (place, i) => "M" + i + ".5 " + y(universe.estimate[place]) + "h0";
    const set = (style, d) => table.querySelector("." + style).setAttribute("d", d);
    for (const svg of table.querySelectorAll(".stretched")) {
      svg.setAttribute("viewBox", "0 0 " + Math.max(shown.length, 1) + " 1000");
    }
    set("spec-interval", each(whisker));
    set("spec-dot", each(dot));
    set("spec-primary", own(whisker));
    set("spec-own", own(dot));
    const lines = Array.from(table.querySelectorAll(".spec-mark"));
    universe.choices.forEach((choice, c) => choice.levels.forEach(function (_, level) {
      lines.shift().setAttribute("d", runs(shown.map(({ levels }) => levels[c] === level)));
    }));
    return shown.length;
  }

  // What the page came with, to go back to where nothing is chosen.
  function remember(table) {
    const parts = Array.from(table.querySelectorAll(".stretched, .stretched path"));
    const kept = parts.map((part) => ["d", "viewBox"].map((name) => [name, part.getAttribute(name)]));
    return () => parts.forEach((part, i) => kept[i].forEach(([name, held]) => {
      if (held !== null) part.setAttribute(name, held);
    }));
  }

  function control(choice, index, chosen, apply) {
    const select = make("select");
    select.append(new Option("all", "-1"), ...choice.levels.map((text, i) => new Option(text, String(i))));
    select.addEventListener("change", function () {
      chosen[index] = Number(select.value);
      apply();
    });
    return make("label", "", choice.label + " ", select);
  }

  function prepare(box) {
    const universe = JSON.parse(box.dataset.multiverse);
    universe.methods = universe.methods.split(" ");
    universe.first = universe.choices.length - universe.methods[0].length;
    universe.set = cut(universe.set, PLACE).map((text) => parseInt(text, 36));
    universe.data = levels(universe.data, universe.first);
    universe.above = Array.from(universe.above, (five) => parseInt(five, 32).toString(2).padStart(5, "0")).join("");
    universe.estimate = cut(universe.estimate, DIGITS).map((text) => proportion(parseInt(text, 36)));
    for (const end of ["lower", "upper"]) {
      universe[end] = cut(universe[end], 2).map((text) => parseInt(text, 36) / COARSE);
    }
    const table = box.parentElement.querySelector("table[data-frame]");
    const restore = remember(table);
    const chosen = universe.choices.map(() => -1);
    const output = make("output");
    function apply() {
      const places = matching(universe, chosen);
      restore();
      output.textContent = said(universe, places);
      if (chosen.every((level) => level < 0)) return;
      output.textContent += " Drawn: " + draw(universe, table, places) + " of them" +
        (places.some(({ place }) => place === universe.primary) ? "." : ", not the primary analysis.");
    }
    const bar = make("div", "filters");
    bar.append(...universe.choices.map((choice, i) => control(choice, i, chosen, apply)));
    box.append(bar, make("p", "", output));
    apply();
  }

  page.ready((root) => root.querySelectorAll("[data-multiverse]").forEach(prepare));
})();
