// The order book as a ladder: asks above, bids below, with bars for the quantity up to there.

import { el } from "./dom.js";
import { fixed } from "./numbers.js";

const depth = 12;

export class Ladder {
  /** `choose(price)`: somebody has pointed at a level. */
  constructor(choose) {
    this.last = el("strong", { class: "last" });
    this.spread = el("span", { class: "weak" });
    this.asks = this.#rows("ask", choose);
    this.bids = this.#rows("bid", choose);
    const group = (text) => el("tr", { class: "unseen" },
      el("th", { scope: "rowgroup", colspan: "3" }, text));
    this.node = el("table", { class: "ladder" },
      el("caption", { class: "unseen" }, "Order book: the best levels of both sides"),
      el("thead", {}, el("tr", {}, ["Price", "Quantity", "Total"].map((head) =>
        el("th", { scope: "col" }, head)))),
      el("tbody", { class: "asks" }, group("Asks: who sells"), [...this.asks].reverse()),
      el("tbody", { class: "middle" }, el("tr", {}, el("td", { colspan: "3" }, this.last, " ",
        this.spread))),
      el("tbody", { class: "bids" }, group("Bids: who buys"), this.bids));
  }

  #rows(side, choose) {
    return Array.from({ length: depth }, () => {
      const row = el("tr", { class: side, onclick: () => {
        if (row.dataset.price) choose(row.dataset.price);
      } }, el("th", { scope: "row" }), el("td"), el("td"));
      return row;
    });
  }

  /** `symbol` has the digits; `last` is the last trade's price and whether it rose. */
  show(book, symbol, last) {
    const { bids, asks } = book.ladder(depth);
    this.#fill(this.asks, asks, symbol);
    this.#fill(this.bids, bids, symbol);
    const spread = book.spread();
    this.last.textContent = last.price ?? "No trade yet";
    this.last.className = `last ${last.direction}`;
    this.spread.textContent = spread === null ? ""
      : `spread ${fixed(spread, symbol.priceDigits)}`;
  }

  #fill(rows, levels, symbol) {
    rows.forEach((row, i) => {
      const level = levels[i];
      const texts = level
        ? [level.price, level.quantity, fixed(level.total, symbol.quantityDigits)] : ["", "", ""];
      texts.forEach((text, at) => {
        if (row.cells[at].textContent !== text) row.cells[at].textContent = text;
      });
      row.dataset.price = level?.price ?? "";
      row.style.setProperty("--share", level ? `${(level.share * 100).toFixed(1)}%` : "0%");
    });
  }
}
