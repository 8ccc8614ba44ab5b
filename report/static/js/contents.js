// Mark, in the contents, the section that is being read.
(function () {
  "use strict";
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    links.set(decodeURIComponent(link.hash.slice(1)), link);
  }
  const visible = new Set();

  function mark() {
    let found = null;
    for (const [id, link] of links) {
      link.removeAttribute("aria-current");
      if (!found && visible.has(id)) found = link;
    }
    if (found) found.setAttribute("aria-current", "true");
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
  for (const id of links.keys()) watcher.observe(document.getElementById(id));
})();
