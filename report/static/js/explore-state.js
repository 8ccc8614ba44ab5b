// What the reader changed, kept in the address: "#PLACE&explore=-ROW,ROW=events/total,+POOL:NAME=events/total".
// So it is shared as a link, survives a reload and is undone by the back button.
page.changes = (function () {
  "use strict";
  const { rows = [], pools = {} } = facts.explore || {};
  // A row that is pooled with other counts elsewhere has a name of its own there.
  const tokens = rows.map(([id], i) => (rows.findIndex((one) => one[0] === id) < i ? id + "~" + i : id));
  const heard = [];
  const none = () => ({ off: new Set(), counts: new Map(), added: [] });
  let now = none(), told = "";

  const enc = (text) => encodeURIComponent(text).replaceAll("%2F", "/").replace(/^-/, "%2D");
  const encode = ({ off, counts, added }) => [
    ...Array.from(off, (token) => "-" + enc(token)),
    ...Array.from(counts, ([token, pair]) => enc(token) + "=" + pair.join("/")),
    ...added.map((one) => "+" + enc(one.pool) + ":" + enc(one.name) + "=" + one.events + "/" + one.total),
  ].join(",");

  const ITEM = /^([-+]?)(?:([^:=]+):)?([^:=]+)(?:=(\d+)\/(\d+))?$/;
  function take(state, item) {
    const [, sign, pool, name, events, total] = ITEM.exec(item) || [];
    const token = decodeURIComponent(name || ""), of = decodeURIComponent(pool || "");
    const counted = events !== undefined, pair = [Number(events), Number(total)];
    if (!token || counted === (sign === "-") || (counted && page.repool.fault(...pair))) return false;
    if (sign === "+" ? !(of in pools) : pool || !tokens.includes(token)) return false;
    if (sign === "+") state.added.push({ pool: of, name: token, events: pair[0], total: pair[1] });
    else if (sign) state.off.add(token);
    else state.counts.set(token, pair);
    return true;
  }

  // A link may be broken or of another page: what is not known here is told and left out.
  function decode(text) {
    const state = none();
    const lost = text.split(",").filter(function (item) {
      try {
        return item && !take(state, item);
      } catch (error) {
        return true; // no text at all
      }
    });
    return { state, lost };
  }

  function parts() {
    const [, place, text] = /^#?(?:(.*?)&)?explore=(.*)$/.exec(location.hash) || [];
    return text === undefined ? [location.hash.slice(1), ""] : [place || "", text];
  }

  const hash = (place) => [place, told && "explore=" + told].filter(Boolean).join("&");
  page.place = () => parts()[0];
  // Of a place on the page, with what is explored.
  page.address = function (place) {
    const url = new URL(location.href);
    url.hash = hash(place);
    return url.href;
  };
  page.goTo = (place, push = false) => history[push ? "pushState" : "replaceState"](null, "", page.address(place));

  function read() {
    const text = parts()[1];
    if (text === told) return;
    const { state, lost } = decode(text);
    now = state;
    told = encode(now);
    for (const act of heard) act(false);
    if (told !== text) page.goTo(page.place());
    if (lost.length) page.say("Part of the exploration in this link fits nothing here and is left out: " + lost.join(", "), 9000);
  }

  // After a change by the reader; "push" makes it a step of the back button.
  function changed(place, push) {
    told = encode(now);
    page.goTo(page.place() || place, push);
    for (const act of heard) act(true);
  }

  addEventListener("popstate", read);
  document.addEventListener("click", function (event) {
    const link = event.target.closest('a[href^="#"]');
    if (!link || !told || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    location.hash = hash(link.hash.slice(1));
  });

  // As the review has it again: a row, one that was added, or all of some results.
  function undo({ token, one }) {
    now.off.delete(token);
    now.counts.delete(token);
    now.added = now.added.filter((each) => each !== one);
  }

  // A study is called as in its plot; one of several arms by its arm too.
  function nameOf(ref, place) {
    const about = (at) => facts.rows[rows[at][0]] || {};
    const { label = rows[place][0], arm } = about(place);
    return arm && pools[ref][2].some((at) => at !== place && about(at).label === label) ? label + ", " + arm : label;
  }

  // All rows of a result, those that are left out too.
  function rowsOf(ref) {
    const own = pools[ref][2].map(function (place) {
      const token = tokens[place], [, studyId, armId, ...before] = rows[place];
      const [events, total] = now.counts.get(token) || before;
      return { token, studyId, armId, name: nameOf(ref, place), events, total, before,
        used: !now.off.has(token), edited: now.counts.has(token) };
    });
    return [...own, ...now.added.filter((one) => one.pool === ref).map((one) => ({ ...one, one, used: true }))];
  }

  return {
    changed, read, undo, rowsOf,
    get state() { return now; },
    hear: (act) => heard.push(act),
    touched: (ref) => rowsOf(ref).some((row) => !row.used || row.edited || row.one),
  };
})();
