// The plots that were found, nearest to what the map shows first.

import { el } from "./dom.js";
import { bestOf, bestState, countsText, lookOf, placeText } from "./words.js";

export class PlotList {
  #rows = new Map();

  constructor() {
    this.body = el("tbody", {});
    this.summary = el("p", { class: "weak", role: "status" });
    this.node = el("div", {}, el("h3", {}, "Plots"), this.summary,
      el("div", { class: "scroll rows" }, el("table", { "aria-label": "Plots found" },
        el("thead", {}, el("tr", {}, ["Plot", "Now", "Up to"].map((head) =>
          el("th", { scope: "col" }, head)))), this.body)));
  }

  show(plots, more) {
    this.summary.textContent = plots.length === 0
      ? "There are none here. Move the map, or ask for less."
      : `${plots.length}${more ? " and more" : ""} here`;
    this.#rows = new Map(plots.map((plot) => {
      const now = el("td", {});
      const row = el("tr", { "data-id": plot.id }, el("th", { scope: "row" },
        el("a", { href: `#/plots/${plot.id}` }, plot.name), el("br", {}),
        el("small", {}, placeText(plot))), now, el("td", {}, bestOf(plot)));
      this.#showNow(now, plot);
      return [plot.id, { row, now }];
    }));
    this.body.replaceChildren(...[...this.#rows.values()].map(({ row }) => row));
  }

  update(plot) {
    const known = this.#rows.get(plot.id);
    if (known) this.#showNow(known.now, plot);
  }

  #showNow(cell, plot) {
    cell.className = `free-count ${lookOf(bestState(plot.availability))}`;
    cell.textContent = countsText(plot.availability);
  }
}
