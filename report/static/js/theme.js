// The theme button: system, light, dark, and round again.
(function () {
  "use strict";
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const name = document.getElementById("theme-name");
  const order = ["system", "light", "dark"];
  let current = root.dataset.theme || "system";

  function show() {
    name.textContent = current;
    if (current === "system") delete root.dataset.theme;
    else root.dataset.theme = current;
  }

  button.addEventListener("click", function () {
    current = order[(order.indexOf(current) + 1) % order.length];
    show();
    try {
      localStorage.setItem("poolprop-theme", current);
    } catch (error) {
      // Without storage the choice lasts as long as the page.
    }
  });
  button.hidden = false;
  show();
})();
