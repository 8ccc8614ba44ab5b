// Sortable tables: a button in each column title; missing values always come last. On a phone a
// table with sentences in it is shown as a list: its cells carry their titles, its parts their roles.
(function () {
  "use strict";

  function key(row, index) {
    const cell = row.cells[index];
    return cell ? page.sortKey(cell) : "";
  }

  function compare(a, b, numeric) {
    if (numeric) return Number(a) - Number(b);
    return a.localeCompare(b, document.documentElement.lang, { numeric: true });
  }

  function sort(table, index, direction) {
    const body = table.tBodies[0];
    const numeric = table.tHead.rows[0].cells[index].classList.contains("num");
    const missing = (text) => text === "" || (numeric && Number.isNaN(Number(text)));
    const rows = Array.from(body.rows);
    const keys = new Map(rows.map((row) => [row, key(row, index)]));
    rows.sort(function (first, second) {
      const a = keys.get(first);
      const b = keys.get(second);
      if (missing(a) || missing(b)) return Number(missing(a)) - Number(missing(b));
      return direction * compare(a, b, numeric);
    });
    body.append(...rows);
  }

  function prepare(table) {
    const titles = Array.from(table.tHead.rows[0].cells);
    titles.forEach(function (title, index) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort-button";
      const term = title.querySelector("a.term"); // a link cannot stand inside a button
      if (term) {
        button.classList.add("term");
        button.dataset.term = term.hash;
        term.replaceWith(...term.childNodes);
      }
      button.append(...title.childNodes);
      title.append(button);
      button.addEventListener("click", function () {
        const down = title.getAttribute("aria-sort") === "ascending";
        for (const other of titles) other.removeAttribute("aria-sort");
        title.setAttribute("aria-sort", down ? "descending" : "ascending");
        sort(table, index, down ? -1 : 1);
      });
    });
  }

  const SENTENCE = 36;
  function stack(table) {
    const heads = table.tHead.rows[0].cells;
    const titles = Array.from(heads, page.textOf);
    for (const row of table.tBodies[0].rows) {
      Array.from(row.cells).forEach(function (cell, index) {
        cell.dataset.title = titles[index];
        if (heads[index].matches(".long")) cell.classList.add("long");
      });
    }
    page.roles(table);
    table.classList.add("stacks");
  }

  page.ready(function (root) {
    for (const table of root.querySelectorAll(".table-box > table")) {
      const texts = Array.from(table.querySelectorAll("td:not(.num)"));
      if (table.querySelector(".long, .longest") || texts.some((cell) => cell.textContent.length > SENTENCE)) {
        stack(table);
      }
    }
    for (const table of root.querySelectorAll("table.drawn-table")) page.roles(table);
    for (const table of root.querySelectorAll("table[data-sortable]")) {
      if (table.tBodies[0].rows.length > 1) prepare(table);
    }
  });
})();
