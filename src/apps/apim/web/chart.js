// Bars over time as SVG, drawn at the size that there is. The values can be read by pointing, with
// the arrow keys, and as a table.

import { el, svg, newId, table, tableBehind } from "./dom.js";
import { niceStep } from "./nice_step.js";

const height = 200;
const margin = { top: 12, right: 10, bottom: 24, left: 46 };

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const full = new Intl.NumberFormat("en");

/** "2026-11-21T10:00:00Z" in the words of its period; the clock is the one of the answer. */
export function label(start, period) {
  const [day, time = ""] = start.split("T");
  if (period === "minute" || period === "hour") return time.slice(0, 5);
  if (period === "month") return day.slice(0, 7);
  if (period === "year") return day.slice(0, 4);
  return period === "eternity" ? "all" : day.slice(5);
}

function longLabel(start, period) {
  const [day] = start.split("T");
  return period === "minute" || period === "hour" ? `${day} ${label(start, period)}`
    : period === "day" || period === "week" ? day : label(start, period);
}

/** `title` says what is counted. `show({values, period})` draws; the chosen bar stays chosen. */
export class Chart {
  #values = [];
  #period = "hour";
  #chosen = null; // a period_start
  #drawn = null; // the svg, and the width that it was drawn for

  constructor(title) {
    this.titleId = newId("chart");
    this.reading = el("output", { class: "reading", "aria-live": "off" });
    this.stage = el("div", { class: "stage" });
    this.behind = tableBehind(() => this.#table());
    this.node = el("figure", { class: "chart" },
      el("figcaption", { id: this.titleId }, el("span", { class: "chart-title" }, title), " ",
        this.reading),
      this.stage, this.behind.nodes);
    this.#watchSize();
  }

  title(text) { this.node.querySelector(".chart-title").textContent = text; }

  show({ values, period }) {
    this.#values = values.map((one) => ({ start: one.period_start, value: Number(one.value) }));
    this.#period = period;
    this.#draw();
    this.behind.fill();
  }

  #watchSize() {
    new ResizeObserver(() => {
      if (this.#drawn && Math.abs(this.stage.clientWidth - this.#drawn.width) > 1) this.#draw();
    }).observe(this.stage);
  }

  #table() {
    const rows = this.#values.map((one) =>
      [longLabel(one.start, this.#period), full.format(one.value)]);
    return table("Values of the chart", ["From", "Value"], rows.reverse());
  }

  #draw() {
    const width = Math.max(this.stage.clientWidth, 240);
    const had = this.stage.contains(document.activeElement);
    const picture = this.#picture(width);
    this.#drawn = { width, picture };
    this.stage.replaceChildren(picture);
    if (had) picture.focus({ preventScroll: true });
    this.#tell();
  }

  #picture(width) {
    const inner = { width: width - margin.left - margin.right,
      height: height - margin.top - margin.bottom };
    const most = Math.max(1, ...this.#values.map((one) => one.value));
    const step = Math.max(1, niceStep(most, 4));
    const top = Math.ceil(most / step) * step;
    const place = inner.width / Math.max(this.#values.length, 1);
    const x = (i) => margin.left + i * place;
    const y = (value) => margin.top + inner.height * (1 - value / top);
    const lines = [];
    for (let value = 0; value <= top; value += step) {
      lines.push(
        svg("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: y(value),
          y2: y(value) }),
        svg("text", { class: "tick", x: margin.left - 6, y: y(value) + 4, "text-anchor": "end" },
          compact.format(value)));
    }
    const each = Math.max(1, Math.ceil(60 / place));
    const bars = this.#values.map((one, i) => [
      svg("rect", { class: one.start === this.#chosen ? "bar chosen" : "bar",
        x: x(i) + Math.min(1, place / 8), y: y(one.value), width: Math.max(place - 2, 1),
        height: Math.max(margin.top + inner.height - y(one.value), one.value > 0 ? 1 : 0) }),
      i % each === 0 ? svg("text", { class: "tick", x: x(i) + place / 2, y: height - 8,
        "text-anchor": "middle" }, label(one.start, this.#period)) : null]);
    return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, tabindex: "0",
      role: "slider", "aria-labelledby": this.titleId, "aria-valuemin": "0",
      "aria-valuemax": String(Math.max(this.#values.length - 1, 0)),
      onpointermove: (event) => {
        const left = this.#drawn.picture.getBoundingClientRect().left + margin.left;
        this.#choose(Math.floor((event.clientX - left) / place));
      },
      onkeydown: (event) => this.#onKey(event) }, lines, bars);
  }

  #onKey(event) {
    const at = this.#index();
    const last = this.#values.length - 1;
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, ArrowDown: at - 1, ArrowUp: at + 1, Home: 0,
      End: last }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.#choose(Math.min(Math.max(to, 0), last));
  }

  /** Of the chosen bar; the last without one. */
  #index() {
    const found = this.#values.findIndex((one) => one.start === this.#chosen);
    return found >= 0 ? found : this.#values.length - 1;
  }

  #choose(i) {
    if (!this.#values[i] || this.#values[i].start === this.#chosen) return;
    this.#chosen = this.#values[i].start;
    this.#drawn.picture.querySelectorAll(".bar").forEach((bar, at) => {
      bar.setAttribute("class", at === i ? "bar chosen" : "bar");
    });
    this.#tell();
  }

  #tell() {
    const one = this.#values[this.#index()];
    const text = one ? `${longLabel(one.start, this.#period)}: ${full.format(one.value)}`
      : "no values";
    this.reading.textContent = text;
    this.#drawn.picture.setAttribute("aria-valuenow", String(Math.max(this.#index(), 0)));
    this.#drawn.picture.setAttribute("aria-valuetext", text);
  }
}
