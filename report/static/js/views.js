// One view is open at a time: the answer with the review, or one of those opened by choice. The
// others stand in the file as text for readers without scripts; they become elements when they
// are opened, looked for or printed.
(function () {
  "use strict";
  const views = Array.from(document.querySelectorAll("main > .view"));
  const tasks = [];
  const dressed = new Set();
  let current = views[0];

  const asleep = (view) => view.querySelector(":scope > noscript");

  function wake(view) {
    const kept = asleep(view);
    if (!kept) return;
    if (view !== current) view.hidden = "until-found";
    view.innerHTML = kept.textContent;
    facts.name(view);
  }

  // What scripts add to a view is added when it is first shown.
  function dress(view) {
    wake(view);
    if (dressed.has(view)) return;
    dressed.add(view);
    for (const task of tasks) task(view);
  }

  function show(view) {
    if (!view || view === current) return;
    current = view;
    dress(view);
    for (const one of views) one.hidden = one === view ? false : "until-found";
    mark();
  }

  function mark() {
    for (const link of document.querySelectorAll(".contents > ol > li > a")) {
      link.parentElement.classList.toggle("open", link.hash === "#" + current.id);
    }
  }

  const wakeAll = () => views.forEach(wake);

  // A task prepares what stands below an element: what is open now, and each view to come.
  page.ready = function (task) {
    tasks.push(task);
    for (const view of views) if (dressed.has(view) || view === views[0]) task(view);
  };
  dressed.add(views[0]);
  facts.name(document);

  const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&#39;", '"': "&#34;" };
  function wakeWith(sought) {
    for (const view of views) if (asleep(view) && sought(asleep(view).textContent)) wake(view);
  }

  // The element of an id, wherever it is kept.
  page.find = function (id) {
    const text = id.replace(/[&<>'"]/g, (sign) => SIGNS[sign]);
    if (!document.getElementById(id)) wakeWith((held) => held.includes(text));
    return document.getElementById(id);
  };

  // Wakes the views that quote a result.
  page.wakeFor = function (ref) {
    const places = Array.from(facts.numbers.keys()).filter((place) => facts.numbers[place].ref === ref);
    wakeWith((held) => places.some((place) => held.includes("<data value=" + place + ">")));
  };
  page.wakeAll = wakeAll;
  page.show = (element) => show(element.closest(".view"));

  // Shows all views below one another, as on paper or without scripts.
  page.everything = function () {
    views.forEach(dress);
    for (const view of views) view.hidden = false;
  };

  // On paper: the view that is open, as it is; or everything, unfolded, where that was asked for.
  let folded = [];
  function whole() {
    views.forEach(dress);
    document.documentElement.dataset.print = "everything";
    folded = Array.from(document.querySelectorAll("details:not([open])"));
    for (const box of folded) box.open = true;
  }
  for (const button of document.querySelectorAll("button.print-all")) {
    button.hidden = false;
    button.addEventListener("click", function () {
      whole();
      print();
    });
  }
  addEventListener("afterprint", function () {
    delete document.documentElement.dataset.print;
    for (const box of folded) box.open = false;
    folded = [];
  });
  page.whole = whole;

  document.addEventListener("beforematch", (event) => page.show(event.target));
  addEventListener("keydown", function (event) {
    if (event.key === "F3" || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "f")) wakeAll();
  }, true);

  // While the first screen is read, the rest becomes findable, one view at a time.
  function rest() {
    const next = views.find(asleep);
    if (!next) return;
    wake(next);
    page.idle(rest);
  }
  const signs = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];
  function noticed() {
    for (const sign of signs) removeEventListener(sign, noticed);
    page.idle(rest);
  }
  for (const sign of signs) addEventListener(sign, noticed, { passive: true });
  // The browser's own menu searches without a sign to the page: a small one is all there by then.
  const SMALL = 2e6, SOON = 3000;
  const kept = views.filter(asleep).reduce((sum, view) => sum + asleep(view).textContent.length, 0);
  if (kept < SMALL) addEventListener("load", () => setTimeout(noticed, SOON));
})();
