// What operators see: their stations, a page at a time, and commands to them.

import { busy, button, el, field, refusalLine, say, showRefusal } from "./dom.js";
import { change, get } from "./api.js";

const commands = [
  { name: "Restart", command: "Reset", request: { type: "Soft" } },
  { name: "Ask for states", command: "TriggerMessage",
    request: { requestedMessage: "StatusNotification" } },
  { name: "Take out", command: "ChangeAvailability",
    request: { connectorId: 0, type: "Inoperative" } },
  { name: "Put back", command: "ChangeAvailability", request: { connectorId: 0, type: "Operative" } },
];
const waitSeconds = 20;
const pageRows = 200;
const stationPath = (station) => `stations/${encodeURIComponent(station.identity)}`;

/** Waits for what a command came to, and tells it. */
async function carryOut(station, { name, command, request }) {
  const { operation } = await change("POST", `${stationPath(station)}/commands/${command}`,
    { request });
  await get(`operations/${operation}`, { wait: waitSeconds });
  const { stations } = await get(`operations/${operation}/stations`);
  const result = stations[0] ?? {};
  say(`${station.identity}: ${name}: ${result.outcome || result.state || "no answer yet"}`);
}

export class Stations {
  #asking = null; // the page under way
  #timer = 0;

  constructor() {
    this.line = refusalLine();
    this.body = el("tbody", {});
    this.more = el("p", { class: "buttons" });
    this.filter = el("form", { role: "search", oninput: () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#readAnew(), 250);
    }, onsubmit: (event) => {
      event.preventDefault();
      this.#readAnew();
    } }, field("q", "Identity or name", { maxlength: 200 }));
    this.node = el("div", { class: "card" }, el("h2", { tabindex: -1 }, "Stations"), this.filter,
      el("p", { class: "buttons" }, button("Read again", (event) =>
        busy(event.target, this.line, () => this.read()))), this.line,
      el("div", { class: "scroll" }, el("table", { "aria-label": "Stations" },
        el("thead", {}, el("tr", {}, ["Station", "Link", "Connectors", "Commands"].map((head) =>
          el("th", { scope: "col" }, head)))), this.body)), this.more);
  }

  /** The first page, or the one behind the cursor. */
  async read(cursor) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const q = this.filter.elements.q.value.trim();
    const { stations, next } = await get("stations", { q, cursor, limit: pageRows },
      this.#asking.signal);
    const rows = stations.map((one) => this.#row(one));
    if (cursor) this.body.append(...rows);
    else this.body.replaceChildren(...rows);
    this.more.replaceChildren(...next ? [button("More", (event) =>
      busy(event.target, this.line, () => this.read(next)))] : []);
    if (this.body.childElementCount > 0) return;
    const text = q ? "There are none of that name."
      : "There are none yet: register them with the API (/docs).";
    this.body.append(el("tr", {}, el("td", { colspan: 4, class: "weak" }, text)));
  }

  async #readAnew() {
    clearTimeout(this.#timer);
    showRefusal(this.line, null);
    try {
      await this.read();
    } catch (error) {
      if (error.name !== "AbortError") showRefusal(this.line, error);
    }
  }

  #row(station) {
    const states = station.connectors.map((one) => `${one.connector}: ${one.effective_status}`).join(", ");
    const row = el("tr", { class: "command" },
      el("th", { scope: "row" }, station.name || station.identity, el("br", {}),
        el("small", {}, [station.vendor, station.model].filter(Boolean).join(" "))),
      el("td", { class: station.online ? "free" : "out" }, station.online ? "online" : "offline"),
      el("td", {}, states || "none told yet"),
      el("td", { class: "buttons" }, commands.map((one) => button(one.name, (event) =>
        busy(event.target, this.line, async () => {
          await carryOut(station, one);
          row.replaceWith(this.#row(await get(stationPath(station))));
        }), { disabled: !station.online, "aria-label": `${one.name} ${station.identity}` }))));
    return row;
  }
}
