// Usage over time, of a service or of one of its applications, kept up to date.

import { el, field, card, table } from "./dom.js";
import { all, get, path } from "./api.js";
import { Chart } from "./chart.js";

const liveMillis = 5000;
const periods = [["hour", "Hours: the last 24"], ["day", "Days: the last 30"],
  ["month", "Months: the last 12"], ["minute", "Minutes: the last 60"],
  ["week", "Weeks: the last 12"]];
const codes = ["2XX", "4XX", "5XX"];

function choices(metrics) {
  return [...metrics.map((one) => [`metric=${encodeURIComponent(one.name)}`, one.name]),
    ...codes.map((code) => [`response_code=${code}`, `answers ${code}`])];
}

/** `base`: the path of what has usage. Whole services have no minutes, and a top. */
export function usageCard(view, service, base, { top = false } = {}) {
  const inside = view.region(
    (signal) => all(path`/services/${service}/metrics`, "metrics", signal),
    (metrics) => charts(view, service, base, choices(metrics), top));
  return card("Usage", inside);
}

function charts(view, service, base, measured, top) {
  const metric = field("measure", "What", { kind: "select", choices: measured });
  const period = field("period", "Windows", { kind: "select",
    choices: top ? periods.filter(([one]) => one !== "minute") : periods });
  const [what, windows] = [metric, period].map((one) => one.querySelector("select"));
  const query = () => `${what.value}&period=${windows.value}`;
  const chart = new Chart("");
  const total = el("span", { class: "weak" });
  const csv = el("a", { download: true }, "CSV");
  const series = view.region((signal) => get(`${base}/usage?${query()}`, signal), ({ usage }) => {
    chart.title(`${usage.metric?.name ?? `answers ${usage.response_code}`} per ${usage.period}`);
    const sum = Number(usage.total).toLocaleString("en");
    total.textContent = `${sum} in all, times in ${usage.timezone}`;
    csv.href = `/internal${base}/usage?${query()}&format=csv`;
    chart.show(usage);
    return chart.node;
  });
  const ranking = top ? view.region(
    (signal) => get(`${base}/usage/top?${query()}&per_page=10`, signal),
    ({ usage }) => topTable(service, usage)) : undefined;
  const reload = () => { series.reload(); ranking?.reload(); };
  metric.addEventListener("change", reload);
  period.addEventListener("change", reload);
  view.every(liveMillis, reload);
  return [el("p", { class: "inline" }, metric, period, total, csv), series,
    ranking ? [el("h4", {}, "Top applications of the current window"), ranking] : undefined];
}

function topTable(service, usage) {
  const most = Math.max(1, ...usage.applications.map((one) => Number(one.value)));
  const address = `#/services/${encodeURIComponent(service)}/applications/`;
  return table("Top applications", ["Application", "Usage", ""], usage.applications.map((one) => [
    el("a", { href: address + encodeURIComponent(one.application_id) }, one.application_id),
    Number(one.value).toLocaleString("en"),
    el("meter", { min: 0, max: most, value: Number(one.value), "aria-hidden": "true" })]),
  "No usage in this window.");
}

/** Where an application stands on each limit of its plan. */
export function utilizationCard(view, service, application) {
  const inside = view.region(
    (signal) => get(path`/services/${service}/applications/${application}/utilization`, signal),
    ({ utilization }) => utilization.length === 0
      ? el("p", { class: "weak" }, "Its plan has no limits.")
      : el("ul", { class: "utilization" }, utilization.map(bar)));
  view.every(liveMillis, inside.reload);
  return card("Utilization of limits", inside);
}

function bar(one) {
  const [current, most] = [Number(one.current_value), Number(one.max_value)];
  const share = most > 0 ? current / most : current > 0 ? 1 : 0;
  const text = `${current.toLocaleString("en")} of ${most.toLocaleString("en")}`;
  return el("li", {},
    el("span", {}, `${one.metric_name} per ${one.period}${one.shadow ? " (shadow)" : ""}`),
    el("meter", { min: 0, max: 1, low: 0.8, high: 0.999, optimum: 0, value: Math.min(share, 1),
      "aria-label": text }),
    el("span", {}, `${text} (${Math.floor(share * 100)} %)`));
}
