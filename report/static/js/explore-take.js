// What a reader takes along from an exploration: a link, the numbers, code, a patch of the plan.
page.takeHome = (function () {
  "use strict";
  const { changes, make, repool } = page;
  const { pools = {}, plan = {} } = facts.explore || {};
  const policyOf = (ref) => ({ scale: pools[ref][0], digits: pools[ref][1] });
  const answer = (ref) => repool.answer(changes.rowsOf(ref));
  const MARK = "Your exploration, not the review's result";

  // An estimand that leaves the same studies out; one arm of several is named by itself.
  function patch(ref) {
    if (!plan[ref]) return "";
    const rows = changes.rowsOf(ref), gone = rows.filter((row) => !row.used);
    const kept = new Set(rows.filter((row) => row.used).map((row) => row.studyId));
    const names = Array.from(new Set(gone.map((row) => (kept.has(row.studyId) ? row.armId : row.studyId))));
    const notes = rows.filter((row) => row.used && (row.edited || row.one)).map((row) =>
      "# " + row.name + ", " + row.events + "/" + row.total + ": counts are changed or added in the tables of data/, not in the plan\n");
    if (!names.length) return notes.join("");
    const [, endpoint, key] = ref.split("/"), label = plan[ref].label + ", without " + gone.map((row) => row.name).join(", ");
    const told = { ...plan[ref], label, without: [...(plan[ref].without || []), ...names] };
    return notes.join("") + "endpoints:\n  " + endpoint + ":\n    estimands:\n      " + key + "_explored:\n" +
      Object.entries(told).map(([name, value]) => "        " + name + ": " + JSON.stringify(value) + "\n").join("");
  }

  function note(row) {
    if (!row) return MARK;
    return row.one ? "added by the reader" : row.edited ? "changed by the reader; the review has " + row.before.join("/") : "";
  }

  function shown(owner, title, write) {
    return page.button("tool", title, function () {
      const text = owner.main.filter(changes.touched).map(write).filter(Boolean).join("\n");
      const block = make("pre", "", make("code", "", text));
      block.tabIndex = 0;
      block.setAttribute("role", "group");
      block.setAttribute("aria-label", title);
      owner.code.replaceChildren(block);
      page.copy(text, title + " copied", title + " stands below the buttons");
    });
  }

  function buttons(owner) {
    const csv = () => repool.csv(owner.refs.filter(changes.touched).flatMap((ref) => repool.grid(ref, answer(ref), note)));
    return [
      page.button("tool", "Copy link", () => page.copy(location.href, "Link copied", "The link is in the address bar")),
      page.button("tool", "CSV of what I see", () => page.save("exploration-" + owner.element.id + ".csv", "text/csv", csv())),
      shown(owner, "Python line", (ref) => repool.python(answer(ref))), shown(owner, "R line", (ref) => repool.r(answer(ref))),
      ...(owner.main.some((ref) => plan[ref]) ? [shown(owner, "Patch for the plan", patch)] : []),
    ];
  }

  return { MARK, answer, buttons, policyOf };
})();
