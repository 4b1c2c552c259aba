// The page: what part is shown, who looks at it, and what the event stream tells.

import { el, showRefusal } from "./dom.js";
import { currentSession, setOnSignedOut } from "./api.js";
import { Groups } from "./groups.js";
import { RequestPage, Requests } from "./requests.js";
import { Secrets } from "./secrets.js";
import { startTheme } from "./theme.js";

const part = (id) => document.getElementById(id);
const parts = { groups: new Groups(), requests: new Requests(), secrets: new Secrets() };
let page = null; // of one request
let shown = "groups";

const showNotice = (error) => showRefusal(part("notice"), error);

async function read(what) {
  try {
    await what.read();
    showNotice(null);
  } catch (error) {
    if (error.name !== "Refusal") throw error;
    showNotice(error);
  }
}

/** #/groups, #/requests, #/requests/ID, #/secrets */
async function show() {
  const [, name, id] = location.hash.split("/");
  shown = name === "requests" && id ? "request" : parts[name] ? name : "groups";
  if (shown === "request") {
    page = new RequestPage(decodeURIComponent(id));
    part("request").replaceChildren(page.node);
  }
  for (const one of ["groups", "requests", "request", "secrets"]) {
    part(one).hidden = one !== shown;
  }
  for (const one of Object.keys(parts)) {
    const mine = one === shown || (one === "requests" && shown === "request");
    if (mine) part(`to-${one}`).setAttribute("aria-current", "page");
    else part(`to-${one}`).removeAttribute("aria-current");
  }
  await read(shown === "request" ? page : parts[shown]);
}

// --- live ----------------------------------------------------------------------------------------

function showLink(word, good) {
  part("link").textContent = word;
  part("link").className = `state ${good ? "good" : "bad"}`;
}

let source = null;

function listen() {
  source?.close();
  source = new EventSource("/api/events");
  source.addEventListener("open", () => showLink("Live", true));
  source.addEventListener("error", () => showLink("Not live: trying again", false));
  source.addEventListener("request", (event) => {
    const one = JSON.parse(event.data);
    parts.requests.update(one);
    if (shown === "request" && page?.id === one.id) page.update(one);
    if (shown === "groups" && one.is_over) read(parts.groups);
  });
}

// --- who -----------------------------------------------------------------------------------------

const signInLink = () => el("a", {
  href: `/auth/login?next=${encodeURIComponent(`${location.pathname}${location.hash}`)}` },
"Sign in");

function showWho(session) {
  part("who").replaceChildren(session.signed_in
    ? el("a", { href: "/auth/account" }, session.name)
    : session.can_sign_in ? signInLink() : "");
}

setOnSignedOut(() => part("who").replaceChildren("Who you are is not known. ", signInLink()));

async function start() {
  startTheme();
  for (const [name, one] of Object.entries(parts)) part(name).replaceChildren(one.node);
  window.addEventListener("hashchange", show);
  showWho(await currentSession());
  await show();
  listen();
}

start();
