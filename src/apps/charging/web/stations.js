// What operators see: their stations, and commands to them.

import { busy, button, el, refusalLine, say } from "./dom.js";
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

/** Waits for what a command came to, and tells it. */
async function carryOut(station, { name, command, request }) {
  const path = `stations/${encodeURIComponent(station.identity)}/commands/${command}`;
  const { operation } = await change("POST", path, { request });
  await get(`operations/${operation}`, { wait: waitSeconds });
  const { stations } = await get(`operations/${operation}/stations`);
  const result = stations[0] ?? {};
  say(`${station.identity}: ${name}: ${result.outcome || result.state || "no answer yet"}`);
}

export class Stations {
  constructor() {
    this.line = refusalLine();
    this.body = el("tbody", {});
    this.node = el("div", { class: "card" }, el("h2", { tabindex: -1 }, "Stations"),
      el("p", { class: "buttons" }, button("Read again", (event) =>
        busy(event.target, this.line, () => this.read()))), this.line,
      el("div", { class: "scroll" }, el("table", { "aria-label": "Stations" },
        el("thead", {}, el("tr", {}, ["Station", "Link", "Connectors", "Commands"].map((head) =>
          el("th", { scope: "col" }, head)))), this.body)));
  }

  async read() {
    const { stations } = await get("stations", { limit: 200 });
    this.body.replaceChildren(...stations.map((one) => this.#row(one)));
    if (stations.length === 0) {
      this.body.append(el("tr", {}, el("td", { colspan: 4, class: "weak" },
        "There are none yet: register them with the API (/docs).")));
    }
  }

  #row(station) {
    const states = station.connectors.map((one) => `${one.connector}: ${one.effective_status}`).join(", ");
    return el("tr", { class: "command" },
      el("th", { scope: "row" }, station.name || station.identity, el("br", {}),
        el("small", {}, [station.vendor, station.model].filter(Boolean).join(" "))),
      el("td", { class: station.online ? "free" : "out" }, station.online ? "online" : "offline"),
      el("td", {}, states || "none told yet"),
      el("td", { class: "buttons" }, commands.map((one) => button(one.name, (event) =>
        busy(event.target, this.line, async () => {
          await carryOut(station, one);
          await this.read();
        }), { disabled: !station.online, "aria-label": `${one.name} ${station.identity}` }))));
  }
}
