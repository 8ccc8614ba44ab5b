// Before the first paint: that scripts run, and the theme the reader chose last time.
(function () {
  "use strict";
  document.documentElement.dataset.scripts = "";
  try {
    var theme = localStorage.getItem("poolprop-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Some browsers keep no storage for files; the system's theme is used.
  }
})();
