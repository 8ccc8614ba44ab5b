// The facts behind the numbers, put together again from the block of JSON at the page's end.
const facts = (function () {
  "use strict";
  const packed = JSON.parse(document.getElementById("island").textContent);

  // A row lists texts by their position, then numbers; what is not known is null or left out.
  function row(told) {
    const found = {};
    packed.columns.forEach(function (name, i) {
      const held = told[i] ?? null;
      if (held !== null) found[name] = ["events", "total", "line"].includes(name) ? held : packed.texts[held];
    });
    return found;
  }

  function job(about) {
    const files = (places) => Object.fromEntries(places.map((place) => packed.hashes[place]));
    return { ...about, inputs: files(about.inputs), outputs: files(about.outputs) };
  }

  function result(about) {
    const names = packed.fields[about.fields];
    return { ...about, values: Object.fromEntries(names.map((name, i) => [name, about.values[i]])) };
  }

  const each = (all, act) => Object.fromEntries(Object.entries(all).map(([id, one]) => [id, act(one)]));
  return {
    ...packed,
    rows: each(packed.rows, row),
    jobs: each(packed.jobs, job),
    results: each(packed.results, result),
  };
})();
