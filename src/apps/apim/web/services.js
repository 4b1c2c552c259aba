// The list of services, and one service.

import { el, card, dangerous, field, form, button, secret, state, say, table } from "./dom.js";
import { exists, get, path, post, put, remove } from "./api.js";
import { Refusal } from "./asking.js";
import { usageCard } from "./usage.js";
import { pager } from "./pager.js";

export const servicePath = (id, rest = "") => `#/services/${encodeURIComponent(id)}${rest}`;

const versions = [["", "not set"], ["1", "1: a user key"], ["2", "2: application id and key"],
  ["oauth", "oauth: OpenID Connect"]];

function serviceFields(service = {}) {
  return [
    field("provider_key", "Provider key", { value: service.provider_key, required: true }),
    field("backend_version", "Credentials of callers", { kind: "select", choices: versions,
      value: service.backend_version ?? "" }),
    field("state", "State", { kind: "select", value: service.state ?? "active",
      choices: [["active", "active"], ["suspended", "suspended"]] }),
    field("timezone", "Time zone", { value: service.timezone, placeholder: "UTC",
      hint: "IANA name; limits per day and longer follow it" }),
    field("referrer_filters_required", "Referrer filters must match", { kind: "checkbox",
      value: service.referrer_filters_required }),
    field("default_service", "The provider's default service", { kind: "checkbox",
      value: service.default_service }),
  ];
}

/** The zone goes along only when it was set or changes: to set it anew begins new windows. */
function serviceBody(id, values, before = {}) {
  const { timezone, ...rest } = values;
  const zone = timezone === (before.timezone ?? "") ? {} : { timezone };
  return { service: { ...rest, id, ...zone } };
}

export function servicesView(view, main) {
  const list = pager(view, "/services", "services", (services) => table("Services",
    ["Service", "State", "Provider key", "Credentials", ""],
    services.map((one) => [
      el("a", { href: servicePath(one.id) }, one.id), state(one.state), secret(one.provider_key),
      one.backend_version ?? "not set", one.default_service ? "default" : ""]),
    "No services yet: make the first below."));
  const made = form({ label: "New service", submit: "Create service",
    fields: [field("id", "Service id", { required: true }), serviceFields()],
    action: async (values) => {
      const { id, ...rest } = values;
      if (await exists(path`/services/${id}`)) {
        throw new Refusal(0, `There is a service "${id}" already.`);
      }
      if (!rest.default_service) delete rest.default_service;
      await post("/services", serviceBody(id, rest));
      say(`Service ${id} is made`);
      location.hash = servicePath(id);
    } });
  main.append(el("h2", { tabindex: "-1" }, "Services"), list, card("New service", made));
}

export function tabs(service, current) {
  const all = [["", "Overview"], ["/metrics", "Metrics"], ["/plans", "Plans"],
    ["/applications", "Applications"], ["/errors", "Errors"], ["/settings", "Settings"]];
  return el("nav", { class: "tabs", "aria-label": `Parts of service ${service}` },
    all.map(([rest, text]) => el("a", { href: servicePath(service, rest),
      "aria-current": rest === current ? "page" : undefined }, text)));
}

export function heading(service, current, title) {
  return [el("p", { class: "crumbs" }, el("a", { href: "#/" }, "Services"), " / ", service),
    el("h2", { tabindex: "-1" }, title), tabs(service, current)];
}

export function overview(view, main, service) {
  const about = view.region((signal) => get(path`/services/${service}`, signal), (answer) =>
    el("dl", {}, [
      ["State", state(answer.service.state)],
      ["Provider key", secret(answer.service.provider_key)],
      ["Credentials of callers", answer.service.backend_version ?? "not set"],
      ["Counts in", answer.service.timezone ?? "UTC"],
    ].map(([term, value]) => [el("dt", {}, term), el("dd", {}, value)])));
  main.append(...heading(service, "", `Service ${service}`), card("About", about),
    usageCard(view, service, path`/services/${service}`, { top: true }));
}

export function settings(view, main, service) {
  const edit = view.region((signal) => get(path`/services/${service}`, signal), (answer) =>
    form({ label: "Service", submit: "Save", keep: true, fields: serviceFields(answer.service),
      action: async (values) => {
        const body = serviceBody(service, values, answer.service);
        const saved = await put(path`/services/${service}`, body);
        answer.service = saved.service;
        say("Saved");
      } }));
  main.append(...heading(service, "/settings", `Settings of ${service}`), card("Service", edit),
    alertCard(view, service), card("Delete", el("p", {},
      "Everything under it goes too: applications, keys, metrics, limits and what was counted."),
    dangerous("Delete service", () => `Delete service "${service}" with everything under it?`,
      `Delete ${service}`, async () => {
        await remove(path`/services/${service}`);
        say(`Service ${service} is deleted`);
        location.hash = "#/";
      })));
}

const bins = [0, 50, 80, 90, 100, 120, 150, 200, 300];

function alertCard(view, service) {
  const base = path`/services/${service}/alert_limits`;
  const inside = view.region((signal) => get(base, signal),
    ({ alert_limits }) => {
      const on = new Set(alert_limits.map((one) => one.value));
      return el("p", { class: "inline" }, bins.map((bin) => {
        const pressed = button(`${bin} %`, async () => {
          pressed.disabled = true;
          try {
            if (on.has(bin)) await remove(`${base}/${bin}`);
            else await post(base, { alert_limit: { value: bin } });
          } catch (error) {
            say(error.message);
          }
          pressed.disabled = false;
          inside.reload();
        }, { "aria-pressed": String(on.has(bin)) });
        return pressed;
      }));
    });
  return card("Alerts", el("p", { class: "weak" }, "Events when a limit is used up to:"), inside);
}
