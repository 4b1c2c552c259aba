// What people look for: a form whose every change asks anew.

import { el, field } from "./dom.js";
import { standardChoices } from "./words.js";

const powers = [["", "Any power"], ["11", "11 kW and more"], ["50", "50 kW and more"],
  ["150", "150 kW and more"]];

export class SearchForm {
  #timer = 0;

  constructor(changed) {
    const soon = () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(changed, 250);
    };
    this.form = el("form", { role: "search", oninput: soon, onchange: soon, onsubmit: (event) => {
      event.preventDefault();
      changed();
    } },
    field("text", "Name or place", { kind: "search", maxlength: 200 }),
    field("connector", "Plug", { kind: "select", choices: standardChoices }),
    field("power_min", "Power", { kind: "select", choices: powers }),
    field("available", "Free now", { kind: "checkbox" }),
    field("open", "Open now", { kind: "checkbox" }));
  }

  /** As parameters of the search. */
  values() {
    const input = (name) => this.form.elements[name];
    return { text: input("text").value.trim(), connector: input("connector").value,
      power_min: input("power_min").value, available: input("available").checked && "true",
      open: input("open").checked && "now" };
  }
}
