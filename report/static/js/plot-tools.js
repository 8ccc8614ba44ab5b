// Above a drawing: choose the model, sort the studies, save the picture or its numbers.
(function () {
  "use strict";
  const { make, put, SVG } = page;

  function value(row, ending) {
    const number = row.querySelector('[data-field$="' + ending + '"]');
    return number ? page.valueOf(number) : null;
  }

  const text = (row) => page.textOf(row.querySelector("th"));
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

  function picker(label, options, act) {
    const select = make("select", "");
    options.forEach(([key, title]) => select.append(new Option(title, key)));
    select.addEventListener("change", () => act(select.value));
    return make("label", "", label + " ", select);
  }

  // Studies are sorted within their group; other rows keep their places.
  function sorter(table) {
    const groups = Array.from(table.tBodies, (body) => Array.from(body.querySelectorAll(".study-row")));
    if (Math.max(0, ...groups.map((rows) => rows.length)) < 3) return null;
    const years = groups.flat().filter(year).length;
    const keys = Object.keys(ORDERS).filter((key) => key !== "year" || years > 1);
    const options = [["", "as in the data"], ...keys.map((key) => [key, ORDERS[key][0]])];
    return picker("Studies", options, function (key) {
      for (const rows of groups.filter((one) => one.length > 1)) {
        const of = key && ORDERS[key][1];
        const sorted = of ? rows.toSorted((a, b) => compare(of(a), of(b))) : rows;
        const anchor = document.createComment("");
        rows.find((row) => !rows.includes(row.previousElementSibling)).before(anchor);
        anchor.after(...sorted);
        anchor.remove();
      }
    });
  }

  // Show studies as a model weighs them: number and square.
  function weigh(rows, cells) {
    const shares = cells.map((cell) => Number(page.valueOf(cell.firstElementChild)));
    const most = Math.max(...shares);
    rows.forEach(function (row, i) {
      row.querySelector("td.weight").replaceChildren(...cells[i].cloneNode(true).childNodes);
      const side = Math.max(5, 15 * Math.sqrt(shares[i] / most)).toFixed(1);
      const square = row.querySelector(".square");
      if (!square) return;
      for (const name of ["width", "height"]) square.setAttribute(name, side);
      square.setAttribute("transform", "translate(" + -side / 2 + " " + -side / 2 + ")");
    });
  }

  function models(figure, table) {
    const variants = Array.from(figure.querySelectorAll("template.variant"));
    if (!variants.length) return null;
    const studies = Array.from(table.querySelectorAll(".study-row"));
    const own = Array.from(table.querySelectorAll(".pooled-row, .prediction-row"));
    const line = table.querySelector("symbol .reference");
    const kept = studies.map((row) => [row.querySelector("td.weight"), row.querySelector(".square")])
      .map(([cell, square]) => [cell, cell.cloneNode(true), square, square && square.cloneNode()]);
    const at = line.getAttribute("x1");
    const told = make("p", "note shown-model");
    told.setAttribute("role", "status");
    figure.querySelector(".plot-box").after(told);
    let shown = [];

    function back() {
      shown.forEach((row) => row.remove());
      own.forEach((row) => { row.hidden = false; });
      for (const [cell, before, square, was] of kept) {
        cell.replaceChildren(...before.cloneNode(true).childNodes);
        if (square) for (const { name, value: old } of was.attributes) square.setAttribute(name, old);
      }
    }

    const names = variants.map((one, index) => [String(index), one.dataset.label]);
    return picker("Model", [["", "the plan's primary model"], ...names], function (key) {
      back();
      const variant = key === "" ? null : variants[key];
      const place = variant ? variant.dataset.reference : at;
      for (const name of ["x1", "x2"]) line.setAttribute(name, place);
      told.textContent = "";
      shown = [];
      if (!variant) return;
      const rows = Array.from(variant.content.cloneNode(true).querySelectorAll("tr"));
      const weights = Array.from(rows.pop().cells);
      own.forEach((row) => { row.hidden = true; });
      own[0].before(...rows);
      shown = rows;
      weigh(studies, weights);
      told.textContent = "Diamond, squares and weights shown: " + variant.dataset.method +
        ". The text below is that of the primary model.";
    });
  }

  const STYLES = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size",
    "font-family", "font-weight", "text-anchor", "opacity", "fill-opacity", "overflow", "vector-effect"];

  // A copy of a drawing that looks the same without the page's style sheet.
  function styled(drawing) {
    const copy = drawing.cloneNode(true);
    const from = [drawing, ...drawing.querySelectorAll("*")];
    const to = [copy, ...copy.querySelectorAll("*")];
    const gone = [];
    from.forEach(function (element, index) {
      const style = getComputedStyle(element);
      if (style.display === "none" && !element.closest("symbol")) gone.push(to[index]);
      else for (const name of STYLES) to[index].setAttribute(name, style.getPropertyValue(name));
      for (const name of ["class", "tabindex", "data-ref", "data-field", "data-format", "role", "aria-hidden"]) {
        to[index].removeAttribute(name);
      }
    });
    for (const element of gone) element.remove();
    return copy;
  }

  // Texts of a cell, line by line as the browser broke them.
  function lines(cell, frame) {
    const found = [];
    const walk = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode, parent = node.parentElement;
      if (parent.closest("svg, .visually-hidden, .link-button")) continue;
      const style = getComputedStyle(parent);
      for (const word of node.data.matchAll(/\S+\s*/g)) {
        const range = document.createRange();
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].trimEnd().length);
        const box = range.getClientRects()[0];
        if (!box) continue;
        const last = found.at(-1);
        const whole = word[0].trimEnd();
        if (last && last.node === node && Math.abs(last.box.top - box.top) < 2) last.words += " " + whole;
        else found.push({ node, box, style, words: whole });
      }
    }
    return found.map(({ box, style, words }) => put("text", {
      x: (box.left - frame.left).toFixed(1), y: (box.top - frame.top + box.height * 0.78).toFixed(1),
      fill: style.color, "font-size": style.fontSize, "font-family": style.fontFamily, "font-weight": style.fontWeight,
    }, words));
  }

  // A drawing at its place within a frame; what it uses of another drawing comes with it.
  function placed(drawing, frame) {
    const box = drawing.getBoundingClientRect();
    const copy = styled(drawing);
    for (const [name, held] of [["x", box.left - frame.left], ["y", box.top - frame.top],
      ["width", box.width], ["height", box.height], ["overflow", "visible"]]) copy.setAttribute(name, held);
    return copy;
  }

  // A table with drawings as one picture: its texts where they stand, its drawings beside them.
  function pictured(table) {
    const frame = table.getBoundingClientRect();
    const root = put("svg", { xmlns: SVG, width: frame.width, height: frame.height, viewBox: "0 0 " + frame.width + " " + frame.height });
    for (const cell of table.querySelectorAll("th, td")) {
      const ring = cell.querySelector(".rob");
      if (ring) {
        const box = ring.getBoundingClientRect();
        root.append(put("circle", { cx: box.left - frame.left + box.width / 2, cy: box.top - frame.top + box.height / 2,
          r: box.width / 2 - 1.5, fill: "none", "stroke-width": 3, stroke: getComputedStyle(ring).borderTopColor }));
      }
      root.append(...lines(cell, frame));
      const strip = cell.querySelector("svg.strip");
      if (!strip) continue;
      root.append(placed(strip, frame));
    }
    return root;
  }

  // Charts side by side, each with the margins that its labels stand in.
  function framed(charts) {
    const frame = charts.getBoundingClientRect();
    const root = put("svg", { xmlns: SVG, width: frame.width, height: frame.height, viewBox: "0 0 " + frame.width + " " + frame.height });
    for (const chart of charts.children) root.append(placed(chart, frame));
    return root;
  }

  // Pictures that are saved are those of the light theme, whatever is on the screen.
  function standalone(drawing) {
    const root = document.documentElement, theme = root.dataset.theme;
    root.dataset.theme = "light";
    root.dataset.picture = ""; // numbers stand where controls are
    const copy = drawing.matches("table") ? pictured(drawing) : framed(drawing);
    const paper = getComputedStyle(root).getPropertyValue("--paper");
    copy.prepend(put("rect", { width: "100%", height: "100%", fill: paper }));
    delete root.dataset.picture;
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    const { width, height } = drawing.getBoundingClientRect();
    return { source: new XMLSerializer().serializeToString(copy), width, height };
  }

  function saveSvg(drawing, name) {
    page.save(name + ".svg", "image/svg+xml", standalone(drawing).source);
  }

  async function savePng(drawing, name) {
    const { source, width, height } = standalone(drawing);
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

  function exports(figure, drawing, table) {
    const title = page.textOf(table ? table.caption : drawing.querySelector("title"));
    const tool = (word, act) => {
      const made = page.button("tool", word, act);
      made.setAttribute("aria-label", "Download as " + word + ": " + title);
      return made;
    };
    const csv = table && !table.dataset.frame && tool("CSV", () => page.saveCsv(table, figure.id));
    return make("span", "exports", ...[csv, tool("SVG", () => saveSvg(drawing, figure.id)),
      tool("PNG", () => savePng(drawing, figure.id))].filter(Boolean));
  }

  function prepare(figure) {
    const table = figure.querySelector("table.drawn-table");
    const parts = table ? [models(figure, table), sorter(table)] : [];
    const bar = make("div", "plot-tools", ...parts.filter(Boolean), exports(figure, table || figure.querySelector(".charts"), table));
    figure.prepend(bar);
  }

  page.ready((root) => root.querySelectorAll("figure.plot-figure").forEach(prepare));
})();
