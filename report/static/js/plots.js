// Rows of a plot are one stop of the Tab key, arrows move among them; a row tells what it is.
(function () {
  "use strict";
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  const shown = (row) => row.getClientRects().length > 0;

  // The title becomes a label: the same words, shown at once and for the keyboard too.
  function name(row) {
    const title = row.querySelector("title");
    if (!title) return;
    row.setAttribute("aria-label", title.textContent);
    title.remove();
  }

  function tell(box, told, row) {
    told.textContent = row ? row.getAttribute("aria-label") : "";
    if (!row) return;
    const frame = box.getBoundingClientRect();
    const place = row.getBoundingClientRect();
    const start = row.matches(".point-row") ? place.left - frame.left : frame.width * 0.3;
    told.style.left = Math.max(0, Math.min(start, frame.width - told.offsetWidth)) + "px";
    told.style.top = place.bottom - frame.top + 4 + "px";
  }

  function watch(box) {
    const told = page.make("p", "row-told");
    told.setAttribute("aria-hidden", "true"); // screen readers have read the row already
    box.append(told);
    const rowOf = (event) => event.target.closest(".row[tabindex]");
    box.addEventListener("pointerover", (event) => tell(box, told, rowOf(event)));
    box.addEventListener("pointerleave", () => tell(box, told, null));
    box.addEventListener("focusin", (event) => {
      const row = rowOf(event);
      tell(box, told, row && row.matches(":focus-visible") ? row : null);
    });
    box.addEventListener("focusout", () => tell(box, told, null));
    addEventListener("keydown", (event) => { if (event.key === "Escape") tell(box, told, null); });
  }

  function rove(plot) {
    const all = () => Array.from(plot.querySelectorAll(".row[tabindex]"));
    all().forEach((row, index) => row.setAttribute("tabindex", index === 0 ? "0" : "-1"));
    plot.addEventListener("keydown", function (event) {
      const rows = all().filter(shown);
      const at = rows.indexOf(document.activeElement);
      let next = at + (moves[event.key] || 0);
      if (event.key === "Home") next = 0;
      if (event.key === "End") next = rows.length - 1;
      if (at < 0 || next === at || !rows[next]) return;
      event.preventDefault();
      rows[at].setAttribute("tabindex", "-1");
      rows[next].setAttribute("tabindex", "0");
      rows[next].focus();
    });
  }

  page.ready(function (root) {
    for (const row of root.querySelectorAll("svg.plot .row[tabindex]")) name(row);
    for (const box of root.querySelectorAll(".plot-box")) watch(box);
    for (const plot of root.querySelectorAll("svg.plot")) rove(plot);
  });
})();
