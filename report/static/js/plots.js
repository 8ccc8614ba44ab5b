// Rows of a plot are one stop of the Tab key; arrows move among them.
(function () {
  "use strict";
  const moves = { ArrowDown: 1, ArrowUp: -1 };

  for (const plot of document.querySelectorAll("svg.plot")) {
    const rows = Array.from(plot.querySelectorAll(".row[tabindex]"));
    rows.forEach((row, index) => row.setAttribute("tabindex", index === 0 ? "0" : "-1"));

    plot.addEventListener("keydown", function (event) {
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
})();
