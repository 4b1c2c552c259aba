// The page: signs in, and shows the view that the address names.

import { el, busy, button, field, form, refusalLine, say } from "./dom.js";
import { currentSession, setOnSignedOut, signIn, signOut } from "./api.js";
import { startTheme } from "./theme.js";
import { View } from "./view.js";
import { overview, servicesView, settings } from "./services.js";
import { metricsView } from "./metrics.js";
import { planView, plansView } from "./plans.js";
import { applicationView, applicationsView } from "./applications.js";
import { errorsView, eventsView } from "./notices.js";

const main = document.getElementById("main");
const gate = document.getElementById("gate");
const signOutButton = document.getElementById("signout");

// --- which view ------------------------------------------------------------------------------

/** Patterns of the address behind "#"; ":name" takes one segment. */
const routes = [
  ["/", servicesView], ["/events", eventsView], ["/services/:s", overview],
  ["/services/:s/metrics", metricsView], ["/services/:s/plans", plansView],
  ["/services/:s/plans/:p", planView], ["/services/:s/applications", applicationsView],
  ["/services/:s/applications/:a", applicationView], ["/services/:s/errors", errorsView],
  ["/services/:s/settings", settings],
];

function match(pattern, parts) {
  const wanted = pattern.split("/");
  if (wanted.length !== parts.length) return undefined;
  const values = [];
  for (const [i, word] of wanted.entries()) {
    if (word.startsWith(":")) values.push(decodeURIComponent(parts[i]));
    else if (word !== parts[i]) return undefined;
  }
  return values;
}

let current;

const title = (text) => el("h2", { tabindex: "-1" }, text);

function show() {
  current?.end();
  current = new View();
  main.replaceChildren();
  const parts = (location.hash.slice(1) || "/").split("/");
  try {
    const found = routes.map(([pattern, view]) => ({ view, values: match(pattern, parts) }))
      .find(({ values }) => values);
    if (found) found.view(current, main, ...found.values);
    else main.append(title("There is no such page"), el("a", { href: "#/" }, "All services"));
  } catch (error) {
    main.replaceChildren(title("This cannot be shown"), el("p", { role: "alert" }, error.message));
  }
  const shown = main.querySelector("h2");
  document.title = `${shown.textContent} - Mainstay`;
  shown.focus({ preventScroll: true });
  for (const link of document.querySelectorAll("header nav a")) {
    const isCurrent = link.dataset.part === (parts[1] === "events" ? "events" : "services");
    link.ariaCurrent = isCurrent ? "page" : null;
  }
}

// --- who -------------------------------------------------------------------------------------

/** The views stay as they are behind it: nothing that was typed is lost when a session ends. */
function askToSignIn(why) {
  if (!gate.hidden) return;
  gate.hidden = false;
  main.hidden = true;
  signOutButton.hidden = true;
  document.getElementById("who").textContent = "";
  gate.replaceChildren(el("h2", { id: "gate-title" }, "Sign in"),
    why ? el("p", {}, why) : undefined,
    form({ label: "Sign in", submit: "Sign in",
      fields: [field("user", "User", { required: true, autocomplete: "username" }),
        field("password", "Password", { kind: "password", required: true,
          autocomplete: "current-password" })],
      action: async ({ user }) => {
        const password = gate.querySelector("[name=password]");
        try {
          enter(await signIn(user, password.value));
        } finally {
          password.value = "";
        }
      } }));
  gate.querySelector("input").focus();
}

function enter(session) {
  gate.hidden = true;
  gate.replaceChildren();
  main.hidden = false;
  signOutButton.hidden = false;
  document.getElementById("who").textContent = session.user;
  if (current) say("Signed in again");
  else show();
}

function leave() {
  current?.end();
  current = undefined;
  main.replaceChildren();
  askToSignIn();
}

// --- start -----------------------------------------------------------------------------------

startTheme();
const leaveLine = refusalLine();
signOutButton.after(leaveLine);
signOutButton.addEventListener("click", () => busy(signOutButton, leaveLine, async () => {
  await signOut();
  leave();
}));
setOnSignedOut(() => askToSignIn("Your session has ended. Sign in to go on where you were."));
window.addEventListener("hashchange", () => {
  if (gate.hidden) return show();
  current?.end(); // shown when somebody has signed in
  current = undefined;
});

async function start() {
  try {
    const session = await currentSession();
    if (session.signed_in) enter(session);
    else askToSignIn();
  } catch (error) {
    main.replaceChildren(el("p", { role: "alert" }, error.message), button("Try again", start));
  }
}
start();
