// Secrets by name, and a form that has values sealed. They leave this page over TLS or to this
// machine only: elsewhere browsers do not call a page secure, and the form is closed.

import { busy, button, el, newId, refusalLine, say } from "./dom.js";
import { change, get } from "./api.js";
import { emptyRow, field, table, toRequest } from "./fields.js";

export class Secrets {
  constructor() {
    this.line = refusalLine();
    this.body = el("tbody", {});
    this.node = el("div", {},
      el("div", { class: "card" }, el("h2", { tabindex: -1 }, "Secrets"), this.line,
        table("Secrets", ["Name", "Namespace", "Keys", "Scope", "In the cluster"], this.body)),
      this.#form());
  }

  async read() {
    const all = await get("secrets");
    this.body.replaceChildren(...all.map((one) => el("tr", {},
      el("th", { scope: "row" }, one.name), el("td", {}, one.namespace),
      el("td", {}, one.sealed ? one.sealed.keys.join(", ") : ""),
      el("td", {}, one.sealed ? one.sealed.scope : "not sealed"),
      el("td", {}, one.present ? "yes" : "no"))));
    if (all.length === 0) this.body.append(emptyRow(5, "There are none in this namespace."));
  }

  #pair() {
    const [key, value] = [newId("key"), newId("value")];
    const row = el("div", { class: "pair" },
      el("div", { class: "field" }, el("label", { for: key }, "Key"),
        el("input", { id: key, class: "key", autocomplete: "off", spellcheck: "false" })),
      el("div", { class: "field" }, el("label", { for: value }, "Value"),
        el("input", { id: value, class: "value", type: "password", autocomplete: "new-password" })),
      button("Remove", () => row.remove()));
    return row;
  }

  #form() {
    const line = refusalLine();
    const pairs = el("div", {}, this.#pair());
    const out = el("div", {});
    const wanted = () => {
      const literals = Object.fromEntries([...pairs.querySelectorAll(".pair")].map((row) =>
        [row.querySelector(".key").value, row.querySelector(".value").value])
        .filter(([key]) => key !== ""));
      const body = { name: form.elements.name.value, literals, skip_pull_request: false };
      if (form.elements.namespace.value) body.namespace = form.elements.namespace.value;
      return body;
    };
    const forget = () => { for (const one of pairs.querySelectorAll(".value")) one.value = ""; };
    const form = el("form", { class: "card", "aria-label": "Seal a secret" },
      el("h3", {}, "Seal a secret"),
      el("div", { class: "stacked" }, field("Name", "name", { required: true }),
        field("Namespace", "namespace")), pairs,
      el("p", { class: "buttons" }, button("Another key", () => pairs.append(this.#pair())),
        button("Seal", (event) => busy(event.target, line, async () => {
          const text = await change("POST", "secrets/render", wanted());
          forget();
          out.replaceChildren(el("pre", { class: "manifest" }, text));
        }), { name: "seal" }),
        button("Seal and propose", (event) => busy(event.target, line, async () => {
          const made = await change("POST", "secrets", wanted());
          forget();
          say("Proposed.");
          toRequest(made.request);
        }), { class: "main", name: "propose" })), line, out);
    form.addEventListener("submit", (event) => event.preventDefault());
    if (!window.isSecureContext) {
      for (const one of form.querySelectorAll("input, button")) one.disabled = true;
      form.append(el("p", { class: "refusal" },
        "Values are not sent over plain HTTP. Open this page over TLS."));
    }
    return form;
  }
}
