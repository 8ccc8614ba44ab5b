// The meaning of a term beside it, on focus, hover and touch; Escape puts it away, and the pointer
// may rest on it. Without scripts a term is a link to the glossary, and so it stays.
(function () {
  "use strict";
  const tip = page.make("div", "term-tip");
  let owner = null;
  let timer = 0;
  tip.id = "term-tip";
  tip.setAttribute("role", "tooltip");
  tip.hidden = true;
  document.body.append(tip);

  function meaning(term) {
    return page.find((term.dataset.term || term.hash).slice(1)).textContent;
  }

  function place(term) {
    const box = term.getBoundingClientRect();
    const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
    tip.style.left = scrollX + Math.max(8, Math.min(box.left, room)) + "px";
    const above = box.bottom + tip.offsetHeight + 8 > innerHeight && box.top > tip.offsetHeight + 8;
    tip.style.top = scrollY + (above ? box.top - tip.offsetHeight : box.bottom) + "px";
  }

  function hide() {
    clearTimeout(timer);
    if (owner) owner.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  }

  function show(term) {
    clearTimeout(timer);
    if (owner === term) return;
    hide();
    owner = term;
    tip.textContent = meaning(term);
    tip.hidden = false;
    term.setAttribute("aria-describedby", tip.id);
    place(term);
  }

  // Time to reach the tip with the pointer.
  function leave() {
    clearTimeout(timer);
    timer = setTimeout(() => { if (owner !== document.activeElement) hide(); }, 300);
  }

  function watch(term) {
    term.addEventListener("pointerenter", () => show(term));
    term.addEventListener("pointerleave", leave);
    term.addEventListener("focus", () => show(term));
    term.addEventListener("blur", hide);
    if (term.matches("button")) term.addEventListener("click", () => show(term));
  }
  page.ready((root) => root.querySelectorAll("a.term, button.term").forEach(watch));
  tip.addEventListener("pointerenter", () => clearTimeout(timer));
  tip.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
})();
