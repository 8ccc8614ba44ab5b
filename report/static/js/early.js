// Before the first paint: the theme the reader chose last time.
(function () {
  "use strict";
  try {
    var theme = localStorage.getItem("poolprop-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Some browsers keep no storage for files; the system's theme is used.
  }
})();
