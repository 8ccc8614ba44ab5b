// Deep links: open what hides the target, and copy the address of any heading.
(function () {
  "use strict";
  function unfold(target) {
    page.show(target);
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) {
      box.open = true;
    }
    target.scrollIntoView();
  }

  // #ID leads to an element, or to a number of that result; #ID@FIELD opens the number's panel.
  let last = "";
  function reveal() {
    const place = page.place();
    if (place === last) return;
    last = place;
    if (!place) return page.show(document.querySelector("main .view"));
    const [id, field] = decodeURIComponent(place).split("@");
    const target = field ? null : page.find(id);
    if (target) unfold(target);
    const found = target ? null : page.door(id, field);
    if (!found) return;
    unfold(found.number);
    found.open();
  }

  function copy(id) {
    page.goTo(id);
    page.copy(location.href, "Link copied", "The link is in the address bar");
  }

  function button(id, name) {
    const made = page.button("link-button", "#", () => copy(id));
    made.setAttribute("aria-label", "Copy link to " + name);
    return made;
  }

  page.ready(function (root) {
    for (const heading of root.querySelectorAll("h2, h3, h4")) {
      const owner = heading.closest("article[id], section[id]");
      const id = heading.tagName === "H4" ? heading.id : owner && owner.id;
      if (id && heading.matches("h4, article > h3, section > h2")) {
        // Beside the heading, not in it: its name stays its own.
        const line = page.make("div", "titled");
        heading.before(line);
        line.append(heading, button(id, heading.textContent.trim()));
      }
    }
  });

  addEventListener("hashchange", reveal);
  reveal();
})();
