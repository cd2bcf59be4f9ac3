// The front end of an explorer: it sends moves, one at a time, and shows the view that comes back.
// Text from the study reaches the page through textContent, or as HTML that the server has escaped.

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

// Jupyter's server leaves Nagle's algorithm on: behind the kernel's word that it is busy the answer is held back until the
// page has acknowledged that word, which a page with nothing to say does after 40 ms. Empty messages acknowledge it at once.
const NUDGES = [8, 16, 32]; // milliseconds after a request that is not answered yet

function render({ model, el }) {
  const root = element("div", { class: "detente" });
  const sentence = element("p", { class: "sentence", "aria-live": "polite" });
  const notes = element("p", { class: "notes" });
  const panels = element("div", { class: "panels" });
  const controls = element("div", { class: "controls" });
  const inputs = new Map();
  let pending = {}; // moves not sent yet
  let waiting = false; // a request is under way
  let sent = 0;

  const send = () => {
    if (waiting || Object.keys(pending).length === 0) return;
    const request = { id: ++sent, at: performance.now(), ...pending };
    pending = {};
    waiting = true;
    root.setAttribute("aria-busy", "true");
    model.send(request);
    for (const delay of NUDGES) setTimeout(() => { if (waiting && sent === request.id) model.send({}); }, delay);
  };
  const ask = (change) => {
    const moves = { ...(pending.moves ?? {}), ...(change.moves ?? {}) };
    pending = { ...pending, ...change };
    if (Object.keys(moves).length > 0) pending.moves = moves;
    send();
  };

  const axis = (index) => {
    const select = element("select", { "aria-label": index === 0 ? "horizontal axis" : "vertical axis" });
    for (const each of model.get("controls")) {
      select.append(element("option", { value: each.name }, `${each.label} (${each.name})`));
    }
    select.addEventListener("change", () => {
      const over = [...model.get("view").over];
      over[index] = select.value;
      ask({ over });
    });
    return select;
  };
  const axes = [axis(0), axis(1)];

  for (const each of model.get("controls")) {
    const slider = element("input", {
      type: "range", min: each.low, max: each.high, step: "any", "aria-label": each.name, "data-parameter": each.name,
    });
    const text = element("input", { type: "text", "aria-label": `${each.name}, exact`, "data-parameter": each.name });
    const unit = each.unit && each.unit !== "1" ? ` ${each.unit}` : "";
    const box = element(
      "div",
      { class: `control ${each.kind}`, title: each.source, "data-search": `${each.name} ${each.label}`.toLowerCase() },
      element("div", { class: "name" },
        element("span", { class: "label" }, `${each.label} (${each.name})`),
        element("span", { class: "kind" }, each.kind)),
      element("div", { class: "row" }, slider, text),
      element("div", { class: "small" }, `${each.range}${unit}, baseline ${each.baseline_text}. ${each.source}`),
    );
    slider.addEventListener("input", () => {
      const steps = Math.round(Number(slider.value) / each.step);
      const value = Math.min(each.high, Math.max(each.low, steps * each.step));
      text.value = value.toFixed(each.digits);
      ask({ moves: { [each.name]: text.value } });
    });
    text.addEventListener("change", () => ask({ moves: { [each.name]: text.value } }));
    inputs.set(each.name, { slider, text, box });
    controls.append(box);
  }

  const search = element("input", { type: "text", placeholder: "find a parameter", "aria-label": "find a parameter" });
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const { box } of inputs.values()) box.hidden = !box.dataset.search.includes(wanted);
  });

  const button = (label, act) => {
    const made = element("button", { type: "button" }, label);
    made.addEventListener("click", act);
    return made;
  };
  const points = element("select", { "aria-label": "named point" });
  for (const each of model.get("points")) points.append(element("option", { value: each.name }, each.label));
  points.addEventListener("change", () => ask({ reset: points.value }));
  const code = element("pre", { class: "code small" });
  const name = element("input", { type: "text", placeholder: "name of the point", "aria-label": "name of the point" });
  const buttons = element(
    "div", { class: "buttons" }, points,
    button("reset", () => { points.value = "baseline"; ask({ reset: "baseline" }); }),
    button("copy as code", () => {
      window.getSelection().selectAllChildren(code); // where a page may not write to the clipboard, what to copy is selected
      navigator.clipboard?.writeText(model.get("view").code).then(() => { notes.textContent = "copied"; }, () => {});
    }),
    name, button("save as point", () => ask({ save: name.value })),
  );

  panels.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-profile]");
    if (cell) ask({ terms: cell.dataset.profile });
  });
  panels.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.dataset.profile) ask({ terms: event.target.dataset.profile });
  });
  panels.addEventListener("change", (event) => {
    if (event.target.dataset.player) ask({ hold: [event.target.dataset.player, event.target.value] });
  });

  const slots = new Map();
  const show = () => {
    const view = model.get("view");
    waiting = false;
    root.setAttribute("aria-busy", "false");
    sentence.textContent = view.sentence;
    notes.textContent = [...view.notes, ...(view.saved ? [view.saved] : [])].join("\n");
    notes.classList.toggle("error", Boolean(view.error));
    if (view.error) notes.textContent = view.error;
    code.textContent = view.code;
    for (const [key, title] of [
      ["payoffs", "Payoffs"], ["terms", "Terms"], ["solution", "Solution"], ["holds", "Conclusions"], ["tree", "Tree"], ["equilibria", "Equilibria"], ["members", "Members"], ["cascade", "Best replies"], ["patience", "Patience"], ["map", "Map"],
    ]) {
      if (!slots.has(key)) {
        const body = element("div", { "data-panel": key });
        const part = element("section", {}, element("h4", {}, title), body);
        if (key === "map" && (view.over ?? []).length === 2) {
          part.insertBefore(element("div", { class: "buttons" }, axes[0], axes[1]), body);
        }
        slots.set(key, { part, body, html: null });
        panels.append(part);
      }
      const slot = slots.get(key);
      const html = view.panels[key] ?? "";
      slot.part.hidden = html === "";
      if (html !== slot.html) { slot.body.innerHTML = html; slot.html = html; }
    }
    (view.over ?? []).forEach((each, index) => { axes[index].value = each; });
    points.value = view.point;
    for (const [key, { slider, text, box }] of inputs) {
      box.classList.toggle("changed", view.changed.includes(key));
      const moving = pending.moves && key in pending.moves;
      if (moving) continue;
      if (document.activeElement !== slider) slider.value = view.numbers[key];
      if (document.activeElement !== text) text.value = view.texts[key];
    }
    root.dataset.shown = view.id;
    root.dataset.milliseconds = view.at === undefined ? "" : (performance.now() - view.at).toFixed(1);
    send();
  };
  model.on("change:view", show);

  root.append(
    element("header", {}, element("h3", {}, model.get("title")), sentence, notes, buttons),
    element("div", {}, search, controls),
    panels,
    element("header", {}, code),
  );
  el.append(root);
  show();
  return () => model.off("change:view", show);
}

export default { render };
