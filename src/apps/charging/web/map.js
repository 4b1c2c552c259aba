// Positions of plots on a plain grid of degrees: no pictures from elsewhere. Moved and zoomed by
// mouse, touch and keys; sites are links.

import { button, el, svg } from "./dom.js";
import { niceStep } from "./nice_step.js";
import { bestState, countsText, lookOf, stateWord } from "./words.js";

const width = 800;
const height = 600;
const spanMin = 0.002; // degrees of longitude that are shown
const spanMax = 360;

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
const wrapped = (longitude) => ((longitude + 540) % 360 + 360) % 360 - 180;

export class PlotMap {
  #view = { longitude: 0, latitude: 20, span: 360 };
  #plots = [];
  #sites = new Map();
  #dragged = null;

  /** `moved()` when another part of the world is shown; `opened(id)`. */
  constructor(moved, opened) {
    this.moved = moved;
    this.opened = opened;
    this.grid = svg("g", { "aria-hidden": "true" });
    this.sites = svg("g", {});
    this.picture = svg("svg", { class: "map", viewBox: `0 0 ${width} ${height}`, tabindex: 0,
      role: "group", "aria-label": "Map of plots: arrow keys move it, plus and minus zoom",
      onkeydown: (event) => this.#onKey(event), onpointerdown: (event) => this.#onDown(event),
      onpointermove: (event) => this.#onDrag(event), onpointerup: () => this.#onUp(),
      onpointercancel: () => this.#onUp(), onwheel: (event) => this.#onWheel(event) },
    this.grid, this.sites);
    const zoom = (by) => () => this.#zoom(by);
    this.node = el("div", {}, this.picture, el("p", { class: "buttons" },
      button("Zoom in", zoom(0.5)), button("Zoom out", zoom(2)),
      el("span", { class: "legend" }, ["available", "occupied", "out_of_order", "unknown"]
        .map((state) => el("span", { class: lookOf(state) }, stateWord(state))))));
  }

  #latitudes() { return this.#view.span * height / width * this.#stretch(); }
  /** A degree of latitude is longer than one of longitude away from the equator. */
  #stretch() { return Math.max(0.2, Math.cos(this.#view.latitude * Math.PI / 180)); }

  /** west,south,east,north of what is shown. */
  box() {
    const { longitude, latitude, span } = this.#view;
    const half = this.#latitudes() / 2;
    const south = clamp(latitude - half, -90, 90);
    const north = clamp(latitude + half, -90, 90);
    if (span >= 360) return `-180,${south.toFixed(5)},180,${north.toFixed(5)}`;
    const [west, east] = [longitude - span / 2, longitude + span / 2].map(wrapped);
    return [west, south, east, north].map((one) => one.toFixed(5)).join(",");
  }

  /** Shows them all, with some room. */
  fit(plots) {
    if (plots.length === 0) return;
    const longitudes = plots.map((plot) => plot.longitude);
    const latitudes = plots.map((plot) => plot.latitude);
    const [west, east] = [Math.min(...longitudes), Math.max(...longitudes)];
    const [south, north] = [Math.min(...latitudes), Math.max(...latitudes)];
    this.#view.longitude = (west + east) / 2;
    this.#view.latitude = (south + north) / 2;
    const tall = (north - south) * width / height / this.#stretch();
    this.#view.span = clamp(Math.max(east - west, tall) * 1.2, 0.02, spanMax);
    this.#draw();
  }

  show(plots) {
    this.#plots = plots;
    this.#draw();
  }

  /** One plot's state has changed. */
  update(plot) {
    const site = this.#sites.get(plot.id);
    if (site) this.#label(site, plot);
  }

  choose(id) {
    for (const [one, site] of this.#sites) site.classList.toggle("chosen", one === id);
  }

  #x(longitude) {
    const away = wrapped(longitude - this.#view.longitude);
    return width / 2 + away / this.#view.span * width;
  }
  #y(latitude) {
    return height / 2 - (latitude - this.#view.latitude) / this.#latitudes() * height;
  }

  #draw() {
    this.#drawGrid();
    const before = this.#sites;
    this.#sites = new Map();
    for (const plot of this.#plots) {
      const site = before.get(plot.id) ?? svg("circle", { class: "site", r: 8, tabindex: 0,
        role: "link", "data-id": plot.id, onclick: () => this.opened(plot.id),
        onkeydown: (event) => { if (event.key === "Enter") this.opened(plot.id); } });
      site.setAttribute("cx", this.#x(plot.longitude).toFixed(1));
      site.setAttribute("cy", this.#y(plot.latitude).toFixed(1));
      this.#label(site, plot);
      this.#sites.set(plot.id, site);
    }
    // What is put in again loses the focus.
    const focused = this.sites.contains(document.activeElement) ? document.activeElement : null;
    this.sites.replaceChildren(...this.#sites.values());
    focused?.focus();
  }

  #label(site, plot) {
    const chosen = site.classList.contains("chosen") ? " chosen" : "";
    site.setAttribute("class", `site ${lookOf(bestState(plot.availability))}${chosen}`);
    site.setAttribute("aria-label", `${plot.name}: ${countsText(plot.availability)}`);
    site.replaceChildren(svg("title", {}, `${plot.name}: ${countsText(plot.availability)}`));
  }

  #drawGrid() {
    const parts = [];
    const step = niceStep(this.#view.span, 6);
    const digits = Math.max(0, Math.ceil(-Math.log10(step)));
    const west = this.#view.longitude - this.#view.span / 2;
    for (let at = Math.ceil(west / step) * step; at < west + this.#view.span; at += step) {
      const x = width / 2 + (at - this.#view.longitude) / this.#view.span * width;
      parts.push(svg("line", { class: "grid", x1: x, x2: x, y1: 0, y2: height }),
        svg("text", { class: "tick", x: x + 3, y: height - 5 }, `${wrapped(at).toFixed(digits)}°`));
    }
    const south = this.#view.latitude - this.#latitudes() / 2;
    for (let at = Math.ceil(south / step) * step; at < south + this.#latitudes(); at += step) {
      if (Math.abs(at) > 90) continue;
      const y = this.#y(at);
      parts.push(svg("line", { class: "grid", x1: 0, x2: width, y1: y, y2: y }),
        svg("text", { class: "tick", x: 4, y: y - 3 }, `${at.toFixed(digits)}°`));
    }
    this.grid.replaceChildren(...parts);
  }

  #move(right, up) {
    this.#view.longitude = wrapped(this.#view.longitude + right * this.#view.span);
    this.#view.latitude = clamp(this.#view.latitude + up * this.#latitudes(), -85, 85);
    this.#draw();
    this.moved();
  }

  #zoom(by) {
    this.#view.span = clamp(this.#view.span * by, spanMin, spanMax);
    this.#draw();
    this.moved();
  }

  #onKey(event) {
    const moves = { ArrowLeft: [-0.2, 0], ArrowRight: [0.2, 0], ArrowUp: [0, 0.2],
      ArrowDown: [0, -0.2] };
    if (moves[event.key]) this.#move(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.#zoom(0.5);
    else if (event.key === "-") this.#zoom(2);
    else return;
    event.preventDefault();
  }

  #onWheel(event) {
    event.preventDefault();
    this.#zoom(event.deltaY > 0 ? 1.25 : 0.8);
  }

  #onDown(event) {
    if (event.target.classList.contains("site")) return;
    this.#dragged = { x: event.clientX, y: event.clientY };
    this.picture.setPointerCapture(event.pointerId);
  }

  #onDrag(event) {
    if (!this.#dragged) return;
    const size = this.picture.getBoundingClientRect();
    const right = (this.#dragged.x - event.clientX) / size.width;
    const up = (event.clientY - this.#dragged.y) / size.height;
    this.#dragged = { x: event.clientX, y: event.clientY };
    this.#view.longitude = wrapped(this.#view.longitude + right * this.#view.span);
    this.#view.latitude = clamp(this.#view.latitude + up * this.#latitudes(), -85, 85);
    this.#draw();
  }

  #onUp() {
    if (!this.#dragged) return;
    this.#dragged = null;
    this.moved();
  }
}
