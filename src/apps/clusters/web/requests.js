// What was asked for, and how far each is.

import { busy, button, el, refusalLine } from "./dom.js";
import { change, get } from "./api.js";
import { diffBlock, emptyRow, table } from "./fields.js";

const colour = (one) => {
  if (one.state === "ready") return "ready";
  return ["failed", "degraded", "closed"].includes(one.state) ? "failed" : "going";
};
const words = (state) => state.replaceAll("_", " ");

function pullRequest(one) {
  if (!one.pull_request) return one.skip_pull_request ? "none: committed" : "";
  return el("a", { href: one.pull_request.url }, `#${one.pull_request.number}`);
}

export class Requests {
  constructor() {
    this.line = refusalLine();
    this.body = el("tbody", {});
    this.node = el("div", { class: "card" }, el("h2", { tabindex: -1 }, "Changes"), this.line,
      table("Changes", ["Change", "By", "State", "Pull request", "Cost", "When"], this.body));
    this.all = new Map();
  }

  async read() {
    const { requests } = await get("requests?limit=100");
    this.all = new Map(requests.map((one) => [one.id, one]));
    this.#show();
  }

  /** A newer state of one. */
  update(one) {
    const rest = [...this.all].filter(([id]) => id !== one.id);
    this.all = this.all.has(one.id) ? this.all.set(one.id, one) : new Map([[one.id, one], ...rest]);
    this.#show();
  }

  #show() {
    this.body.replaceChildren(...[...this.all.values()].map((one) => el("tr", {},
      el("th", { scope: "row" }, el("a", { href: `#/requests/${one.id}` }, one.title)),
      el("td", {}, one.requested_by), el("td", { class: colour(one) }, words(one.state)),
      el("td", {}, pullRequest(one)), el("td", {}, one.monthly_cost.split(" a month")[0]),
      el("td", {}, el("time", { datetime: one.created_at },
        new Date(one.created_at).toLocaleString())))));
    if (this.all.size === 0) this.body.append(emptyRow(6, "Nothing was asked for yet."));
  }
}

export class RequestPage {
  constructor(id) {
    this.id = id;
    this.line = refusalLine();
    this.node = el("div", { class: "card" });
  }

  async read() { this.#show(await get(`requests/${encodeURIComponent(this.id)}`)); }

  /** Told by the stream, which leaves the diff out. */
  update(one) { this.#show({ ...this.shown, ...one }); }

  #show(one) {
    this.shown = one;
    const facts = [["State", el("span", { class: colour(one), id: "state" }, words(one.state))],
      ["By", one.requested_by], ["Pull request", pullRequest(one)], ["Branch", one.branch],
      ["Cost", one.monthly_cost || "unknown"], ["Cluster", one.dry_run]];
    if (one.last_error) facts.push(["Trouble", one.last_error]);
    this.node.replaceChildren(el("h2", { tabindex: -1 }, one.title),
      el("ol", { class: "timeline", "aria-label": "Timeline" }, one.timeline.map((step) =>
        el("li", { title: `${step.at ?? ""} ${step.note}` }, words(step.state)))),
      el("dl", {}, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
      el("ul", {}, one.policies.map((text) => el("li", {}, text))), this.line,
      one.state === "failed" ? button("Try again", (event) =>
        busy(event.target, this.line, async () => {
          this.update(await change("POST", `requests/${encodeURIComponent(this.id)}/retry`));
        })) : "", diffBlock(one.diff ?? ""));
  }
}
