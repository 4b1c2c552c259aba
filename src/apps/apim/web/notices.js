// What went wrong with a service's calls, and what owners are told of.

import { el, button, dangerous, say, table } from "./dom.js";
import { get, path, remove } from "./api.js";
import { applicationPath } from "./applications.js";
import { heading } from "./services.js";

const liveMillis = 5000;
const perPage = 50;

export function errorsView(view, main, service) {
  const base = path`/services/${service}/errors`;
  let page = 1;
  const region = view.region(
    (signal) => get(`${base}?page=${page}&per_page=${perPage}`, signal),
    ({ errors, count }) => {
      const go = (to) => { page = to; region.reload(); };
      return [table("Errors", ["When", "Code", "What", "Request"], errors.map((one) => [
        el("time", {}, one.timestamp), el("code", {}, one.code), one.message,
        context(one.context_info)]),
      "No errors."), count > perPage ? el("p", { class: "pager" },
        button("Newer", () => go(page - 1), { disabled: page === 1 }),
        el("span", { class: "weak" }, `${count} in all`),
        button("Older", () => go(page + 1), { disabled: page * perPage >= count })) : undefined];
    });
  view.every(liveMillis, region.reload);
  main.append(...heading(service, "/errors", `Errors of ${service}`),
    el("p", { class: "weak" },
      "Calls that could not be decided, the newest first; 1,000 are kept."),
    region, el("p", {}, dangerous("Clear errors", () => `Clear all errors of service "${service}"?`,
      "Clear errors", async () => {
        await remove(base);
        page = 1;
        await region.reload();
        say("The errors are cleared");
      })));
}

function context(info) {
  if (Object.keys(info).length === 0) return "";
  return el("details", {}, el("summary", {}, "details"),
    el("pre", {}, JSON.stringify(info, null, 2)));
}

const shownMax = 500;

export function eventsView(view, main) {
  const region = view.region((signal) => get("/events", signal), ({ events }) => {
    const shown = events.slice(0, shownMax);
    return [events.length > shownMax
      ? el("p", { class: "weak" }, `The oldest ${shownMax} of ${events.length} that wait.`)
      : undefined,
    table("Events", ["Id", "When", "What", "Of", ""], shown.map((one) => row(one, region)),
      "No events wait.")];
  });
  view.every(liveMillis, region.reload);
  main.append(el("h2", { tabindex: "-1" }, "Events"),
    el("p", { class: "weak" }, "First traffic of applications, and alerts, the oldest first. " +
      "They wait here until they are removed; whoever is told of them by the events hook " +
      "removes them too."), region);
}

function row(event, region) {
  const { service_id, application_id } = event.object;
  const of = service_id && application_id
    ? el("a", { href: applicationPath(service_id, application_id) },
      `${service_id} / ${application_id}`) : service_id ?? "";
  return [String(event.id), el("time", {}, event.timestamp),
    [el("strong", {}, event.type), " ", event.object.limit ?? "", " ", context(event.object)], of,
    dangerous("Remove up to here", () => `Remove event ${event.id} and all before it?`,
      "Remove events", async () => {
        await remove("/events", { upto_id: String(event.id) });
        await region.reload();
      }, { "aria-label": `Remove up to event ${event.id}` })];
}
