// One plot: its connectors now, prices, hours, what people say, and how to start.

import { busy, button, el, field, refusalLine, say } from "./dom.js";
import { change, get } from "./api.js";
import { accessWord, countsText, lookOf, placeText, powerText, priceText, standardName, stateWord,
  timeText } from "./words.js";

function facts(plot) {
  const rows = [["Place", placeText(plot)], ["Operator", plot.operator],
    ["Access", accessWord[plot.access]],
    ["Hours", plot.hours && `${plot.hours}${plot.time_zone ? ` (${plot.time_zone})` : ""}`],
    ["There is", (plot.amenities ?? []).join(", ").replaceAll("_", " ")], ["Phone", plot.phone],
    ["Rated", plot.rating && `${plot.rating.average} of 5 by ${plot.rating.count}`],
    ["Data", plot.attribution]];
  return el("dl", {}, rows.filter(([, text]) => text).map(([name, text]) =>
    [el("dt", {}, name), el("dd", {}, text)]));
}

export class PlotPage {
  #id = 0;
  #states = [];

  /** `session`: who looks. */
  constructor(session) {
    this.session = session;
    this.node = el("div", {});
  }

  get id() { return this.#id; }

  async show(id) {
    this.#id = id;
    const plot = await get(`plots/${id}`);
    if (this.#id !== id) return;
    document.title = `${plot.name} - Mainstay charging`;
    this.now = el("p", { class: "free-count", role: "status" }, countsText(plot.availability));
    const title = el("h2", { tabindex: -1 }, plot.name);
    this.node.replaceChildren(el("p", {}, el("a", { href: "#/plots" }, "All plots")), title,
      this.now, el("div", { class: "parts" },
        el("section", { class: "card", "aria-label": "Connectors" }, el("h3", {}, "Connectors"),
          this.#connectors(plot)),
        el("section", { class: "card", "aria-label": "About" }, el("h3", {}, "About"), facts(plot),
          plot.description ? el("p", { class: "note" }, plot.description) : undefined),
        this.#comments()));
    title.focus();
    await this.#readComments();
  }

  /** News of the stream. */
  update({ availability, connectors }) {
    if (this.now) this.now.textContent = countsText(availability);
    connectors.forEach(({ state }, i) => this.#showState(i, state));
  }

  #showState(place, state) {
    const cell = this.#states[place];
    if (!cell) return;
    cell.className = lookOf(state);
    cell.textContent = stateWord(state);
  }

  #connectors(plot) {
    this.#states = plot.connectors.map(() => el("td", {}));
    const table = el("div", { class: "scroll" }, el("table", { "aria-label": "Connectors" },
      el("thead", {}, el("tr", {}, ["Plug", "Power", "Price", "Now", "Start"].map((head) =>
        el("th", { scope: "col" }, head)))),
      el("tbody", {}, plot.connectors.map((one, i) => el("tr", {},
        el("th", { scope: "row" }, standardName(one.standard),
          one.count > 1 ? ` × ${one.count}` : ""),
        el("td", {}, powerText(one)), el("td", {}, priceText(one)), this.#states[i],
        el("td", {}, one.station ? el("a", {
          href: `/charging/q/${one.station}-${one.connector}` }, "Start here") : "–"))))));
    plot.connectors.forEach(({ state }, i) => this.#showState(i, state));
    return plot.connectors.length ? table : el("p", { class: "weak" }, "None are known.");
  }

  #comments() {
    this.said = el("div", {});
    const line = refusalLine();
    const form = el("form", { class: "stacked", onsubmit: (event) => {
      event.preventDefault();
      busy(form.querySelector("[type=submit]"), line, () => this.#send(form));
    } },
    field("rating", "Rating", { kind: "select", choices: [["", "None"],
      ...[5, 4, 3, 2, 1].map((one) => [String(one), `${one} of 5`])] }),
    field("text", "Comment", { maxlength: 4000 }),
    el("button", { type: "submit", class: "main" }, "Say it"), line);
    const asked = this.session.signed_in ? form : el("p", { class: "weak" }, "Sign in to comment.");
    return el("section", { class: "card", "aria-label": "Comments" }, el("h3", {}, "Comments"),
      asked, this.said);
  }

  async #send(form) {
    const { rating, text } = form.elements;
    const body = { text: text.value };
    if (rating.value) body.rating = Number(rating.value);
    await change("POST", `plots/${this.#id}/comments`, body);
    form.reset();
    say("Your comment is kept.");
    await this.#readComments();
  }

  async #readComments(before) {
    const id = this.#id;
    const page = await get(`plots/${id}/comments`, { cursor: before, limit: 20 });
    if (id !== this.#id) return;
    const notes = page.comments.map((one) => el("div", { class: "note" },
      el("small", {}, `${one.author}, ${timeText(one.created_at)}`,
        one.rating ? `: ${one.rating} of 5` : ""),
      one.text ? el("p", {}, one.text) : undefined));
    const more = page.next ? [button("Older ones", async (event) => {
      event.target.remove();
      await this.#readComments(page.next);
    })] : [];
    if (before) this.said.append(...notes, ...more);
    else this.said.replaceChildren(...notes, ...more);
    if (!before && notes.length === 0) {
      this.said.append(el("p", { class: "weak" }, "Nobody has said anything yet."));
    }
  }
}
