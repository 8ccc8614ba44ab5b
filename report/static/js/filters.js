// A bar above each table: search, one choice for each column marked for it, copy and CSV; and a
// word where columns lie beyond the edge.
(function () {
  "use strict";
  const { make } = page;
  // A table that fits the eye needs no search.
  const SEARCH_FROM = 9;

  function values(table, index) {
    const found = new Map();
    for (const row of table.tBodies[0].rows) {
      const cell = row.cells[index];
      found.set(page.textOf(cell), page.sortKey(cell));
    }
    return Array.from(found)
      .sort((a, b) => a[1].localeCompare(b[1], undefined, { numeric: true }))
      .map((pair) => pair[0]);
  }

  function choice(table, title, index, tests, apply) {
    const select = make("select", "");
    select.append(new Option("all", ""), ...values(table, index).map((text) => new Option(text)));
    select.addEventListener("change", function () {
      const wanted = select.value;
      tests.set(index, (row) => !wanted || page.textOf(row.cells[index]) === wanted);
      apply();
    });
    return make("label", "", title + " ", select);
  }

  function search(tests, apply) {
    const input = make("input", "");
    input.type = "search";
    input.addEventListener("input", function () {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      tests.set("search", function (row) {
        const text = row.textContent.toLowerCase();
        return words.every((word) => text.includes(word));
      });
      apply();
    });
    return make("label", "", "Search ", input);
  }

  // What is shown, in the order in which it is shown: rows of texts, titles first. For people;
  // page.grid() is for programs.
  function shown(table) {
    const rows = [table.tHead.rows[0], ...Array.from(table.tBodies[0].rows).filter((r) => !r.hidden)];
    return rows.map((row) => Array.from(row.cells).map((cell) => page.textOf(cell)));
  }

  function csv(rows) {
    const quoted = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
    return rows.map((row) => row.map(quoted).join(",") + "\r\n").join("");
  }

  page.saveCsv = (table, name) =>
    page.save(name + ".csv", "text/csv;charset=utf-8", "\ufeff" + csv(page.grid(table)));

  function exports(table) {
    const name = page.textOf(table.caption);
    const copy = page.button("tool", "Copy", () =>
      page.copy(shown(table).map((row) => row.join("\t")).join("\n"), "Table copied"));
    const save = page.button("tool", "CSV", () => page.saveCsv(table, table.id));
    copy.setAttribute("aria-label", "Copy the table " + name);
    save.setAttribute("aria-label", "Download as CSV: " + name);
    return make("span", "exports", copy, save);
  }

  // Tells of columns beyond the edge for as long as there are any.
  function tellOfMore(box) {
    const told = make("span", "more", "More columns \u2192");
    told.hidden = true;
    const look = () => { told.hidden = box.scrollWidth <= box.clientWidth + 1; };
    if ("ResizeObserver" in window) {
      const watcher = new ResizeObserver(look);
      watcher.observe(box);
      watcher.observe(box.firstElementChild);
    }
    return told;
  }

  function prepare(table) {
    const rows = Array.from(table.tBodies[0].rows).filter((row) => !row.matches(".group"));
    const bar = make("div", "filters");
    const count = make("output", "");
    const tests = new Map();
    bar.id = table.id + "-tools";

    function apply() {
      for (const row of rows) row.hidden = !Array.from(tests.values()).every((fits) => fits(row));
      count.textContent = rows.filter((row) => !row.hidden).length + " of " + rows.length + " rows";
    }

    if (rows.length >= SEARCH_FROM) bar.append(search(tests, apply));
    if (rows.length > 1) {
      for (const title of table.querySelectorAll("th[data-filter]")) {
        bar.append(choice(table, title.dataset.filter, title.cellIndex, tests, apply));
      }
    }
    if (bar.childNodes.length) {
      bar.append(count);
      apply();
    }
    const box = table.closest(".table-box");
    bar.append(tellOfMore(box), exports(table));
    box.before(bar);
  }

  page.ready(function (root) {
    for (const table of root.querySelectorAll(".table-box > table")) prepare(table);
  });
})();
