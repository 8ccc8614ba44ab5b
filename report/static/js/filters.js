// Filters above a table: one choice for each column marked for it; rows that do not match hide.
(function () {
  "use strict";

  function values(table, index) {
    const found = new Map();
    for (const row of table.tBodies[0].rows) {
      const cell = row.cells[index];
      found.set(page.textOf(cell), cell.dataset.sort ?? page.textOf(cell));
    }
    return Array.from(found)
      .sort((a, b) => a[1].localeCompare(b[1], undefined, { numeric: true }))
      .map((pair) => pair[0]);
  }

  function control(table, title, index, chosen, apply) {
    const label = document.createElement("label");
    const select = document.createElement("select");
    label.append(title + " ", select);
    select.append(new Option("all", ""), ...values(table, index).map((text) => new Option(text)));
    select.addEventListener("change", function () {
      chosen.set(index, select.value);
      apply();
    });
    return label;
  }

  function prepare(table, marked) {
    const bar = document.createElement("div");
    const count = document.createElement("output");
    const chosen = new Map();
    const rows = Array.from(table.tBodies[0].rows);
    bar.className = "filters";

    function apply() {
      let shown = 0;
      for (const row of rows) {
        const fits = Array.from(chosen).every(
          ([index, text]) => !text || page.textOf(row.cells[index]) === text
        );
        row.hidden = !fits;
        shown += Number(fits);
      }
      count.textContent = shown + " of " + rows.length + " rows";
    }

    for (const title of marked) {
      bar.append(control(table, title.dataset.filter, title.cellIndex, chosen, apply));
    }
    bar.append(count);
    table.closest(".table-box").before(bar);
    apply();
  }

  for (const table of document.querySelectorAll("table.data-table")) {
    const marked = Array.from(table.querySelectorAll("th[data-filter]"));
    if (marked.length && table.tBodies[0].rows.length > 1) prepare(table, marked);
  }
})();
