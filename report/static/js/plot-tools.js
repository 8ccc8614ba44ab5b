// Above a plot: choose the model, sort the studies, save the picture.
(function () {
  "use strict";
  const { make } = page;

  function value(row, ending) {
    const number = row.querySelector('[data-field$="' + ending + '"]');
    return number ? page.valueOf(number) : null;
  }

  const text = (row) => Array.from(row.querySelectorAll(".label"), (t) => t.textContent).join(" ");
  const year = (row) => Number((/\b(19|20)\d\d\b/.exec(text(row)) || [])[0]) || null;
  // Keys by which studies can be sorted; what has no key comes last.
  const ORDERS = {
    effect: ["by effect", (row) => value(row, "proportion")],
    size: ["by size", (row) => -value(row, "total")],
    year: ["by year in the name", year],
    name: ["by name", (row) => text(row).toLowerCase()],
  };

  function compare(a, b) {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return typeof a === "string" ? a.localeCompare(b) : a - b;
  }

  // Runs of studies that stand below one another, each to be sorted by itself.
  function blocks(plot) {
    const found = [];
    let run = [];
    for (const row of plot.querySelectorAll(":scope > .row")) {
      if (row.classList.contains("study-row")) run.push(row);
      else run = [];
      if (run.length === 2) found.push(run);
    }
    return found;
  }

  function place(rows) {
    const band = (row) => row.querySelector(".band");
    let top = Math.min(...rows.map((row) => Number(band(row).getAttribute("y"))));
    const anchor = document.createComment("");
    rows[0].parentNode.insertBefore(anchor, rows.reduce((first, row) =>
      (first.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_PRECEDING ? row : first)));
    for (const row of rows) {
      const shift = top - Number(band(row).getAttribute("y"));
      row.setAttribute("transform", "translate(0," + shift.toFixed(2) + ")");
      anchor.parentNode.insertBefore(row, anchor);
      top += Number(band(row).getAttribute("height"));
    }
    anchor.remove();
  }

  function picker(label, options, act) {
    const select = make("select", "");
    options.forEach(([key, title]) => select.append(new Option(title, key)));
    select.addEventListener("change", () => act(select.value));
    return make("label", "", label + " ", select);
  }

  function sorter(plots) {
    const groups = plots.flatMap(blocks).map((rows) => ({ rows, original: Array.from(rows) }));
    const largest = Math.max(0, ...groups.map((group) => group.rows.length));
    if (largest < 3) return null;
    const years = groups.flatMap((group) => group.rows).filter(year).length;
    const keys = Object.keys(ORDERS).filter((key) => key !== "year" || years > 1);
    const options = [["", "as in the data"], ...keys.map((key) => [key, ORDERS[key][0]])];
    return picker("Studies", options, function (key) {
      for (const { original } of groups) {
        const of = key && ORDERS[key][1];
        place(of ? original.toSorted((a, b) => compare(of(a), of(b))) : original);
      }
    });
  }

  // Show a study as a model weighs it, and say so in the row's name.
  function weigh(row, key) {
    const all = row.querySelectorAll(".of-model");
    all.forEach((one, index) => one.classList.toggle("shown", String(index) === key));
    const own = row.querySelector(":scope > .weight");
    if (!own) return;
    row.dataset.name ??= row.getAttribute("aria-label");
    const weight = key === "" ? own : all[key].querySelector("text");
    const name = row.dataset.name.replace("weight " + own.textContent, "weight " + weight.textContent);
    row.setAttribute("aria-label", name);
  }

  function models(figure, plots) {
    const variants = plots.map((plot) => Array.from(plot.querySelectorAll(".variant")));
    if (!variants[0].length) return null;
    const names = variants[0].map((one, index) => [String(index), one.dataset.label]);
    const told = make("p", "note shown-model");
    told.setAttribute("role", "status");
    figure.querySelector(".plot-box").after(told);
    return picker("Model", [["", "the plan's primary model"], ...names], function (key) {
      plots.forEach(function (plot, at) {
        plot.classList.toggle("other-model", key !== "");
        variants[at].forEach((one, index) => one.classList.toggle("shown", String(index) === key));
        plot.querySelectorAll(".study-row").forEach((row) => weigh(row, key));
      });
      told.textContent = key === "" ? "" : "Diamond, squares and weights shown: " +
        variants[0][key].dataset.method + ". The text and the table below are those of the primary model.";
    });
  }

  // A copy that looks the same without the page's style sheet.
  function standalone(plot) {
    const copy = plot.cloneNode(true);
    const from = [plot, ...plot.querySelectorAll("*")];
    const to = [copy, ...copy.querySelectorAll("*")];
    const names = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size",
      "font-family", "font-weight", "text-anchor", "opacity", "fill-opacity"];
    const gone = [];
    from.forEach(function (element, index) {
      const style = getComputedStyle(element);
      if (style.display === "none") gone.push(to[index]);
      else for (const name of names) to[index].setAttribute(name, style.getPropertyValue(name));
      for (const name of ["class", "tabindex", "data-ref", "data-field", "data-format"]) {
        to[index].removeAttribute(name);
      }
    });
    for (const element of gone) element.remove();
    const { width, height } = plot.viewBox.baseVal;
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    ground.setAttribute("width", "100%");
    ground.setAttribute("height", "100%");
    ground.setAttribute("fill", getComputedStyle(plot.closest(".section")).backgroundColor);
    copy.prepend(ground);
    return { source: new XMLSerializer().serializeToString(copy), width, height };
  }

  function saveSvg(plot, name) {
    page.save(name + ".svg", "image/svg+xml", standalone(plot).source);
  }

  async function savePng(plot, name) {
    const { source, width, height } = standalone(plot);
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(source);
    await image.decode();
    const canvas = make("canvas", "");
    const scale = 3; // about 300 dots an inch at the width of a page
    canvas.width = width * scale;
    canvas.height = height * scale;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => page.save(name + ".png", "image/png", blob));
  }

  function exports(figure, plots) {
    const current = () => plots.find((plot) => plot.getClientRects().length) || plots[0];
    const title = plots[0].querySelector("title").textContent;
    const svg = page.button("tool", "SVG", () => saveSvg(current(), figure.id));
    const png = page.button("tool", "PNG", () => savePng(current(), figure.id));
    svg.setAttribute("aria-label", "Download as SVG: " + title);
    png.setAttribute("aria-label", "Download as PNG: " + title);
    return make("span", "exports", svg, png);
  }

  function prepare(figure) {
    const plots = Array.from(figure.querySelectorAll("svg.plot"));
    const parts = [models(figure, plots), sorter(plots), exports(figure, plots)];
    const bar = make("div", "plot-tools", ...parts.filter(Boolean));
    figure.prepend(bar);
  }

  page.ready((root) => root.querySelectorAll("figure.plot-figure").forEach(prepare));
})();
