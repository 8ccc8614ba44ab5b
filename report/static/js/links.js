// Deep links: open what hides the target, and copy the address of any heading or row.
(function () {
  "use strict";
  const status = document.getElementById("status");
  let timer = 0;

  function say(text) {
    status.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => { status.textContent = ""; }, 2500);
  }

  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) {
      box.open = true;
    }
    target.scrollIntoView();
  }

  async function copy(id) {
    const url = new URL(location.href);
    url.hash = id;
    history.replaceState(null, "", url);
    try {
      await navigator.clipboard.writeText(url.href);
      say("Link copied");
    } catch (error) {
      say("The link is in the address bar");
    }
  }

  function button(id, name) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "link-button";
    made.textContent = "#";
    made.setAttribute("aria-label", "Copy link to " + name);
    made.addEventListener("click", () => copy(id));
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
