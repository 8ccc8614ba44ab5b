// Choices above a specification curve: what remains of all analyses, and how far it ranges.
(function () {
  "use strict";
  const { make } = page;
  const DIGITS = 4, UNIT = 1e6;

  function unpacked(text) {
    const found = [];
    for (let i = 0; i < text.length; i += DIGITS) found.push(parseInt(text.slice(i, i + DIGITS), 36) / UNIT);
    return found;
  }

  // Distinct analyses that any combination with the chosen levels leads to.
  function matching(universe, chosen) {
    const first = universe.data[0].length;
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
    const share = (array) =>
      percent(places.filter((place) => array[place] > universe.threshold).length / places.length);
    const middle = values.length / 2;
    const median = (values[Math.ceil(middle) - 1] + values[Math.floor(middle)]) / 2;
    return (
      places.length + " of " + universe.estimate.length + " analyses: from " + percent(values[0]) +
      " to " + percent(values[values.length - 1]) + ", median " + percent(median) + "; " +
      share(universe.estimate) + " above " + Math.round(100 * universe.threshold) + "%, " +
      share(universe.lower) + " with their whole interval."
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
    for (const name of ["data", "methods"]) universe[name] = universe[name].split(" ");
    for (const name of ["estimate", "lower"]) universe[name] = unpacked(universe[name]);
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
