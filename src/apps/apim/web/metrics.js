// The tree of a service's metrics.

import { el, button, card, dangerous, field, form, say } from "./dom.js";
import { all, path, post, put, remove } from "./api.js";
import { Refusal } from "./asking.js";
import { heading } from "./services.js";

export function metricsView(view, main, service) {
  const region = view.region(
    (signal) => all(path`/services/${service}/metrics`, "metrics", signal),
    (metrics) => [tree(service, metrics, region),
      card("New metric", newMetric(service, metrics, region))]);
  main.append(...heading(service, "/metrics", `Metrics of ${service}`),
    el("p", { class: "weak" }, "What is counted of a metric counts for the one above it too."),
    region);
}

function tree(service, metrics, region) {
  if (metrics.length === 0) return el("p", { class: "weak" }, "No metrics yet.");
  const ids = new Set(metrics.map((one) => one.id));
  const below = (id) => metrics.filter((one) => one.parent_id === id);
  const item = (metric) => el("li", {}, row(service, metric, metrics, region),
    below(metric.id).length ? el("ul", {}, below(metric.id).map(item)) : undefined);
  return el("ul", { class: "tree", "aria-label": "Metrics" },
    metrics.filter((one) => one.parent_id === null || !ids.has(one.parent_id)).map(item));
}

function parents(metrics, self) {
  const others = metrics.filter((one) => one.id !== self);
  return [["", "none"], ...others.map((one) => [one.id, one.name])];
}

function row(service, metric, metrics, region) {
  const target = () => path`/services/${service}/metrics/${metric.id}`;
  const edit = form({ label: `Change ${metric.name}`, submit: "Save", keep: true, inline: true,
    fields: [field("name", "Name", { value: metric.name, required: true }),
      field("parent_id", "Below", { kind: "select", value: metric.parent_id ?? "",
        choices: parents(metrics, metric.id) })],
    action: async (values) => {
      await put(target(), { metric: values });
      await region.reload();
      say("Saved");
    } });
  edit.hidden = true;
  const toggle = button("Change", () => {
    edit.hidden = !edit.hidden;
    toggle.setAttribute("aria-expanded", String(!edit.hidden));
    if (!edit.hidden) edit.querySelector("input").focus();
  }, { "aria-expanded": "false", "aria-label": `Change ${metric.name}` });
  return el("div", { class: "row" }, el("strong", {}, metric.name), " ",
    el("span", { class: "weak" }, "id ", el("code", {}, metric.id)), toggle,
    dangerous("Delete",
      () => `Delete the metric "${metric.name}"? Limits on it count nothing then.`,
      `Delete ${metric.name}`, async () => {
        await remove(target());
        await region.reload();
      }, { "aria-label": `Delete ${metric.name}` }), edit);
}

function newMetric(service, metrics, region) {
  return form({ label: "New metric", submit: "Create metric",
    fields: [field("name", "Name", { required: true }),
      field("id", "Id", { hint: "the name, when empty" }),
      field("parent_id", "Below", { kind: "select", choices: parents(metrics) })],
    action: async ({ name, id, parent_id }) => {
      const made = id || name;
      if (metrics.some((one) => one.id === made)) {
        throw new Refusal(0, `There is a metric with the id "${made}" already.`);
      }
      await post(path`/services/${service}/metrics/${made}`,
        { metric: parent_id ? { name, parent_id } : { name } });
      await region.reload();
      say(`Metric ${name} is made`);
    } });
}
