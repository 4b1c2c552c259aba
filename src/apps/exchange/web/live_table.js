// A table whose rows stay the same elements while their keys do: focus stays where it is, and only
// what has changed is written.

import { el } from "./dom.js";

export class LiveTable {
  #rows = new Map();

  /**
   * `key(one)`; `cells(one)` gives texts; `look(one)` a class of the row; `action(one)` makes what
   * stands in a last cell, once for each row.
   */
  constructor(caption, heads, { key, cells, look = () => "", action, empty = "None yet." }) {
    this.key = key;
    this.cells = cells;
    this.look = look;
    this.action = action;
    this.body = el("tbody");
    const columns = action ? [...heads, el("span", { class: "unseen" }, "What to do")] : heads;
    this.scroll = el("div", { class: "scroll", tabindex: "0", role: "region",
      "aria-label": caption, hidden: true },
    el("table", {}, el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, columns.map((head) => el("th", { scope: "col" }, head)))),
      this.body));
    this.nothing = el("p", { class: "weak" }, empty);
    this.node = el("div", {}, this.scroll, this.nothing);
  }

  show(list) {
    const focused = this.body.contains(document.activeElement);
    this.#removeOthers(new Set(list.map((one) => String(this.key(one)))));
    let before = this.body.firstChild;
    for (const one of list) {
      const key = String(this.key(one));
      const row = this.#rows.get(key) ?? this.#make(key, one);
      this.#write(row, one);
      if (row === before) before = row.nextSibling; // a row that is moved loses the focus
      else this.body.insertBefore(row, before);
    }
    this.scroll.hidden = list.length === 0;
    this.nothing.hidden = list.length > 0;
    if (focused && !this.body.contains(document.activeElement)) this.#keepFocus();
  }

  #removeOthers(keys) {
    for (const [key, row] of this.#rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.#rows.delete(key);
    }
  }

  /** The row with the focus has gone: to what there is. */
  #keepFocus() {
    const next = this.scroll.hidden ? this.nothing : this.scroll;
    if (next === this.nothing) next.tabIndex = -1;
    next.focus();
  }

  #make(key, one) {
    const texts = this.cells(one);
    const row = el("tr", {}, texts.map((_, i) => i === 0 ? el("th", { scope: "row" }) : el("td")),
      this.action ? el("td", { class: "action" }, this.action(one)) : undefined);
    this.#rows.set(key, row);
    return row;
  }

  #write(row, one) {
    this.cells(one).forEach((text, i) => {
      if (row.cells[i].textContent !== text) row.cells[i].textContent = text;
    });
    const look = this.look(one);
    if (row.className !== look) row.className = look;
  }
}
