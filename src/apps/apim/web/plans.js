// Plans and their limits: a plan is what applications name, and what limits hang on.

import { el, busy, card, field, form, newId, refusalLine, say, table } from "./dom.js";
import { all, path, put, remove } from "./api.js";
import { heading, servicePath } from "./services.js";
import { pager } from "./pager.js";
import { spikeCard } from "./spikes.js";

const periods = ["minute", "hour", "day", "week", "month", "year", "eternity"];
const planPath = (service, plan) => servicePath(service, `/plans/${encodeURIComponent(plan)}`);

export function plansView(view, main, service) {
  const list = pager(view, path`/services/${service}/plans`, "plans", (plans) =>
    table("Plans", ["Plan", "Limits", plans[0]?.spikelimits === undefined ? "" : "Spike limits"],
      plans.map((one) => [el("a", { href: planPath(service, one.id) }, one.id),
        String(one.usagelimits), String(one.spikelimits ?? "")]),
      "No plan has limits yet."));
  const open = form({ label: "Open a plan", submit: "Open plan", inline: true,
    fields: [field("plan", "Plan id",
      { required: true, hint: "a new one is made with its first limit" })],
    action: ({ plan }) => { location.hash = planPath(service, plan); } });
  main.append(...heading(service, "/plans", `Plans of ${service}`), list,
    card("Open or make a plan", open));
}

export function planView(view, main, service, plan) {
  const region = view.region(async (signal) => {
    const [metrics, limits, plans] = await Promise.all([
      all(path`/services/${service}/metrics`, "metrics", signal),
      all(path`/services/${service}/plans/${plan}/usagelimits`, "usagelimits", signal),
      all(path`/services/${service}/plans`, "plans", signal)]);
    // A server that knows limits per second knows graces and shadows too.
    const beyond = plans.some((one) => one.spikelimits !== undefined) ||
      limits.some((one) => "grace_percent" in one || "shadow" in one);
    return { metrics, limits, beyond };
  }, (data) => [
    card("Limits", limitsForm(service, plan, data)),
    data.beyond ? spikeCard(view, service, plan, data.metrics) : undefined]);
  main.append(...heading(service, "/plans", `Plan ${plan}`), region);
}

/** One limit as fields: empty is no limit. Knows what is stored and what became of a save. */
class Cell {
  constructor(target, name, period, stored, beyond) {
    Object.assign(this, { target, period, beyond });
    const id = newId("limit");
    const number = { type: "text", inputmode: "numeric", autocomplete: "off" };
    this.max = el("input", { ...number, id, class: "limit",
      "aria-label": `${name} per ${period}`, "data-limit": `${name}/${period}` });
    this.grace = el("input", { ...number, class: "grace", placeholder: "0",
      "aria-label": `Grace of ${name} per ${period} in percent`,
      "data-grace": `${name}/${period}` });
    this.shadow = el("input", { type: "checkbox", "data-shadow": `${name}/${period}`,
      "aria-label": `${name} per ${period} only reports` });
    this.line = refusalLine();
    this.extra = beyond ? el("span", { class: "extra" },
      el("label", {}, "grace ", this.grace, " %"),
      el("label", {}, this.shadow, " shadow")) : undefined;
    this.node = el("div", { class: "cell" }, this.max, this.extra, this.line);
    this.store(stored);
    this.fill();
    for (const input of [this.max, this.grace, this.shadow]) {
      input.addEventListener("input", () => this.mark());
    }
  }

  store(limit) {
    this.stored = { max: limit ? String(limit[this.period]) : "",
      grace: String(limit?.grace_percent ?? ""), shadow: Boolean(limit?.shadow) };
  }

  fill() {
    this.max.value = this.stored.max;
    this.grace.value = this.stored.grace;
    this.shadow.checked = this.stored.shadow;
    this.mark();
  }

  get changed() {
    const is = this.max.value.trim();
    if (is === "" && this.stored.max === "") return false;
    const { max, grace, shadow } = this.stored;
    return is !== max || (this.beyond &&
      (this.grace.value.trim() !== grace || this.shadow.checked !== shadow));
  }

  mark() {
    this.node.classList.toggle("changed", this.changed);
    if (this.extra) this.extra.hidden = this.max.value.trim() === "";
  }

  async save() {
    this.node.classList.add("pending");
    try {
      const max = this.max.value.trim();
      if (max === "") {
        await remove(this.target());
        this.store(undefined);
      } else {
        const extra = this.beyond
          ? { grace_percent: this.grace.value.trim() || 0, shadow: this.shadow.checked } : {};
        const saved = await put(this.target(), { usagelimit: { [this.period]: max, ...extra } });
        this.store(saved.usagelimit);
      }
      this.line.hidden = true;
      this.fill();
      return true;
    } catch (error) {
      this.line.textContent = error.message;
      this.line.hidden = false;
      return false;
    } finally {
      this.node.classList.remove("pending");
    }
  }
}

/** All metrics, and what limits name without there being one. */
function rowsOf({ metrics, limits }) {
  const rows = metrics.map((one) => ({ id: one.id, name: one.name }));
  const known = new Set(rows.map((one) => one.id));
  for (const { metric_id } of limits) {
    if (known.has(metric_id)) continue;
    known.add(metric_id);
    rows.push({ id: metric_id, name: `${metric_id} (no such metric)` });
  }
  return rows;
}

function limitsForm(service, plan, data) {
  const rows = rowsOf(data);
  if (rows.length === 0) {
    return el("p", {}, "A limit needs a metric: ",
      el("a", { href: servicePath(service, "/metrics") }, "make one first"), ".");
  }
  const find = (id, period) => data.limits.find((one) => one.metric_id === id && period in one);
  const cells = [];
  const body = rows.map((row) => [row.name, ...periods.map((period) => {
    const target = () =>
      path`/services/${service}/plans/${plan}/usagelimits/${row.id}/${period}`;
    const cell = new Cell(target, row.name, period, find(row.id, period), data.beyond);
    cells.push(cell);
    return cell.node;
  })]);
  const line = refusalLine();
  const save = el("button", { type: "submit", class: "main" }, "Save limits");
  const send = (event) => {
    event.preventDefault();
    busy(save, line, () => saveAll(cells));
  };
  return el("form", { "aria-label": `Limits of ${plan}`, novalidate: true, onsubmit: send },
    el("p", { class: "weak" }, "At most so many in each period; empty: no limit; 0: never."),
    table(`Limits of ${plan}`, ["Metric", ...periods], body), save, line);
}

/** One after the other; what is refused stays as it was typed. */
async function saveAll(cells) {
  const changed = cells.filter((cell) => cell.changed);
  let failed = 0;
  for (const cell of changed) failed += (await cell.save()) ? 0 : 1;
  if (failed > 0) throw new Error(`${failed} of ${changed.length} limits could not be saved.`);
  say(changed.length === 0 ? "Nothing has changed" : "Saved");
}
