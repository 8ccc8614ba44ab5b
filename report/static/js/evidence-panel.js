// Every number is a door: a click opens a panel that says where it comes from. For keyboards and
// screen readers each table, figure and text has one button that lists its numbers.
(function () {
  "use strict";
  const { make, refOf, valueOf } = page;
  const NUMBER = "main [data-field]";
  const PARTS = {
    proportion: "proportion", change: "change", weight: "weight", events: "events",
    total: "total", k: "number of studies or arms", tau2: "between-study variance τ²",
    i2: "I²", q: "Q", q_df: "degrees of freedom of Q", q_p: "p value of Q", ci: "interval",
    prediction: "prediction interval", lower: "lower end", upper: "upper end", p: "p value",
    q_between: "Q between levels", df: "degrees of freedom", estimate: "estimate",
  };
  let panel = null;
  let listed = null; // the block whose numbers were listed, to go back to

  // "result.ci.lower" in words: interval, lower end.
  function words(field) {
    const known = field.split(".").filter((part) => part in PARTS).map((part) => PARTS[part]);
    return known.join(", ") || field;
  }

  function copier(text, what) {
    return page.button("copy", "Copy " + what, () => page.copy(text, "Copied: " + what));
  }

  function entry(list, name, ...children) {
    list.append(make("dt", "", name), make("dd", "", ...children));
  }

  const code = (text) => make("code", "", String(text));

  // What many results have in common is stored once: here it is put together again.
  function known(ref) {
    const own = facts.results[ref];
    const rows = "rows" in own ? facts.sets[own.rows] : [];
    const list = (name) => "[" + rows.map((id) => facts.rows[id][name]).join(", ") + "]";
    return {
      ...own, rows,
      file: "file" in own ? facts.files[own.file] : "",
      job: "job" in own ? facts.tasks[own.job] : "",
      command: own.command || ("job" in own ? "poolprop verify --recompute " + ref : ""),
      method: "method" in own ? facts.methods[own.method] : "",
      decisions: "decisions" in own ? facts.verdicts[own.decisions] : [],
      code: "call" in own ? facts.calls[own.call].replace("{}", list("events") + ", " + list("total")) : "",
    };
  }

  function rowsTable(ids) {
    const table = make("table", "door-rows");
    const titles = ["Row", "Study", "Events/total", "Where in the source"];
    const head = make("tr", "", ...titles.map((title) => make("th", "", title)));
    for (const cell of head.cells) cell.scope = "col";
    table.createTHead().append(head);
    const body = table.createTBody();
    for (const id of ids) {
      const row = facts.rows[id] || {};
      const name = make("th", "", code(id));
      name.scope = "row";
      const place = make("td", "", row.locator || "", row.record ? " (" + row.record + ")" : "");
      if (row.table) {
        place.append(make("br"), code(row.table + (row.line ? ":" + row.line : "")));
      }
      if (row.sha256) place.append(" ", code(row.sha256.slice(0, 12)));
      const counts = row.total === undefined ? "" : row.events + "/" + row.total;
      const study = make("td", "", row.label || "", row.arm ? ", " + row.arm : "");
      body.append(make("tr", "", name, study, make("td", "num", counts), place));
    }
    const box = make("div", "door-box", table);
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", "Rows used");
    return box;
  }

  function decisions(list, ids) {
    for (const id of ids) {
      const known = facts.decisions[id] || {};
      const link = make("a", "", id);
      link.href = "#contradiction/" + id;
      link.addEventListener("click", () => panel.close());
      entry(list, "Discrepancy", link, ": printed " + (known.printed || "?") + "; decided: " +
        (known.decision || "?") + (known.reason ? " Why: " + known.reason : ""));
    }
  }

  function hashes(files) {
    const items = Object.entries(files || {}).map(([path, sha]) =>
      make("li", "", code(path), " ", make("code", "sha", String(sha))));
    return make("ul", "door-hashes", ...items);
  }

  function jobs(list, name) {
    const job = facts.jobs[name];
    if (!job) return;
    const fold = make("details", "", make("summary", "", "What went in and came out, with SHA-256"));
    fold.append(make("p", "", "In:"), hashes(job.inputs), make("p", "", "Out:"), hashes(job.outputs));
    entry(list, "Job", code(name), job.rule ? " (rule " + job.rule + ")" : "",
      job.code ? ", code " : "", job.code ? code(job.code) : "", fold);
  }

  function others(list, known, field) {
    const fields = Object.keys(known.values).filter((name) => name !== field);
    if (!fields.length) return;
    const inner = make("dl", "facts");
    for (const name of fields) entry(inner, words(name), code(known.values[name] ?? "not given"));
    entry(list, "Other numbers of this result",
      make("details", "", make("summary", "", fields.length + " on this page"), inner));
  }

  function fill(text, ref, field) {
    const about = known(ref);
    const value = about.values[field];
    const title = make("h2", "", text + " ", make("span", "", words(field)));
    title.id = "door-title";
    const list = make("dl", "");
    entry(list, "Result", code(ref));
    entry(list, "Field and value", code(field), " = ", code(value ?? "not given"));
    if (about.file) entry(list, "File", code(about.file));
    if (about.method) entry(list, "Method", about.method);
    if (about.rows.length) entry(list, "Rows used", rowsTable(about.rows));
    decisions(list, about.decisions);
    jobs(list, about.job);
    for (const [name, text] of [["Compute it again", about.code], ["At the command line", about.command]]) {
      if (!text) continue;
      const line = make("pre", "", code(text));
      line.tabIndex = 0;
      line.setAttribute("role", "group");
      line.setAttribute("aria-label", name);
      entry(list, name, line);
    }
    others(list, about, field);
    const bar = make("div", "door-bar", copier(page.address(ref + "@" + field), "link"), copier(ref, "id"));
    if (about.code || about.command) bar.append(copier(about.code || about.command, "code"));
    bar.append(page.button("copy", "Copy all", () =>
      page.copy([ref, field + " = " + value, about.file, about.method,
        about.rows.join(" "), about.code,
        about.command].filter(Boolean).join("\n"), "Copied: all")));
    if (listed) bar.prepend(page.button("copy", "Back to the list", () => listing(listed)));
    show(title, bar, list);
  }

  function build() {
    const made = make("dialog", "door");
    made.id = "door";
    made.setAttribute("aria-labelledby", "door-title");
    made.addEventListener("click", (event) => { if (event.target === made) made.close(); });
    document.body.append(made);
    return made;
  }

  function show(...parts) {
    panel = panel || build();
    const close = page.button("close", "\u00d7", () => panel.close());
    close.setAttribute("aria-label", "Close");
    panel.replaceChildren(close, ...parts);
    if (!panel.open) panel.showModal(); // closing gives the focus back
    panel.scrollTop = 0;
  }

  function open(number) {
    fill(number.textContent, refOf(number), number.dataset.field);
  }

  // What has a button of its own: the numbers of a table or figure are not those of the text.
  const BLOCKS = "figure, .table-box, article, section";
  const blockOf = (number) => number.closest(BLOCKS);
  const numbersOf = (block) =>
    Array.from(block.querySelectorAll("[data-field]")).filter((one) => blockOf(one) === block);

  function nameOf(block) {
    const named = block.querySelector("caption, svg > title") || block.querySelector("h2, h3, h4");
    return named ? page.textOf(named) : "";
  }

  // The numbers of a block, row by row or sentence by sentence, each a button to its panel.
  function listing(block) {
    listed = block;
    const title = make("h2", "", "Sources of these numbers ", make("span", "", nameOf(block)));
    title.id = "door-title";
    const rows = new Map();
    for (const number of numbersOf(block)) {
      const row = number.closest("tr, p, li, dd, figcaption, svg .row") || block;
      if (!rows.has(row)) rows.set(row, []);
      rows.get(row).push(number);
    }
    const list = make("ul", "door-numbers");
    for (const [row, numbers] of rows) {
      const head = row.matches("tr") ? row.querySelector("th") : null;
      const told = head ? page.textOf(head) + ": " : "";
      list.append(make("li", "", told, ...numbers.flatMap((number) => {
        const made = page.button("copy", number.textContent, () => open(number));
        made.setAttribute("aria-label", number.textContent + ", " + words(number.dataset.field));
        return [made, " "];
      })));
    }
    show(title, list);
  }

  page.sources = function (block) {
    const made = page.button("tool sources", "Sources", () => listing(block));
    made.setAttribute("aria-label", "Sources of these numbers: " + nameOf(block));
    return made;
  };

  function place(block) {
    const own = numbersOf(block);
    const bar = block.matches("figure") ? block.querySelector(".exports")
      : block.matches(".table-box") ? block.previousElementSibling.querySelector(".exports") : null;
    if (bar) bar.prepend(page.sources(block));
    else {
      const last = own.at(-1); // nothing but items may stand within a list
      (last.closest("dl, ul, ol") || last.closest("p, div")).after(page.sources(block));
    }
  }

  page.ready((root) => new Set(Array.from(root.querySelectorAll("[data-field]"), blockOf)).forEach(place));

  document.addEventListener("pointerover", function (event) {
    const number = event.target.closest(NUMBER);
    if (number && !number.title && !number.closest("svg")) {
      const value = valueOf(number);
      number.title = refOf(number) + ", " + number.dataset.field + ": " + (value ?? "not given");
    }
  });
  document.addEventListener("click", function (event) {
    const number = event.target.closest(NUMBER);
    if (!number) return;
    listed = null;
    open(number);
  });

  // For deep links: the first visible number of a result, or one field of it.
  page.door = function (ref, field) {
    page.wakeFor(ref);
    const found = Array.from(document.querySelectorAll(NUMBER)).filter(
      (number) => refOf(number) === ref && (!field || number.dataset.field === field));
    const number = found.find((one) => one.getClientRects().length) || found[0];
    if (!number) return null;
    return { number, open: () => { listed = null; open(number); } };
  };
})();
