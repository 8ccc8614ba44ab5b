// The controls of an exploration: whether a study is used, its counts, one more study. An owner is
// the figure or table that they belong to.
page.controls = (function () {
  "use strict";
  const { changes, make, repool } = page;
  const { MARK, answer, policyOf } = page.takeHome;
  let typing = null;

  function act(owner, push = true) {
    owner.wrong.textContent = "";
    changes.changed(owner.element.id, push);
    const first = owner.main.find(changes.touched);
    page.say(first ? MARK + ". " + repool.sentence(answer(first), policyOf(first)) : "As in the review", 6000, true);
  }

  function tool(owner, name, text, label, change) {
    const made = page.button(name, text, function () {
      typing = null;
      change();
      act(owner);
    });
    if (label) made.setAttribute("aria-label", label);
    return made;
  }

  function tick(owner, row) {
    const box = make("input", "explore-tick"), { off } = changes.state;
    box.type = "checkbox";
    box.checked = row.used;
    box.setAttribute("aria-label", "Use " + row.name);
    box.addEventListener("change", function () {
      typing = null;
      off[box.checked ? "delete" : "add"](row.token);
      act(owner);
    });
    return box;
  }

  function field(label, value, hint = "") {
    const input = Object.assign(make("input", "explore-count"), { inputMode: "numeric", autocomplete: "off", value, placeholder: hint });
    input.setAttribute("aria-label", label);
    return input;
  }

  // Says what is wrong with two counts, and marks them; false where nothing is.
  function refused(owner, name, inputs) {
    const fault = repool.fault(...inputs.map((input) => input.value));
    for (const input of inputs) input.setAttribute("aria-invalid", String(Boolean(fault)));
    owner.wrong.textContent = fault && name + ": " + fault;
    return fault;
  }

  function counts(owner, row) {
    const inputs = ["events", "total"].map((part) => field(part + " of " + row.name, row[part]));
    function commit(event) {
      if (refused(owner, row.name, inputs)) return;
      const now = inputs.map((input) => Number(input.value)), label = event.target.getAttribute("aria-label");
      if (row.one) [row.one.events, row.one.total] = now;
      else if (String(now) === String(row.before)) changes.state.counts.delete(row.token);
      else changes.state.counts.set(row.token, now);
      const push = typing !== label; // what is typed into one field is one step back
      typing = label;
      act(owner, push);
    }
    for (const input of inputs) input.addEventListener("input", commit);
    return [make("span", "explore-counts", inputs[0], "/", inputs[1]), make("span", "explore-plain", row.events + "/" + row.total)];
  }

  const remover = (owner, row) => tool(owner, "tool", "×", "Remove " + row.name, () => changes.undo(row));

  function adder(owner, ref) {
    const name = field("Name of the study to add", "", "name"), inputs = ["Events", "Total"].map((part) =>
      field(part + " of the study to add", "", part.toLowerCase()));
    name.className = "explore-name";
    name.inputMode = "text";
    const form = make("form", "explore-add", "Add a study ", name, " ", inputs[0], "/", inputs[1], " ", make("button", "tool", "Add"));
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      typing = null;
      if (refused(owner, "The study to add", inputs)) return inputs[0].focus();
      const [events, total] = inputs.map((input) => Number(input.value));
      changes.state.added.push({ pool: ref, name: name.value.trim() || "Study " + (changes.rowsOf(ref).length + 1), events, total });
      for (const input of [name, ...inputs]) input.value = "";
      act(owner);
    });
    return form;
  }

  // What was changed, in words, each with its way back.
  function story(owner) {
    const seen = new Set(), list = make("ul", "explore-changes");
    for (const row of owner.refs.flatMap(changes.rowsOf)) {
      if (seen.has(row.token || row.one) || (row.used && !row.edited && !row.one)) continue;
      seen.add(row.token || row.one);
      const now = row.events + "/" + row.total;
      const text = row.name + ": " + (!row.used ? "left out" : row.one ? "added, " + now : now + " in place of " + row.before.join("/"));
      list.append(make("li", "", text + " ", tool(owner, "tool", "Undo", "Undo: " + text, () => changes.undo(row))));
    }
    return list;
  }

  // The box beside a figure: what it is, what comes out, what was changed, what can be taken along.
  function fill(owner) {
    const of = owner.main.filter(changes.touched), changed = owner.refs.some(changes.touched);
    owner.box.hidden = !(owner.open || changed);
    owner.toggle.setAttribute("aria-expanded", String(owner.open));
    owner.form.hidden = !owner.open;
    owner.mark.textContent = changed ? MARK
      : "Untick a study, change its counts or add one: what comes out is yours, not the review's.";
    owner.said.replaceChildren(...of.map((ref) => make("p", "", owner.names[ref] ? owner.names[ref] + ": " : "",
      repool.sentence(answer(ref), policyOf(ref)), " " + owner.own(ref))), ...(changed ? [story(owner)] : []));
    const all = () => owner.refs.flatMap(changes.rowsOf).forEach(changes.undo);
    owner.bar.replaceChildren(...(changed ? [tool(owner, "tool", "Restore all", "", all), ...page.takeHome.buttons(owner)] : []));
    if (!changed) owner.code.replaceChildren();
  }

  function own(owner, draw) {
    const parts = { mark: make("p", "explore-mark"), said: make("div"), form: make("div"), wrong: make("p", "explore-wrong"), bar: make("div", "explore-bar"), code: make("div") };
    Object.assign(owner, parts, { open: false, box: make("div", "explore-box", ...Object.values(parts)) });
    owner.wrong.setAttribute("role", "alert");
    owner.box.setAttribute("role", "group");
    owner.box.setAttribute("aria-label", "Your exploration: " + owner.title);
    owner.toggle = page.button("tool explore-toggle", "Explore", function () {
      owner.open = !owner.open;
      draw(owner);
    });
    owner.toggle.setAttribute("aria-label", "Explore: " + owner.title);
    return owner;
  }

  return { adder, counts, fill, own, remover, tick };
})();
