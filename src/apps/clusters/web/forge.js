// The embedded forge: pull requests, what they change, merging and closing.

import { Refusal, answerOf, refusalOf, send } from "./asking.js";
import { busy, button, el, refusalLine, say, showRefusal } from "./dom.js";
import { startTheme } from "./theme.js";

const root = "/clusters/forge/pulls";
const notice = document.getElementById("notice");
const list = document.getElementById("list");
const pull = document.getElementById("pull");
let csrfToken = "";

async function call(method, target, headers = {}) {
  const response = await send(method, target, { headers });
  const answer = await answerOf(response);
  if (!response.ok) throw refusalOf(response, answer);
  return answer;
}

const change = (target) => call("POST", target, { "X-CSRF-Token": csrfToken });

/** Who looks, for the right to change something; accounts may be off. */
async function knowSession() {
  const session = await call("GET", "/clusters/session");
  const who = document.getElementById("who");
  if (session.signed_in) {
    csrfToken = (await call("GET", "/auth/me")).csrf_token;
    who.textContent = session.name;
  } else if (session.can_sign_in) {
    const back = encodeURIComponent(location.pathname + location.search);
    who.replaceChildren(el("a", { href: `/auth/login?next=${back}` }, "Sign in"));
  }
}

const moods = { open: "", merged: "good", closed: "bad" };
const stateOf = (one) => el("span", { class: `state ${moods[one.state]}` }, one.state);
const when = (text) => new Date(text).toLocaleString();

function row(one) {
  return el("tr", {},
    el("td", {}, `#${one.number}`),
    el("td", {}, el("a", { href: `?pull=${one.number}` }, one.title)),
    el("td", {}, stateOf(one)),
    el("td", {}, when(one.updated_at)));
}

async function showList() {
  const { pulls } = await call("GET", root);
  const open = pulls.filter((one) => one.state === "open").length;
  list.replaceChildren(el("h2", {}, `Pull requests: ${open} open`),
    pulls.length === 0
      ? el("p", {}, "None yet. A change that is proposed under ",
        el("a", { href: "/clusters" }, "Clusters"), " becomes one.")
      : el("table", {}, el("thead", {}, el("tr", {},
        ["Number", "Title", "State", "Changed"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, pulls.map(row))));
  list.hidden = false;
}

function diffLine(line) {
  if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("diff ")) return "place";
  if (line.startsWith("@@") || line.startsWith("index ")) return "place";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "";
}

function diffOf(one) {
  const lines = one.diff.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return el("div", { class: "diff", tabindex: "0", role: "region", "aria-label": "Changes" },
    el("pre", {}, lines.map((line) => el("span", { class: diffLine(line) }, line))),
    one.diff_is_cut ? el("p", { class: "weak" }, "The rest is too long to be shown.") : undefined);
}

function decisions(one, refused) {
  if (one.state !== "open") {
    const commit = one.merge_commit ? ` as ${one.merge_commit.slice(0, 10)}` : "";
    const by = one.decided_by ? ` by ${one.decided_by}` : "";
    return el("p", { class: "weak" }, `It was ${one.state}${by}${commit}.`);
  }
  const decide = (word, done) => async (event) => busy(event.currentTarget, refused, async () => {
    await change(`${root}/${one.number}/${word}`);
    say(done);
    await showPull(one.number);
  });
  return el("div", { class: "buttons" },
    one.can_merge
      ? button("Merge", decide("merge", "Merged."), { id: "merge" })
      : el("p", {}, `Its changes collide with those of ${one.base}: close it, and propose the ` +
        "change again."),
    button("Close", decide("close", "Closed."), { id: "close" }));
}

async function showPull(number) {
  const one = await call("GET", `${root}/${number}`);
  document.title = `#${one.number} ${one.title}`;
  const refused = refusalLine();
  pull.replaceChildren(
    el("h2", {}, `#${one.number} ${one.title} `, stateOf(one)),
    el("p", { class: "weak" }, `${one.head} into ${one.base}; ${one.author}, `,
      one.is_signed ? "signed" : "not signed", `; opened ${when(one.created_at)}`),
    el("div", { class: "card text" }, one.body || "Without a text."),
    decisions(one, refused), refused,
    el("h3", {}, "Changes"), diffOf(one));
  pull.hidden = false;
}

async function start() {
  startTheme();
  try {
    await knowSession();
    const number = new URLSearchParams(location.search).get("pull");
    await (number === null ? showList() : showPull(Number.parseInt(number, 10) || 0));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    showRefusal(notice, error);
  }
}

start();
