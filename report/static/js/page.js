// What the other scripts share: the facts behind the numbers, short messages, the clipboard.
const page = (function () {
  "use strict";
  const status = document.getElementById("status");
  let timer = 0;

  // A quiet word is for screen readers: what it says stands on the screen already.
  function say(text, shown = 2500, quiet = false) {
    status.classList.toggle("visually-hidden", quiet);
    status.textContent = text;
    clearTimeout(timer);
    timer = setTimeout(() => { status.textContent = ""; }, shown);
  }

  async function copy(text, done, failed) {
    try {
      await navigator.clipboard.writeText(text);
      say(done);
    } catch (error) {
      say(failed || "This browser does not let the page copy");
    }
  }

  // Hand a file to the reader; it is made here, nothing is asked from a network.
  function save(name, type, content) {
    const url = URL.createObjectURL(new Blob([content], { type }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  // An element with its text or children; texts stay text, whatever they hold.
  function make(tag, name, ...children) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    made.append(...children);
    return made;
  }

  // The same in a drawing, with attributes.
  const SVG = "http://www.w3.org/2000/svg";
  function put(name, attributes, ...children) {
    const made = document.createElementNS(SVG, name);
    for (const [key, held] of Object.entries(attributes)) made.setAttribute(key, held);
    made.append(...children);
    return made;
  }

  function button(name, text, act) {
    const made = make("button", name, text);
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  }

  // The text of a cell or heading without the buttons that scripts put into it.
  function textOf(element) {
    return Array.from(element.childNodes)
      .filter((node) => !(node.matches && node.matches(".link-button")))
      .map((node) => node.textContent)
      .join("")
      .trim();
  }

  // A number of the page: whose result it is, and every digit of its value.
  const refOf = (number) => number.closest("[data-ref]").dataset.ref;
  const valueOf = (number) => facts.results[refOf(number)].values[number.dataset.field];

  // What a cell is sorted by: its own key, or the share it tells, or its first number, or its text.
  function sortKey(cell) {
    if ("sort" in cell.dataset) return cell.dataset.sort;
    const number = cell.querySelector('[data-field^="proportion"]') || cell.querySelector("[data-field]");
    return number ? String(valueOf(number) ?? "") : textOf(cell);
  }

  const ROLES = { TABLE: "table", THEAD: "rowgroup", TBODY: "rowgroup", TR: "row", TD: "cell" };

  // Roles stay what they are when the style sheet no longer shows a table as one.
  function roles(table) {
    for (const part of [table, ...table.querySelectorAll("thead, tbody, tr, th, td")]) {
      part.setAttribute("role", ROLES[part.tagName] || (part.scope === "col" ? "columnheader" : "rowheader"));
    }
  }

  // Work that nobody waits for, while nothing else is done.
  const idle = window.requestIdleCallback ? (act) => requestIdleCallback(act) : (act) => setTimeout(act, 200);

  return { facts, say, copy, save, make, put, SVG, button, textOf, refOf, valueOf, sortKey, roles, idle };
})();
