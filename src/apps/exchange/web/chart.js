// Candles with their volume as SVG, drawn at the size that there is. A candle is chosen by pointing
// or with the arrow keys; all can be read as a table.

import { el, svg, newId, tableBehind } from "./dom.js";
import { LiveTable } from "./live_table.js";
import { dayAndClock, fixed, shortClock, clock } from "./numbers.js";
import { priceScale, ticks, visible } from "./scale.js";

const height = 320;
const volumeHeight = 54;
const margin = { top: 10, right: 70, bottom: 22, left: 6 };
const step = 9; // of a candle, with the gap
const tableRows = 60;
const values = ["open", "high", "low", "close", "volume"];
const capital = (word) => word[0].toUpperCase() + word.slice(1);

export class CandleChart {
  #candles = [];
  #shown = [];
  #chosen = null; // a start; null: the newest
  #pointer = null; // where, in the picture
  #drawn = null;

  constructor(label) {
    this.digits = 2;
    this.quantityDigits = 0;
    this.millis = 60000;
    this.labelId = newId("candles");
    this.reading = el("output", { class: "reading", "aria-live": "off" });
    this.stage = el("div", { class: "stage candles" });
    this.table = new LiveTable("Candles, the newest first", ["From", ...values.map(capital)], {
      key: (one) => one.start,
      cells: (one) => [dayAndClock(one.start), ...values.map((name) => one.texts[name])] });
    this.behind = tableBehind(() => this.#table());
    this.node = el("figure", { class: "chart" },
      el("figcaption", {}, el("span", { class: "unseen", id: this.labelId }, label), this.reading),
      this.stage, this.behind.nodes);
    new ResizeObserver(() => {
      if (this.#drawn && Math.abs(this.stage.clientWidth - this.#drawn.width) > 1) this.#draw();
    }).observe(this.stage);
  }

  show(candles) {
    this.#candles = candles;
    this.#draw();
    this.behind.fill();
  }

  #table() {
    this.table.show(this.#candles.slice(-tableRows).reverse());
    return this.table.node;
  }

  #draw() {
    const width = Math.max(this.stage.clientWidth, 240);
    const had = this.stage.contains(document.activeElement);
    const picture = this.#picture(width);
    this.#drawn.picture = picture;
    this.stage.replaceChildren(picture);
    if (had) picture.focus({ preventScroll: true });
    this.#tell();
  }

  #picture(width) {
    const right = width - margin.right;
    const bottom = height - margin.bottom - volumeHeight;
    this.#shown = visible(this.#candles, right - margin.left, step);
    const low = Math.min(...this.#shown.map((one) => one.low));
    const high = Math.max(...this.#shown.map((one) => one.high));
    const scale = priceScale(...(this.#shown.length ? [low, high] : [0, 1]), bottom, margin.top);
    const x = (i) => right - (this.#shown.length - i) * step;
    this.#drawn = { width, right, bottom, scale, x, cross: svg("g", { class: "cross" }) };
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, tabindex: "0",
      role: "slider", "aria-labelledby": this.labelId, "aria-valuemin": "0",
      "aria-valuemax": String(Math.max(this.#shown.length - 1, 0)),
      onpointermove: (event) => this.#onPointer(event),
      onpointerleave: () => this.#choose(null, null),
      onkeydown: (event) => this.#onKey(event) },
    this.#priceLines(), this.#timeMarks(), this.#bodies(), this.#drawn.cross);
  }

  #priceLines() {
    const { right, scale } = this.#drawn;
    if (!this.#shown.length) return [];
    return ticks(scale.from, scale.to, 6).map((value) => [
      svg("line", { class: "grid", x1: margin.left, x2: right, y1: scale.place(value),
        y2: scale.place(value) }),
      svg("text", { class: "tick", x: right + 6, y: scale.place(value) + 4 },
        fixed(value, this.digits))]);
  }

  #timeMarks() {
    const each = Math.ceil(90 / step);
    const text = this.millis < 60000 ? clock : shortClock;
    return this.#shown.map((one, i) => (Math.round(one.start / this.millis) % each ? null
      : svg("text", { class: "tick", x: this.#drawn.x(i) + step / 2, y: height - 6,
        "text-anchor": "middle" }, text(one.start))));
  }

  #bodies() {
    const { bottom, scale, x } = this.#drawn;
    const most = Math.max(...this.#shown.map((one) => one.volume), 1e-9);
    return this.#shown.map((one, i) => {
      const look = one.close >= one.open ? "rise" : "fall";
      const [above, below] = [scale.place(Math.max(one.open, one.close)),
        scale.place(Math.min(one.open, one.close))];
      const bar = one.volume / most * (volumeHeight - 6);
      const middle = x(i) + step / 2;
      return [
        svg("rect", { class: `volume ${look}`, x: x(i) + 1, width: step - 2,
          y: bottom + volumeHeight - bar, height: bar }),
        svg("line", { class: `wick ${look}`, x1: middle, x2: middle, y1: scale.place(one.high),
          y2: scale.place(one.low) }),
        svg("rect", { class: `candle ${look}`, x: x(i) + 1, width: step - 2, y: above,
          height: Math.max(below - above, 1) })];
    });
  }

  // --- the crosshair -------------------------------------------------------------------------

  #onPointer(event) {
    const box = this.#drawn.picture.getBoundingClientRect();
    const i = Math.floor((event.clientX - box.left - this.#drawn.x(0)) / step);
    const one = this.#shown[Math.min(Math.max(i, 0), this.#shown.length - 1)];
    this.#choose(one?.start ?? null, event.clientY - box.top);
  }

  #onKey(event) {
    const at = this.#index();
    const last = this.#shown.length - 1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1,
      Home: 0, End: last, Escape: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const i = Math.min(Math.max(to, 0), last);
    this.#choose(i === last ? null : this.#shown[i]?.start ?? null, null);
  }

  #choose(start, pointer) {
    this.#chosen = start;
    this.#pointer = pointer;
    this.#tell();
  }

  /** Of the chosen candle; the newest without one. */
  #index() {
    const found = this.#shown.findIndex((one) => one.start === this.#chosen);
    return found >= 0 ? found : this.#shown.length - 1;
  }

  #tell() {
    const i = this.#index();
    const one = this.#shown[i];
    const text = one ? `${dayAndClock(one.start)} ` +
      values.map((name) => `${name} ${one.texts[name]}`).join(" ") : "No trades yet";
    if (this.reading.textContent !== text) this.reading.textContent = text;
    this.#drawn.picture.setAttribute("aria-valuenow", String(Math.max(i, 0)));
    this.#drawn.picture.setAttribute("aria-valuetext", text);
    this.#drawn.cross.replaceChildren(...this.#crossLines(i));
  }

  #crossLines(i) {
    const { right, bottom, scale, x } = this.#drawn;
    if (this.#chosen === null || i < 0) return [];
    const at = x(i) + step / 2;
    const lines = [svg("line", { x1: at, x2: at, y1: margin.top, y2: bottom + volumeHeight })];
    if (this.#pointer === null || this.#pointer > bottom) return lines;
    return [...lines,
      svg("line", { x1: margin.left, x2: right, y1: this.#pointer, y2: this.#pointer }),
      svg("text", { class: "tick", x: right + 6, y: this.#pointer + 4 },
        fixed(scale.value(this.#pointer), this.digits))];
  }
}
