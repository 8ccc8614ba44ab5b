// Counts pasted from a spreadsheet become a forest plot and an answer; nothing leaves the page.
const calculator = (function () {
  "use strict";
  const { make, repool, strip } = page;
  const { level } = repool;
  const MINUS = 1e-9;
  const EVENTS = /^(events?|cases|responders?|x|xi|r)$/i, TOTAL = /^(totals?|n|ni|patients|sample( size)?)$/i;

  // The cells of a line: apart by tabs, else by semicolons, else by commas, else by spaces.
  function cells(line) {
    const sign = ["\t", ";", ","].find((one) => line.includes(one)) || /\s+|(?<=\d)\/(?=\d)/;
    return line.split(sign).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  }

  // Rows of a pasted text, and what is wrong with it, line by line. A heading may say where the
  // events and the totals stand; without it they are the last two cells of a line.
  function parse(text) {
    const rows = [], faults = [];
    let at = null;
    text.split(/\r\n|\r|\n/).forEach(function (line, i) {
      if (!line.trim()) return;
      const found = cells(line);
      while (found.length > 2 && found.at(-1) === "") found.pop();
      if (!rows.length && !faults.length && !at) {
        const [x, n] = [EVENTS, TOTAL].map((name) => found.findIndex((cell) => name.test(cell)));
        if (x >= 0 && n >= 0) return (at = [x, n]);
        if (found.length > 1 && !found.slice(-2).some((cell) => /\d/.test(cell))) return (at = []);
      }
      const [x, n] = at && at.length ? at : [found.length - 2, found.length - 1];
      const where = "Line " + (i + 1) + ": ";
      if (x < 0 || found[n] === undefined || found[x] === undefined) return faults.push(where + "two numbers are needed, events and total; there is “" + line.trim() + "”.");
      const fault = repool.fault(found[x], found[n]);
      if (fault) return faults.push(where + fault);
      const name = found.filter((cell, j) => j !== x && j !== n && cell && (j < Math.min(x, n) || at)).join(", ");
      rows.push({ name: name || "Study " + (rows.length + 1), events: Number(found[x]), total: Number(found[n]), used: true });
    });
    if (!rows.length && !faults.length) faults.push("Paste at least one line with events and total.");
    return { rows, faults };
  }

  // The axis of proportions that poolprop.axes chooses for marks, studies' and other intervals.
  const clean = (value, step) => Number(value.toFixed(Math.min(100, Math.max(0, 1 - Math.floor(Math.log10(step))))));
  function stepOf(low, high) {
    const rough = (high - low) / 6, unit = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 5, 10].map((by) => unit * by).find((one) => one >= rough * (1 - MINUS));
  }
  function kept([low, high]) {
    const near = 0.5 * (high - low);
    return [low <= near ? 0 : low, 1 - high <= near ? 1 : high];
  }
  function ends(marks, spans, wide) {
    const every = [...spans, ...wide].flatMap(({ lower, upper }) => [lower, upper]);
    let low = Math.min(...marks), high = Math.max(...marks);
    const widths = spans.map(({ lower, upper }) => upper - lower).sort((a, b) => a - b), half = widths.length / 2;
    const usual = (widths[Math.ceil(half) - 1] + widths[Math.floor(half)]) / 2;
    const room = Math.max(2 * (high - low), 2 * usual);
    [low, high] = [Math.min(low, Math.max(Math.min(...every), low - room)), Math.max(high, Math.min(Math.max(...every), high + room))];
    if (high - low <= MINUS * Math.min(high, 1 - low)) {
      const pad = 0.5 * Math.min(high, 1 - low) || 1;
      [low, high] = [Math.max(0, low - pad), Math.min(1, high + pad)];
    }
    [low, high] = kept([low, high]);
    const step = stepOf(low, high);
    return kept([Math.max(0, clean(Math.floor(low / step + MINUS) * step, step)), Math.min(1, clean(Math.ceil(high / step - MINUS) * step, step))]);
  }
  function ticks([low, high]) {
    const step = stepOf(low, high), found = [];
    for (let i = Math.ceil(low / step - MINUS); i <= Math.floor(high / step + MINUS); i += 1) found.push(clean(i * step, step));
    return found;
  }

  // The first scale on which the crude share is 1 or more, as for an outcome of a review.
  function policyOf({ events, total }) {
    const scales = { percent: 100, per_1000: 1e3, per_10000: 1e4, per_100000: 1e5 };
    const scale = Object.keys(scales).find((name) => ((events || 0.5) / total) * scales[name] >= 1) || "per_100000";
    return { scale, digits: null };
  }

  function row(name, label, content) {
    const head = make("th", "", label);
    head.scope = "row";
    return make("tr", name + "-row", head, ...["counts", "drawn", "estimate", "weight"].map((key) => make("td", key, ...(content[key] || []))));
  }

  function picture(axis, at, ...marks) {
    const lines = at.map((tick) => page.put("line", { class: "grid", x1: axis.at(tick), x2: axis.at(tick), y2: "100%" }));
    return [strip.svg(...lines, ...marks)];
  }

  function table(found, policy) {
    const studies = found.used.map((one, i) => ({ ...one, at: one.events / one.total, ci: found.interval(i), weight: found.weight(i) }));
    const { lead, told } = found, { both, ends: span, unit } = repool.texts(policy);
    const wide = told ? [lead.ci, ...(lead.prediction ? [lead.prediction] : [])] : [];
    const limits = ends([...studies.map((one) => one.at), ...(told ? [lead.proportion] : [])], studies.map((one) => one.ci), wide);
    const axis = strip.axisOf(limits), at = ticks(limits), most = Math.max(...studies.map((one) => one.weight || 0)) || 1;
    const rows = studies.map((one) => row("study", one.name, {
      counts: [one.events + "/" + one.total], estimate: [both(one.at, one.ci)], weight: one.weight === null ? [] : [formats.share(one.weight)],
      drawn: picture(axis, at, ...strip.whisker(axis, one.ci, "whisker"), ...strip.square(axis, one.at, one.weight === null ? 0.45 : one.weight / most)),
    }));
    if (told) {
      rows.push(row("pooled", "Pooled" + (found.few ? ", Bayesian" : ""), { counts: [found.events + "/" + found.total],
        drawn: picture(axis, at, ...strip.diamond(axis, lead.proportion, lead.ci)), estimate: [both(lead.proportion, lead.ci)] }));
      if (lead.prediction) rows.push(row("prediction", level + " prediction interval", {
        drawn: picture(axis, at, ...strip.whisker(axis, lead.prediction, "prediction", 10)), estimate: ["(" + span(lead.prediction, lead.proportion) + ")"] }));
    }
    const head = make("tr", "", ...[["label", "Study"], ["counts", "Events/total"], ["drawn", unit === "%" ? "% of total" : unit.trim()],
      ["estimate", unit.trim() + " (" + level + " CI)"], ["weight", "Weight"]].map(([name, title]) => {
      const made = make("th", name, title);
      made.scope = "col";
      return made;
    }));
    const texts = at.map((tick) => page.put("text", { class: "tick middle", x: axis.at(tick), y: 17 }, formats.number({ ...policy, digits: policy.scale === "percent" && stepOf(...limits) >= 0.01 ? 0 : policy.digits }, tick) + (unit === "%" ? unit : "")));
    const foot = make("tr", "", make("td", ""), make("td", "counts"), make("td", "drawn", strip.svg(page.put("line", { class: "axis", x2: "100%" }), ...texts)), make("td", "estimate"), make("td", "weight"));
    const made = make("table", "drawn-table", make("caption", "visually-hidden", "Forest plot of the pasted studies"), make("thead", "", head), make("tbody", "", ...rows), make("tfoot", "", foot));
    made.tFoot.setAttribute("aria-hidden", "true");
    return made;
  }

  const input = document.getElementById("counts"), output = document.getElementById("out");
  const wrong = document.getElementById("wrong"), said = document.getElementById("said");

  function code(title, write, box) {
    return page.button("tool", title, function () {
      const block = make("pre", "", make("code", "", write()));
      block.tabIndex = 0;
      block.setAttribute("role", "group");
      block.setAttribute("aria-label", title);
      box.replaceChildren(block);
      page.copy(write(), title + " copied", title + " stands below the buttons");
    });
  }

  function show() {
    const { rows, faults } = parse(input.value);
    wrong.replaceChildren(...faults.slice(0, 10).map((one) => make("li", "", one)),
      ...(faults.length > 10 ? [make("li", "", "and " + (faults.length - 10) + " more lines.")] : []));
    input.setAttribute("aria-invalid", String(faults.length > 0));
    said.textContent = "";
    output.replaceChildren();
    if (faults.length) return;
    const found = repool.answer(rows), policy = policyOf(found), box = make("div");
    said.textContent = repool.sentence(found, policy).replace("One study is left", "One study");
    const csv = () => repool.csv(repool.grid("calculator", found, () => ""));
    output.append(table(found, policy), make("p", "bar", page.button("tool", "CSV", () => page.save("pooled.csv", "text/csv", csv())),
      " ", code("Python line", () => repool.python(found), box), " ", code("R line", () => repool.r(found), box), " ", page.button("tool", "Print", () => print())), box);
  }

  document.getElementById("pool").addEventListener("click", show);
  return { parse, ends, ticks };
})();
