// A number under the pointer says which result and field it is, with every digit.
(function () {
  "use strict";
  document.addEventListener("pointerover", function (event) {
    const number = event.target.closest("span[data-ref]");
    if (!number || number.title) return;
    const parts = number.dataset;
    number.title = parts.ref + ", " + parts.field + ": " + (parts.value || "not given");
  });
})();
