// Forms and tables that the parts of this page share.

import { el, newId } from "./dom.js";

export function field(label, name, attributes = {}) {
  const id = newId(name);
  return el("div", { class: "field" }, el("label", { for: id }, label),
    el("input", { id, name, autocomplete: "off", ...attributes }));
}

/** What a form says; empty fields are left out. */
export function valuesOf(form) {
  return Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));
}

export function table(label, heads, body) {
  return el("div", { class: "scroll" }, el("table", { "aria-label": label },
    el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))), body));
}

export function emptyRow(columns, text) {
  return el("tr", {}, el("td", { colspan: columns, class: "weak" }, text));
}

/** A unified diff, its lines coloured. */
export function diffBlock(text) {
  const kind = (line) => {
    if (line.startsWith("+++") || line.startsWith("---")) return "";
    return line.startsWith("+") ? "more" : line.startsWith("-") ? "less" : "";
  };
  return el("pre", { class: "diff" }, text.split("\n").map((line) =>
    el("span", { class: kind(line) }, `${line}\n`)));
}

export const toRequest = (id) => { location.hash = `#/requests/${encodeURIComponent(id)}`; };
