// Node groups with their state and cost, and a form for a new one.

import { busy, button, el, refusalLine, say } from "./dom.js";
import { change, get } from "./api.js";
import { diffBlock, emptyRow, field, table, toRequest, valuesOf } from "./fields.js";

const number = (value) => (value === null ? "" : String(value));

export class Groups {
  constructor() {
    this.line = refusalLine();
    this.body = el("tbody", {});
    this.total = el("p", { class: "total" });
    this.form = this.#newForm();
    this.node = el("div", {},
      el("div", { class: "card" }, el("h2", { tabindex: -1 }, "Node groups"), this.total, this.line,
        table("Node groups", ["Name", "Type", "Min", "Target", "Max", "State", "Team", "A month", ""],
          this.body)),
      this.form);
  }

  async read() {
    const [groups, costs] = await Promise.all([get("nodegroups"), get("costs")]);
    this.body.replaceChildren(...groups.map((one) => this.#row(one)));
    if (groups.length === 0) this.body.append(emptyRow(9, "There are none yet."));
    this.total.replaceChildren(
      el("span", {}, "All groups: ", el("strong", {}, `${costs.total.target} ${costs.currency}`),
        " a month"),
      el("span", { class: "weak" }, `at most ${costs.total.most} ${costs.currency}`));
  }

  #row(group) {
    const cost = group.monthly_cost;
    return el("tr", {}, el("th", { scope: "row" }, group.name),
      el("td", {}, group.instance_name ?? ""),
      [group.min_size, group.target_size, group.max_size].map((size) =>
        el("td", { class: "number" }, number(size))),
      el("td", { class: group.state === "Present" ? "ready" : "going" }, group.state ?? "not told"),
      el("td", {}, group.team ?? ""),
      el("td", { class: "number" }, cost ? `${cost.target} ${cost.currency}` : "unknown"),
      el("td", {}, button("Remove", (event) => busy(event.target, this.line, async () => {
        const made = await change("DELETE", `nodegroups/${encodeURIComponent(group.name)}`);
        toRequest(made.request);
      }), { class: "danger" })));
  }

  #newForm() {
    const line = refusalLine();
    const plan = el("div", {});
    const body = () => ({ ...valuesOf(form), skip_pull_request: false });
    const form = el("form", { class: "card", "aria-label": "New node group" },
      el("h3", {}, "Propose a new one"),
      el("div", { class: "stacked" },
        field("Name", "name", { required: true }),
        field("Instance type", "default_instance_type", { required: true, value: "m5.large" }),
        field("Other type", "alternate_instance_type"),
        field("Ephemeral storage", "ephemeral", { required: true, value: "100Gi" }),
        field("Min", "min_size", { inputmode: "numeric", value: "1" }),
        field("Target", "target_size", { inputmode: "numeric", value: "1" }),
        field("Max", "max_size", { inputmode: "numeric", value: "3" }),
        field("Team", "team"), field("Why", "reason")),
      el("p", { class: "buttons" },
        button("Show what it would do", (event) => busy(event.target, line, async () => {
          this.#showPlan(plan, await change("POST", "nodegroups?plan=true", body()));
        }), { name: "plan" }),
        button("Propose", (event) => busy(event.target, line, async () => {
          const made = await change("POST", "nodegroups", body());
          say("Proposed.");
          toRequest(made.request);
        }), { class: "main", name: "propose" })), line, plan);
    form.addEventListener("submit", (event) => event.preventDefault());
    return form;
  }

  #showPlan(node, plan) {
    node.replaceChildren(el("p", {}, plan.monthly_cost || "What it costs is not known."),
      el("ul", {}, plan.policies.map((one) => el("li", {}, one))),
      el("p", {}, `The cluster says: ${plan.dry_run}`), diffBlock(plan.diff));
  }
}
