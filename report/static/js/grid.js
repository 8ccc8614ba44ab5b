// A table as a program or a spreadsheet reads it: each number in a column of its own with every
// digit, words beside it where there are any, and no cell that would run or become a date.
page.grid = (function () {
  "use strict";
  const MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\\.?";
  const DATE = new RegExp("^\\s*(\\d{1,4}\\s*[/.:-]\\s*\\d{1,4}(\\s*[/.:-]\\s*\\d{1,4})?|\\d+\\s+\\d+/\\d+|" +
    MONTH + "[\\s/.-]*\\d{1,4}|\\d{1,4}[\\s/.-]*" + MONTH + "([\\s/.-]*\\d{1,4})?)\\s*$", "i");
  const RUNS = /^\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
  const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
  const GROUPED = /^[\u2212-]?\d{1,3}(,\d{3})+(\.\d+)?$/;
  const COUNT = /^(\d[\d,]*)\s*(?:\/|of)\s*(\d[\d,]*)$/;
  const MOST = 3;
  const JOINERS = /\b(of|to|per|all|none|points?)\b/g;

  // What a number is called: the end of its field, with what it is an end of.
  function nameOf(field) {
    const parts = field.split(".").filter((part) => !/^\d+$/.test(part));
    const last = parts[parts.length - 1];
    if (last !== "lower" && last !== "upper") return last;
    return (parts.includes("intervals") ? "ci" : parts[parts.length - 2]) + "_" + last;
  }

  // The second number of a name within a cell has a name of its own.
  function apart(names) {
    return names.map(function (name, i) {
      const before = names.slice(0, i).filter((one) => one === name).length;
      return before ? name + " " + (before + 1) : name;
    });
  }

  function read(cell) {
    const text = page.textOf(cell);
    const numbers = Array.from(cell.querySelectorAll("[data-field]"));
    let rest = text;
    for (const number of numbers) rest = rest.replace(number.textContent, "");
    return {
      text: text === "\u2014" ? "" : text,
      names: apart(numbers.map((number) => nameOf(number.dataset.field))),
      values: numbers.map((number) => String(page.valueOf(number) ?? "")),
      words: /\p{L}/u.test(rest.replace(JOINERS, "")),
    };
  }

  function safe(text) {
    if (NUMBER.test(text)) return text;
    if (GROUPED.test(text)) return text.replaceAll(",", "").replace("\u2212", "-");
    return RUNS.test(text) || DATE.test(text) ? "'" + text : text;
  }

  // Columns that one column of the page becomes: titles, and the parts of each of its cells. A
  // name that several columns share has the title of its column before it.
  function columns(title, cells, names, shared) {
    const told = cells.map((cell) => cell.text).filter(Boolean);
    if (!names.length && told.length && told.every((text) => COUNT.test(text))) {
      const parts = cells.map((cell) => (COUNT.exec(cell.text) || ["", "", ""]).slice(1));
      return { titles: [title + " events", title + " total"], parts: parts.map((pair) => pair.map(safe)) };
    }
    const worded = !names.length || cells.some((cell) => (cell.words || !cell.names.length) && cell.text);
    const titles = names.map((name) => (shared.has(name) ? title + " " + name : name));
    const parts = cells.map((cell) => [...(worded ? [safe(cell.text)] : []),
      ...names.map((name) => cell.values[cell.names.indexOf(name)] ?? "")]);
    return { titles: [...(worded ? [title] : []), ...titles], parts };
  }

  // Titles first, then the rows that are shown, in the order in which they are.
  return function (table) {
    const all = Array.from(table.tHead.rows[0].cells);
    const told = all.filter((cell) => !cell.matches(".drawn"));
    const titles = told.map(page.textOf);
    const shown = [], groups = [];
    let group = "";
    for (const row of Array.from(table.tBodies).flatMap((body) => Array.from(body.rows))) {
      if (row.matches(".group, .heading-row")) group = page.textOf(row);
      else if (!row.hidden && row.cells.length === all.length) {
        shown.push(told.map((cell) => read(row.cells[cell.cellIndex])));
        groups.push(safe(group));
      }
    }
    const cells = titles.map((_, i) => shown.map((row) => row[i]));
    // Rows may quote different numbers, counts or estimates: each name has a column of its own.
    const names = cells.map(function (column) {
      const found = column.reduce((a, b) => (b.names.length > a.names.length ? b : a), { names: [] });
      // A cell with more numbers than an estimate and its interval is a list in words.
      const list = found.names.length > MOST && found.words;
      return list ? [] : [...new Set(column.flatMap((cell) => cell.names))];
    });
    const every = [...titles.filter((_, i) => !names[i].length), ...names.flat()];
    const shared = new Set(every.filter((name, i) => every.indexOf(name) !== i));
    const split = titles.map((title, i) => columns(title, cells[i], names[i], shared));
    const grid = [split.flatMap((one) => one.titles),
      ...shown.map((_, r) => split.flatMap((one) => one.parts[r]))];
    return group ? grid.map((line, r) => [r ? groups[r - 1] : "Group", ...line]) : grid;
  };
})();
