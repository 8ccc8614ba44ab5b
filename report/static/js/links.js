// Deep links: open what hides the target, and copy the address of any heading or row.
(function () {
  "use strict";
  function unfold(target) {
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) {
      box.open = true;
    }
    target.scrollIntoView();
  }

  // #ID leads to an element, or to a number of that result; #ID@FIELD opens the number's panel.
  function reveal() {
    const [id, field] = decodeURIComponent(location.hash.slice(1)).split("@");
    const target = field ? null : document.getElementById(id);
    if (target) unfold(target);
    const found = target ? null : page.door(id, field);
    if (!found) return;
    unfold(found.number);
    found.open();
  }

  function copy(id) {
    const url = new URL(location.href);
    url.hash = id;
    history.replaceState(null, "", url);
    page.copy(url.href, "Link copied", "The link is in the address bar");
  }

  function button(id, name) {
    const made = page.button("link-button", "#", () => copy(id));
    made.setAttribute("aria-label", "Copy link to " + name);
    return made;
  }

  for (const heading of document.querySelectorAll("main h2, main h3, main h4")) {
    const owner = heading.closest("article[id], section[id]");
    const id = heading.tagName === "H4" ? heading.id : owner && owner.id;
    if (id && heading.matches("h4, article > h3, section > h2")) {
      heading.append(button(id, heading.textContent.trim()));
    }
  }
  for (const row of document.querySelectorAll("tr[id]")) {
    const header = row.querySelector("th");
    header.append(button(row.id, header.textContent.trim()));
  }

  let opened = [];
  addEventListener("beforeprint", function () {
    opened = Array.from(document.querySelectorAll("details:not([open])"));
    for (const box of opened) box.open = true;
  });
  addEventListener("afterprint", function () {
    for (const box of opened) box.open = false;
  });
  addEventListener("hashchange", reveal);
  if (location.hash) reveal();
})();
