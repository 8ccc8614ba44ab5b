// Mark, in the contents, the section that is being read.
(function () {
  "use strict";
  const links = new Map();
  for (const link of document.querySelectorAll(".contents ol ol a")) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  const visible = new Set();

  // Keep the mark in sight where the contents themselves are scrolled; never move the page.
  function follow(link) {
    const nav = link.closest("nav");
    const row = nav.firstElementChild;
    const [at, frame] = [link.getBoundingClientRect(), row.getBoundingClientRect()];
    row.scrollLeft += at.left - frame.left - (frame.width - at.width) / 2;
    nav.scrollTop += at.top - nav.getBoundingClientRect().top - nav.clientHeight / 2;
  }

  function mark() {
    let found = null;
    for (const [id, link] of links) {
      link.removeAttribute("aria-current");
      if (!found && visible.has(id)) found = link;
    }
    if (!found) return;
    found.setAttribute("aria-current", "true");
    const part = found.parentElement.closest("ol").parentElement;
    for (const one of part.parentElement.children) one.classList.toggle("open", one === part);
    follow(part.firstElementChild);
    if (found.getClientRects().length) follow(found);
  }

  if (!("IntersectionObserver" in window)) return;
  const watcher = new IntersectionObserver(
    function (entries) {
      for (const entry of entries) {
        if (entry.isIntersecting) visible.add(entry.target.id);
        else visible.delete(entry.target.id);
      }
      mark();
    },
    { rootMargin: "-15% 0px -70% 0px" },
  );
  page.ready(function (root) {
    for (const section of root.querySelectorAll("section[id]")) watcher.observe(section);
  });
})();
