// The facts behind the numbers, put together again from the block of JSON at the page's end.
const facts = (function () {
  "use strict";
  const packed = JSON.parse(document.getElementById("island").textContent);
  const results = {};
  const numbers = []; // by place: the result and the field of each number of the page

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

  let ref = "";
  for (const [shared, rest, fields, values, ...about] of packed.results) {
    ref = ref.slice(0, shared) + rest;
    const own = results[ref] = { values: {} };
    packed.fields[fields].forEach(function (name, i) {
      const [field, form] = packed.names[name].split(" ");
      own.values[field] = values[i];
      numbers.push({ ref, field, form });
    });
    about.forEach((held, i) => { if (held !== null) own[packed.about[i]] = held; });
  }

  // Each number of the page is told its result and its field, in templates too.
  function name(root) {
    for (const one of root.querySelectorAll("data[value]")) {
      const { ref, field, form } = numbers[one.value];
      one.dataset.ref = ref;
      one.dataset.field = field;
      if (form) one.dataset.format = form;
    }
    for (const held of root.querySelectorAll("template")) name(held.content);
  }

  const each = (all, act) => Object.fromEntries(Object.entries(all).map(([id, one]) => [id, act(one)]));
  return { ...packed, rows: each(packed.rows, row), jobs: each(packed.jobs, job), results, numbers, name };
})();
