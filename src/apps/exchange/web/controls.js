// What operators do (role `exchange`): phases of the symbol, and the simulation.

import { el, busy, button, card, dangerous, field, refusalLine, say, showRefusal, table }
  from "./dom.js";
import { operate, operation } from "./api.js";

const pollMillis = 2000;
const speeds = [0.1, 0.5, 1, 2, 5, 10, 20];

const phases = { opening_call: "Opening call", continuous: "Continuous",
  closing_call: "Closing call", halted: "Halt", closed: "Close" };

export class Controls {
  /** `changed()` behind a change of phase. */
  constructor(changed) {
    this.changed = changed;
    this.phase = el("span", { class: "weak" });
    this.phaseLine = refusalLine();
    this.buttons = Object.entries(phases).map(([phase, text]) => this.#phaseButton(phase, text));
    this.simulation = el("div", {});
    this.line = refusalLine();
    this.running = el("span", { class: "state" });
    this.toggle = button("Pause", () => busy(this.toggle, this.line, () => this.#toggle()));
    this.speed = field("speed", "Speed", { kind: "select", value: "1",
      choices: speeds.map((one) => [String(one), `${one} times real time`]) });
    this.speed.querySelector("select").addEventListener("change", ({ target }) =>
      this.#change({ speed: Number(target.value) }));
    this.crowd = el("div", {});
    this.node = el("div", { class: "controls" },
      card("Phase", el("p", {}, this.phase), el("p", { class: "buttons" }, this.buttons),
        this.phaseLine),
      card("Simulation", this.simulation, this.line));
    setInterval(() => { if (!document.hidden) this.refresh(); }, pollMillis);
  }

  show(symbol) {
    this.symbol = symbol;
    this.refresh();
  }

  async refresh() {
    await Promise.all([this.#refreshPhase(), this.#refreshSimulation()]);
  }

  // --- phases --------------------------------------------------------------------------------

  #phaseButton(phase, text) {
    const change = async () => {
      await operate(`symbols/${encodeURIComponent(this.symbol)}/phase`, { phase });
      say(`${this.symbol}: ${text}`);
      await Promise.all([this.#refreshPhase(), this.changed()]);
    };
    if (phase === "halted" || phase === "closed") {
      return dangerous(text, () => `${text}: nobody can trade ${this.symbol} then.`, text, change,
        { "data-phase": phase });
    }
    const pressed = button(text, () => busy(pressed, this.phaseLine, change),
      { "data-phase": phase });
    return pressed;
  }

  async #refreshPhase() {
    try {
      const { symbols } = await operation("status");
      const now = symbols.find((one) => one.symbol === this.symbol);
      if (!now) return;
      this.phase.textContent = `${this.symbol} is in ${now.phase.replaceAll("_", " ")}; ` +
        `${now.live_orders} live orders.`;
      for (const one of this.node.querySelectorAll("[data-phase]")) {
        one.setAttribute("aria-pressed", String(one.dataset.phase === now.phase));
      }
      showRefusal(this.phaseLine, null);
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      showRefusal(this.phaseLine, error);
    }
  }

  // --- the simulation ------------------------------------------------------------------------

  async #refreshSimulation() {
    if (this.off) return;
    try {
      this.#show(await operation("simulation"));
      showRefusal(this.line, null);
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      this.off = error.status === 404;
      if (this.off) this.simulation.replaceChildren(el("p", { class: "weak" }, "None runs here."));
      else showRefusal(this.line, error);
    }
  }

  #show(state) {
    this.state = state;
    if (!this.toggle.isConnected) {
      this.simulation.replaceChildren(el("p", {}, this.running),
        el("p", { class: "buttons" }, this.toggle, this.speed), this.crowd);
    }
    this.running.textContent = state.running ? "runs" : "paused";
    this.running.className = `state ${state.running ? "good" : "bad"}`;
    if (this.toggle.getAttribute("aria-busy") !== "true") {
      this.toggle.textContent = state.running ? "Pause" : "Start";
    }
    this.#showSpeed(String(state.speed));
    this.#showCrowd(state);
  }

  #showSpeed(value) {
    const select = this.speed.querySelector("select");
    if (select === document.activeElement || select.value === value) return;
    if (![...select.options].some((one) => one.value === value)) {
      select.append(el("option", { value }, `${value} times real time`));
    }
    select.value = value;
  }

  #showCrowd(state) {
    const rows = (state.agents ?? []).map(({ kind, count }) =>
      [kind.replaceAll("_", " "), String(count)]);
    for (const name of ["investors", "assets"]) {
      if (state[name] !== undefined) rows.push([name, String(state[name])]);
    }
    const text = JSON.stringify(rows);
    if (text === this.crowdShown) return;
    this.crowdShown = text;
    this.crowd.replaceChildren(table("Who takes part", ["Kind", "How many"], rows));
  }

  async #toggle() {
    const running = !this.state.running;
    await this.#put({ running });
    say(running ? "The simulation runs" : "The simulation is paused");
  }

  async #change(wanted) {
    try {
      await this.#put(wanted);
      say(`The simulation runs at ${this.state.speed} times real time`);
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      showRefusal(this.line, error);
    }
  }

  async #put(wanted) {
    const { running, speed } = { ...this.state, ...wanted };
    await operate("simulation", { running, speed });
    this.state = { ...this.state, running, speed };
    this.#show(this.state);
  }
}
