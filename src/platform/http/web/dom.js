// Elements, forms, tables. Texts from outside become text nodes, never markup.

/** An element; attributes that start with "on" are listeners, booleans are there or not. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== null && value !== false) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null));
  return made;
}

export function button(text, onclick, attributes = {}) {
  return el("button", { type: "button", onclick, ...attributes }, text);
}

let serial = 0;
export const newId = (word) => `${word}-${++serial}`;

/** Tells screen readers, and for a moment everybody. */
export function say(text) {
  const said = document.getElementById("said");
  said.textContent = text;
  setTimeout(() => { if (said.textContent === text) said.textContent = ""; }, 4000);
}

export function refusalLine() {
  return el("p", { class: "refusal", role: "alert", hidden: true });
}

export function showRefusal(line, error) {
  line.textContent = error ? error.message : "";
  line.hidden = !error;
}

/** Runs `action` with the button busy; a failure is told in `line`, or where it can be. */
export async function busy(pressed, line, action) {
  if (pressed.getAttribute("aria-busy") === "true") return false;
  const text = pressed.textContent;
  pressed.setAttribute("aria-busy", "true");
  pressed.textContent = `${text}…`;
  showRefusal(line, null);
  try {
    await action();
    return true;
  } catch (error) {
    if (error.name !== "AbortError") showRefusal(line, error);
    return false;
  } finally {
    pressed.removeAttribute("aria-busy");
    pressed.textContent = text;
  }
}

/**
 * A labelled input. `kind`: text, password, number, checkbox, select. Of a select `choices` are
 * [value, text] pairs.
 */
export function field(name, label, options = {}) {
  const { kind = "text", value, choices = [], hint, ...attributes } = options;
  const id = newId(name);
  let input;
  if (kind === "select") {
    input = el("select", { id, name, ...attributes },
      choices.map(([one, text]) => el("option", { value: one }, text)));
    input.value = value ?? choices[0]?.[0] ?? "";
    if (value !== undefined && input.selectedIndex < 0) {
      input.append(el("option", { value }, value));
      input.value = value;
    }
  } else if (kind === "checkbox") {
    input = el("input", { id, name, type: "checkbox", ...attributes });
    input.checked = Boolean(value);
  } else {
    const shape = kind === "number" ? { inputmode: "numeric", pattern: "[0-9]*" } : {};
    input = el("input", { id, name, type: kind === "password" ? kind : "text", spellcheck: "false",
      autocomplete: "off", ...shape, ...attributes });
    input.value = value ?? "";
  }
  const hintId = hint ? `${id}-hint` : undefined;
  if (hint) input.setAttribute("aria-describedby", hintId);
  return el("span", { class: `field ${kind}` }, el("label", { for: id }, label), input,
    hint ? el("small", { id: hintId }, hint) : undefined);
}

/**
 * A form that keeps what was typed until `action(values)` has done it. `keep`: what stays after
 * that, too (an edit); else the form is emptied.
 */
export function form({ label, fields, submit, action, keep = false, inline = false }) {
  const line = refusalLine();
  const send = el("button", { type: "submit", class: "main" }, submit);
  const look = inline ? "inline" : "stacked";
  const made = el("form", { "aria-label": label, class: look, novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      const values = {};
      for (const input of made.querySelectorAll("[name]")) {
        values[input.name] = input.type === "checkbox" ? input.checked : input.value.trim();
      }
      const missing = [...made.querySelectorAll("[required]:enabled")].find((one) => !one.value.trim());
      if (missing) {
        showRefusal(line, { message: `${missing.labels[0].textContent} is needed` });
        missing.focus();
        return;
      }
      const done = await busy(send, line, () => action(values));
      if (done && !keep) made.reset();
    } }, fields, send, line);
  return made;
}

/** Asks, naming what it is about; resolves to whether it was confirmed. */
export function confirmed(question, confirm) {
  return new Promise((resolve) => {
    const title = newId("question");
    const before = document.activeElement;
    const dialog = el("dialog", { "aria-labelledby": title, onclose: () => {
      resolve(dialog.returnValue === "yes");
      dialog.remove();
      before?.focus?.();
    } },
      el("p", { id: title }, question),
      el("p", { class: "buttons" },
        button("Cancel", () => dialog.close("no"), { class: "cancel" }),
        button(confirm, () => dialog.close("yes"), { class: "danger confirm" })));
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector(".cancel").focus();
  });
}

/** A button that asks before it does; what goes wrong is told beside it. */
export function dangerous(text, question, confirm, action, attributes = {}) {
  const line = refusalLine();
  const pressed = button(text, async () => {
    if (await confirmed(question(), confirm)) await busy(pressed, line, action);
  }, { class: "danger", ...attributes });
  return el("span", { class: "dangerous" }, pressed, line);
}

/** `rows` are lists of cells; a cell is nodes or text. */
export function table(caption, heads, rows, empty = "None yet.") {
  if (rows.length === 0) return el("p", { class: "weak" }, empty);
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, i) => i === 0
        ? el("th", { scope: "row" }, cell) : el("td", {}, cell)))))));
}

/**
 * A button, and behind it a table that says what a picture shows: `make()` gives it each time that
 * `fill()` is called while it is open; the same one stays where it is.
 */
export function tableBehind(make) {
  const rows = el("div", { class: "rows", hidden: true });
  const fill = () => {
    const made = rows.hidden ? rows.firstChild : make();
    if (made !== rows.firstChild) rows.replaceChildren(made);
  };
  const toggle = button("Show as a table", () => {
    rows.hidden = !rows.hidden;
    toggle.setAttribute("aria-expanded", String(!rows.hidden));
    toggle.textContent = rows.hidden ? "Show as a table" : "Hide the table";
    fill();
  }, { "aria-expanded": "false" });
  return { nodes: [toggle, rows], fill };
}

export function state(text) {
  return el("span", { class: `state ${text === "active" ? "good" : "bad"}` }, text || "none");
}

/** A credential that shows itself only when asked. */
export function secret(value) {
  const shown = el("code", {}, masked(value));
  const show = button("Show", () => {
    const open = show.textContent === "Show";
    shown.textContent = open ? value : masked(value);
    show.textContent = open ? "Hide" : "Show";
  });
  return el("span", { class: "secret" }, shown, " ", show);
}

const masked = (value) => `***${value.length > 8 ? value.slice(-4) : ""}`;

export function card(title, ...content) {
  const id = newId("title");
  return el("section", { class: "card", "aria-labelledby": id }, el("h3", { id }, title), content);
}
