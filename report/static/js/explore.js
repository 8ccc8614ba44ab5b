// A reader tries what the review would say without a study, with other counts or with one more.
// What comes out stands beside the review's own result, marked as the reader's.
(function () {
  "use strict";
  const { changes, controls, make, repool, strip, takeHome } = page;
  const { pools = {}, options } = facts.explore || {};
  const { answer, policyOf } = takeHome;
  const owners = [];

  const axisOf = (element) => strip.axisOf(element.dataset.ends.split(" ").map(Number));
  const mine = (...content) => make("span", "mine", ...content);
  // What stands for few studies is the Bayesian view of the same pool.
  const poolOf = (ref = "") => ref.replace(/^bayes\//, "pool/");
  const first = (element) => element.firstChild.textContent.trim();
  const clear = (one) => one.made.splice(0).forEach((made) => made.remove());

  function draw(owner) {
    controls.fill(owner);
    owner.redraw();
    if (owner.open && !owner.ahead) ahead(owner);
  }

  // What is likely to be tried next, each study left out, is answered while the page is idle.
  const AHEAD = 20;
  function ahead(owner) {
    const next = owner.main.map(changes.rowsOf).filter((rows) => rows.length <= AHEAD)
      .flatMap((rows) => rows.map((row) => rows.map((one) => (one === row ? { ...one, used: false } : one))));
    owner.ahead = next.slice(0, AHEAD).reverse();
    const step = () => owner.ahead.length && (repool.answer(owner.ahead.pop()), page.idle(step));
    page.idle(step);
  }

  // What the reader's numbers replaced, cell by cell: what stood there may be another model's.
  const replaced = new WeakMap();

  function fill(row, name, ...content) {
    const cell = row.querySelector("td." + name);
    if (!cell) return;
    if (!replaced.has(cell)) replaced.set(cell, Array.from(cell.childNodes));
    cell.replaceChildren(...content);
  }

  function putBack(rows) {
    for (const cell of rows.flatMap((row) => Array.from(row.cells)).filter((one) => replaced.has(one))) {
      cell.replaceChildren(...replaced.get(cell));
      replaced.delete(cell);
    }
  }

  // A new row with the columns of its table.
  function line(table, name, label, cells = {}) {
    const head = make("th", "", ...label), titles = Array.from(table.tHead.rows[0].cells).slice(1);
    head.scope = "row";
    return make("tr", name + " mine", head, ...titles.map((title) => make("td", title.className, ...(cells[title.className] || []))));
  }

  function picture(table, ...marks) {
    const use = table.querySelector("td.drawn use");
    return strip.svg(...(use ? [use.cloneNode()] : []), ...marks);
  }

  // The rows of one group of a forest plot, as the reader changed them.
  function group(owner, table, one) {
    const { rows, axis } = one, changed = changes.touched(one.ref);
    clear(one);
    putBack(rows);
    rows.forEach((row) => row.classList.remove("out"));
    for (const row of one.own) row.classList.toggle("ghost", changed);
    if (!changed && !owner.open) return;
    const found = answer(one.ref), { both } = repool.texts(policyOf(one.ref));
    const most = Math.max(...found.result.weights);
    let at = 0, last = rows.at(-1);
    found.all.forEach(function (state, i) {
      const inside = state.used ? at++ : -1, weight = found.weight(inside);
      const row = rows[i] || line(table, "study-row", owner.open ? [controls.remover(owner, state), " ", state.name] : [state.name]);
      row.classList.toggle("out", !state.used);
      if (state.one) {
        last.after(row);
        one.made.push(last = row);
      } else if (owner.open) {
        one.made.push(controls.tick(owner, state));
        row.cells[0].prepend(one.made.at(-1));
      }
      if (owner.open) fill(row, "counts", ...controls.counts(owner, state));
      else if (state.edited || state.one) fill(row, "counts", mine(state.events + "/" + state.total));
      if (changed) fill(row, "weight", mine(weight === null ? "—" : formats.share(weight)));
      if (!changed || !state.used) return;
      const ci = found.interval(inside), value = state.events / state.total;
      if (state.edited || state.one) fill(row, "estimate", mine(both(value, ci)));
      fill(row, "drawn", picture(table, ...strip.whisker(axis, ci, "whisker"), ...strip.square(axis, value, weight === null ? 1 : weight / most)));
    });
    if (changed) pooled(table, one, found, both, last);
    page.roles(table);
  }

  // Diamond and prediction interval of the reader, before the review's own, which show through.
  function pooled(table, one, found, both, last) {
    const { lead, told, k } = found, [before] = one.own;
    const ghost = before && before.querySelector(".strip > .stretched");
    const shadow = ghost ? [ghost.cloneNode(true)] : [];
    shadow.forEach((mark) => mark.classList.add("ghost"));
    const why = !k ? "no study is left" : k < 2 ? "one study is left, nothing is pooled" : "interval too wide to report";
    const made = [line(table, "pooled-row", ["Your exploration: " + (told ? "pooled" + (found.few ? ", Bayesian" : "") : why)], {
      counts: [mine(found.events + "/" + found.total)],
      drawn: [picture(table, ...shadow, ...(told ? strip.diamond(one.axis, lead.proportion, lead.ci) : []))],
      estimate: told ? [mine(both(lead.proportion, lead.ci))] : [],
    })];
    if (told && lead.prediction) {
      made.push(line(table, "prediction-row", ["Your exploration: " + repool.level + " prediction interval"], {
        drawn: [picture(table, ...strip.whisker(one.axis, lead.prediction, "prediction", 10))],
        estimate: [mine("(" + repool.texts(policyOf(one.ref)).ends(lead.prediction, lead.proportion) + ")")],
      }));
    }
    if (before) before.before(...made);
    else last.after(...made);
    const tags = one.own.map((row) => make("span", "detail", " the review's own"));
    tags.forEach((tag, i) => one.own[i].cells[0].append(tag));
    one.made.push(...made, ...tags);
  }

  function figure(element) {
    const table = element.querySelector("table.drawn-table[data-ends]");
    if (!table) return;
    const found = (ref, rows, own, name) => ({ ref, rows, own, name, axis: axisOf(table), made: [] });
    const groups = Array.from(table.tBodies).flatMap(function (body) {
      const heading = body.querySelector(".heading-row"), rows = Array.from(body.querySelectorAll(".study-row"));
      const ref = heading ? heading.id : poolOf(element.dataset.pool);
      if (ref in pools && rows.length === pools[ref][2].length) {
        return [found(ref, rows, Array.from(body.querySelectorAll(".pooled-row, .prediction-row")), heading ? first(heading.cells[0]) : "")];
      }
      // A row of its own for each level.
      return Array.from(body.rows).filter((row) => row.id in pools).map((row) => found(row.id, [], [row], first(row.cells[0])));
    });
    if (!groups.length) return;
    const refs = groups.map((one) => one.ref), many = groups.some((one) => one.rows.length);
    function own(ref) {
      const [row] = groups.find((one) => one.ref === ref).own;
      const told = (name) => page.textOf(row.querySelector("td." + name));
      return row ? "The review's own result: " + told("estimate") + "; " + told("counts") + "." : "";
    }
    const owner = controls.own({
      element, refs, main: refs, own, title: page.textOf(table.caption), names: Object.fromEntries(groups.map((one) => [one.ref, one.name])),
      redraw: () => groups.forEach((one) => group(owner, table, one)),
    }, draw);
    if (refs[0] === poolOf(element.dataset.pool)) owner.form.append(controls.adder(owner, refs[0]));
    const bar = element.querySelector(".plot-tools");
    // Another model or order finds the review's numbers, and the reader's are drawn anew after it.
    bar.addEventListener("change", () => groups.forEach((one) => putBack(one.rows)), true);
    bar.addEventListener("change", () => owner.redraw());
    if (many) bar.querySelector(".exports").before(owner.toggle);
    element.querySelector(".plot-box").before(owner.box);
    owners.push(owner);
    draw(owner);
  }

  // A cell of the first table: the reader's number below the review's own.
  function cell(one) {
    clear(one);
    const changed = changes.touched(one.ref);
    one.cell.classList.toggle("ghost", changed);
    if (!changed) return;
    const found = answer(one.ref), { k, told, lead } = found, { ends, point, unit } = repool.texts(policyOf(one.ref));
    const at = k === 1 ? found.events / found.total : lead.proportion, ci = k === 1 ? found.interval(0) : told ? lead.ci : null;
    const counted = formats.count(found.events) + " of " + formats.count(found.total);
    const number = !k ? "no study left" : k > 1 && ci ? point(at, ci) + unit : counted;
    const row = make("div", "cell", make("span", "told", make("strong", "", number), ...(ci ? [" ", make("span", "ci", ends(ci, at, " to "))] : [])));
    if (ci && one.axis) row.append(spark(one.axis, at, ci, k > 1 && lead.prediction));
    const basis = !k ? "" : k < 2 ? ": one study" : ": " + k + " studies, " + counted + (found.few ? "; Bayesian" : "") + (ci ? "" : "; interval too wide to report");
    one.made.push(make("div", "mine", row, make("small", "", "Your exploration" + basis)));
    one.cell.append(one.made[0]);
  }

  function spark(axis, at, ci, next) {
    const bar = (name, { lower, upper }) => page.put("line", { class: name, x1: axis.at(lower), x2: axis.at(upper), y1: 8, y2: 8 });
    return page.put("svg", { class: "spark", "aria-hidden": "true" }, ...(next ? [bar("prediction", next)] : []), bar("interval", ci),
      page.put("circle", { class: "dot", cx: axis.at(at), cy: 8, r: 4.5 }));
  }

  // The first table: the rows that feed it are listed below it, column by column.
  function strata(table) {
    const heads = Array.from(table.tHead.rows[0].cells).slice(1);
    const cells = Array.from(table.querySelectorAll("tbody td"), function (one) {
      const number = one.querySelector("[data-field]"), head = heads[one.cellIndex - 1];
      const ref = number ? poolOf(page.refOf(number)) : "", level = first(one.parentElement.cells[0]);
      const title = heads.length > 1 || head.dataset.ends ? first(head) : level;
      return { cell: one, ref, level, title, axis: head.dataset.ends ? axisOf(head) : null, made: [] };
    }).filter((one) => one.ref in pools);
    const whole = cells.filter((one) => one.cell.closest("#strata-all"));
    if (!whole.length) return;
    const refs = Array.from(new Set(cells.map((one) => one.ref)));
    const owner = controls.own({
      element: table, refs, main: whole.map((one) => one.ref), title: "the answer",
      names: Object.fromEntries(whole.map((one) => [one.ref, one.title])),
      own: (ref) => "The review's own result: " + Array.from(whole.find((one) => one.ref === ref).cell.querySelector(".told").children, page.textOf).join(", ") + ".",
      redraw: function () {
        cells.forEach(cell);
        owner.form.replaceChildren(...(owner.open ? whole.map((one) => listing(owner, one, cells)) : []));
      },
    }, draw);
    owner.form.className = "explore-list";
    table.after(owner.toggle, owner.box);
    owners.push(owner);
    draw(owner);
  }

  function listing(owner, whole, cells) {
    const seen = new Map();
    for (const one of [whole, ...cells.filter((each) => each.title === whole.title)]) {
      for (const row of changes.rowsOf(one.ref)) if (!seen.has(row.token || row.one)) seen.set(row.token || row.one, [row, one === whole ? "" : " (" + one.level + ")"]);
    }
    const rows = Array.from(seen.values(), function ([row, where]) {
      const head = make("th", "", row.one ? controls.remover(owner, row) : controls.tick(owner, { ...row, name: row.name + where }), " " + row.name + where);
      head.scope = "row";
      return make("tr", row.used ? "" : "out", head, make("td", "", ...controls.counts(owner, { ...row, name: row.name + where })));
    });
    return make("div", "", make("table", "", make("caption", "", whole.title), make("tbody", "", ...rows)), controls.adder(owner, whole.ref));
  }

  // Controls are made anew after each change: the one that was used keeps the focus.
  function redraw() {
    const focus = document.activeElement, name = focus && focus.getAttribute("aria-label"), at = focus && focus.selectionStart;
    const owner = owners.find((one) => one.element.contains(focus) || one.box.contains(focus));
    owners.forEach(draw);
    if (!owner || document.activeElement === focus) return;
    const again = Array.from(owner.element.querySelectorAll("[aria-label]")).concat(...owner.box.querySelectorAll("[aria-label]"))
      .find((one) => one.getAttribute("aria-label") === name) || owner.toggle;
    again.focus();
    if (at !== null && at !== undefined && again.matches(".explore-count")) again.setSelectionRange(at, at);
  }

  if (!repool.able || !Object.keys(pools).length) {
    const said = "Studies cannot be left out or changed here: the page recomputes the binomial-normal model alone, and the plan has another.";
    if (options && typeof engine !== "undefined" && !repool.able) document.getElementById("strata").after(make("p", "note", said));
    return changes.read();
  }
  changes.hear(redraw);
  page.ready(function (root) {
    const table = root.querySelector("#strata");
    if (table) strata(table);
    root.querySelectorAll("figure.plot-figure").forEach(figure);
  });
  changes.read();
})();
