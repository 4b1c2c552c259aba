// The applications of a service, and one of them.

import {
  el, button, busy, card, confirmed, dangerous, field, form, refusalLine, say, secret, state, table,
} from "./dom.js";
import { all, exists, get, path, post, put, remove } from "./api.js";
import { heading, servicePath } from "./services.js";
import { pager } from "./pager.js";
import { usageCard, utilizationCard } from "./usage.js";

export const applicationPath = (service, id) =>
  servicePath(service, `/applications/${encodeURIComponent(id)}`);
const named = (value) => `that ends in "${value.slice(-4)}"`;
const atOnce = "Its callers are refused at once.";

function applicationFields(application = {}, plans = []) {
  return [
    field("state", "State", { kind: "select", value: application.state ?? "active",
      choices: [["active", "active"], ["suspended", "suspended"]] }),
    field("plan_id", "Plan id", { value: application.plan_id, list: "plans" }),
    field("plan_name", "Plan name", { value: application.plan_name, hint: "shown to callers" }),
    field("redirect_url", "Redirect URL", { value: application.redirect_url }),
    el("datalist", { id: "plans" }, plans.map(({ id }) => el("option", { value: id }))),
  ];
}

export function applicationsView(view, main, service) {
  const base = path`/services/${service}/applications`;
  const list = pager(view, base, "applications", (applications) =>
    table("Applications", ["Application", "State", "Plan"], applications.map((one) => [
      el("a", { href: applicationPath(service, one.id) }, one.id), state(one.state),
      one.plan_name ? `${one.plan_name} (${one.plan_id ?? "no id"})` : one.plan_id ?? "none"]),
    "No applications yet: make the first below."));
  const search = form({ label: "Find an application", submit: "Find", inline: true, keep: true,
    fields: [field("id", "Application id or user key", { required: true })],
    action: ({ id }) => find(service, id) });
  const made = view.region((signal) => all(path`/services/${service}/plans`, "plans", signal, 1000),
    (plans) => form({ label: "New application", submit: "Create application",
      fields: [field("id", "Application id", { required: true }), applicationFields({}, plans)],
      action: async ({ id, ...values }) => {
        await post(path`/services/${service}/applications/${id}`, { application: values });
        say(`Application ${id} is made`);
        location.hash = applicationPath(service, id);
      } }));
  main.append(...heading(service, "/applications", `Applications of ${service}`), search, list,
    card("New application", made));
}

async function find(service, id) {
  if (await exists(path`/services/${service}/applications/${id}`)) {
    location.hash = applicationPath(service, id);
    return;
  }
  try {
    const { application } = await get(path`/services/${service}/applications/key/${id}`);
    location.hash = applicationPath(service, application.id);
  } catch (error) {
    throw error.status === 404 ? new Error(`No application has that id or user key.`) : error;
  }
}

export function applicationView(view, main, service, id) {
  const base = path`/services/${service}/applications/${id}`;
  const load = (signal) => get(`${base}?credentials=1`, signal);
  const region = view.region(load, ({ application }) => [
    el("div", { class: "cards" },
      keysCard(base, application, region),
      userKeysCard(service, base, application, region),
      filtersCard(base, application, region)),
    card("Application", form({ label: "Application", submit: "Save", keep: true,
      fields: applicationFields(application),
      action: async (values) => {
        await put(base, { application: values });
        await region.reload();
        say("Saved");
      } })),
    card("Delete", dangerous("Delete application", () => `Delete application "${id}" and its keys?`,
      `Delete ${id}`, async () => {
        await remove(base);
        say(`Application ${id} is deleted`);
        location.hash = servicePath(service, "/applications");
      }))]);
  main.append(...heading(service, "/applications", `Application ${id}`),
    usageCard(view, service, base), utilizationCard(view, service, id), region);
}

/** A list of credentials, each with what can be done to it, and a form for one more. */
function credentials(title, values, actions, add) {
  const rows = values.map((value) => [secret(value), actions(value)]);
  return card(title, table(title, ["Value", ""], rows), add);
}

function keysCard(base, application, region) {
  const drop = (value) => remove(`${base}/keys/${path`${value}`}`);
  const actions = (value) => [rotate(base, value, drop, region),
    dangerous("Delete", () => `Delete the key ${named(value)}? ${atOnce}`, "Delete key",
      async () => {
        await drop(value);
        await region.reload();
      })];
  const add = form({ label: "New application key", submit: "Add key", inline: true,
    fields: [field("value", "Key", { hint: "a random one, when empty" })],
    action: async ({ value }) => {
      await post(`${base}/keys`, { application_key: { value } });
      await region.reload();
      say("The key is added");
    } });
  return credentials("Application keys", application.application_keys, actions, add);
}

/** A new random key, then the old one goes; if that fails, both are there. */
function rotate(base, value, drop, region) {
  const line = refusalLine();
  const pressed = button("Rotate", async () => {
    const question = `Put a new random key in the place of the one ${named(value)}? ${atOnce}`;
    if (!(await confirmed(question, "Rotate key"))) return;
    await busy(pressed, line, async () => {
      await post(`${base}/keys`, {});
      await drop(value);
    });
    await region.reload();
    if (line.hidden) say("The key is rotated");
  });
  return el("span", {}, pressed, line);
}

function userKeysCard(service, base, application, region) {
  const actions = (value) => dangerous("Delete",
    () => `Delete the user key ${named(value)}? ${atOnce}`,
    "Delete user key", async () => {
      await remove(path`/services/${service}/applications/key/${value}`);
      await region.reload();
    });
  const add = form({ label: "New user key", submit: "Add user key", inline: true,
    fields: [field("user_key", "User key", { hint: "a random one, when empty" })],
    action: async ({ user_key }) => {
      const value = user_key || randomKey();
      if (await exists(path`/services/${service}/applications/key/${value}`)) {
        throw new Error("That user key is taken.");
      }
      await put(`${base}/key/${path`${value}`}`);
      await region.reload();
      say("The user key is added");
    } });
  return credentials("User keys", application.user_keys, actions, add);
}

function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function filtersCard(base, application, region) {
  const rows = application.referrer_filters.map((filter) => [el("code", {}, filter),
    dangerous("Delete", () => `Delete the referrer filter "${filter}"?`, "Delete filter",
      async () => {
        await remove(`${base}/referrer_filters/${urlBase64(filter)}`);
        await region.reload();
      })]);
  const add = form({ label: "New referrer filter", submit: "Add filter", inline: true,
    fields: [field("referrer_filter", "Referrer",
      { required: true, placeholder: "*.example.com" })],
    action: async ({ referrer_filter }) => {
      await post(`${base}/referrer_filters`, { referrer_filter });
      await region.reload();
      say("The filter is added");
    } });
  return card("Referrer filters", table("Referrer filters", ["Filter", ""], rows), add);
}

/** As the API takes filters in a path: any text passes. */
function urlBase64(text) {
  const bytes = new TextEncoder().encode(text);
  const plain = btoa(String.fromCharCode(...bytes));
  return plain.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
