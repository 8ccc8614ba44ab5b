// On a phone one factor of the first table is shown at a time, by a flick; its roles stay those of
// a table when the style sheet no longer shows it as one.
(function () {
  "use strict";
  const table = document.getElementById("strata");
  const bodies = Array.from(table.querySelectorAll("tbody[data-flick]"));
  table.style.setProperty("--columns", table.tHead.rows[0].cells.length - 1);
  page.roles(table);
  if (bodies.length < 2) return;
  const buttons = bodies.map((body) => page.button("tool", body.dataset.flick, () => show(body)));

  function show(shown) {
    bodies.forEach(function (body, i) {
      body.toggleAttribute("data-off", body !== shown);
      buttons[i].setAttribute("aria-pressed", String(body === shown));
    });
  }

  const bar = page.make("div", "flick", ...buttons);
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Strata");
  table.before(bar);
  show(bodies[0]);
})();
