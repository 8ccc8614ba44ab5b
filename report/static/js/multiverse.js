// Choices above a specification curve: what remains of all analyses, and how far it ranges.
(function () {
  "use strict";
  const { make } = page;
  const DIGITS = 3, UNIT = 4e4, PLACE = 3;

  function cut(text, width) {
    const found = [];
    for (let i = 0; i < text.length; i += width) found.push(text.slice(i, i + width));
    return found;
  }

  // Distinct analyses that any combination with the chosen levels leads to.
  function matching(universe, chosen) {
    const first = universe.first;
    const fits = (code, from) =>
      Array.from(code).every((digit, i) => chosen[from + i] < 0 || parseInt(digit, 36) === chosen[from + i]);
    const methods = universe.methods.flatMap((code, i) => (fits(code, first) ? [i] : []));
    const sets = new Set(universe.set.filter((set, i) => fits(universe.data[i], 0)));
    const count = universe.methods.length;
    return Array.from(sets).flatMap((set) => methods.map((method) => set * count + method));
  }

  function percent(share) {
    return (100 * share).toFixed(1) + "%";
  }

  function said(universe, places) {
    if (!places.length) return "No analysis has these choices.";
    const values = places.map((place) => universe.estimate[place]).sort((a, b) => a - b);
    const share = (holds) => percent(places.filter(holds).length / places.length);
    const middle = values.length / 2;
    const median = (values[Math.ceil(middle) - 1] + values[Math.floor(middle)]) / 2;
    return (
      places.length + " of " + universe.estimate.length + " analyses: from " + percent(values[0]) +
      " to " + percent(values[values.length - 1]) + ", median " + percent(median) + "; " +
      share((place) => universe.estimate[place] > universe.threshold) + " above " + Math.round(100 * universe.threshold) + "%, " +
      share((place) => universe.above[place] === "1") + " with their whole interval."
    );
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
    universe.data = universe.set.map((set, i) =>
      universe.data.slice(i * universe.first, (i + 1) * universe.first));
    universe.estimate = cut(universe.estimate, DIGITS).map((text) => parseInt(text, 36) / UNIT);
    const chosen = universe.choices.map(() => -1);
    const output = make("output");
    function apply() {
      output.textContent = said(universe, matching(universe, chosen));
    }
    const bar = make("div", "filters");
    bar.append(...universe.choices.map((choice, i) => control(choice, i, chosen, apply)));
    box.append(bar, make("p", "", output));
    apply();
  }

  document.querySelectorAll("[data-multiverse]").forEach(prepare);
})();
