// The page: what part is shown, who looks at it, and what the stream tells.

import { el, button, showRefusal } from "./dom.js";
import { currentSession, get, setOnSignedOut } from "./api.js";
import { Live } from "./live.js";
import { PlotMap } from "./map.js";
import { PlotList } from "./plot_list.js";
import { PlotPage } from "./plot_page.js";
import { SearchForm } from "./search.js";
import { Stations } from "./stations.js";
import { startTheme } from "./theme.js";

const rowsMax = 200;
const part = (id) => document.getElementById(id);

let plots = new Map(); // that are shown, by id
let page = null;
let stations = null;
let asking = null; // the search under way

const open = (id) => { location.hash = `#/plots/${id}`; };
const search = new SearchForm(() => find());
const list = new PlotList();
const map = new PlotMap(() => find(), open);
const live = new Live(onTold, showLink);

function onTold(news) {
  for (const one of news) {
    if (page?.id === one.plot) page.update(one);
    const plot = plots.get(one.plot);
    if (!plot) continue;
    plot.availability = one.availability;
    map.update(plot);
    list.update(plot);
  }
}

function showLink(word, seconds) {
  const texts = { connecting: "Connecting", live: "Live", idle: "Nothing to follow",
    waiting: `Not live: trying again in ${seconds} s` };
  part("link").textContent = texts[word];
  part("link").className = `state ${["live", "idle"].includes(word) ? "good" : "bad"}`;
}

const showNotice = (error) => showRefusal(part("notice"), error);

/** A page may hold fewer rows than there are: it is asked on until there are enough. */
async function findRows(values, signal) {
  const found = { plots: [] };
  do {
    const limit = rowsMax - found.plots.length;
    const page = await get("plots", { ...values, limit, cursor: found.next }, signal);
    found.plots.push(...page.plots);
    found.next = page.next;
  } while (found.next && found.plots.length < rowsMax);
  return found;
}

/** However many plots lie in the map's box: only those that are shown are followed. */
const watchShown = () => live.watch([...plots.keys()]);

/** Asks for what the map shows; the first time for whatever there is, which the map then shows. */
async function find(first = false) {
  asking?.abort();
  asking = new AbortController();
  const place = first ? {} : { bbox: map.box() };
  try {
    const found = await findRows({ ...search.values(), ...place }, asking.signal);
    plots = new Map(found.plots.map((plot) => [plot.id, plot]));
    if (first) map.fit(found.plots);
    map.show(found.plots);
    list.show(found.plots, Boolean(found.next));
    showNotice(null);
    if (part("plot").hidden) watchShown();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error.name !== "Refusal") throw error;
    showNotice(error);
  }
}

// --- parts -----------------------------------------------------------------------------------

/** #/plots, #/plots/ID, #/stations */
async function show() {
  const [, name, id] = location.hash.split("/");
  const wanted = name === "stations" && stations ? "stations" : id ? "plot" : "plots";
  for (const one of ["plots", "plot", "stations"]) part(one).hidden = one !== wanted;
  for (const [link, mine] of [["to-plots", wanted !== "stations"],
    ["to-stations", wanted === "stations"]]) {
    if (mine) part(link).setAttribute("aria-current", "page");
    else part(link).removeAttribute("aria-current");
  }
  showNotice(null);
  try {
    if (wanted === "plot") {
      await page.show(Number(id));
      if (!part("plot").hidden) live.watch([page.id]);
      return;
    }
    watchShown();
    if (wanted === "stations") await stations.read();
    else document.title = "Mainstay: charging";
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error.name !== "Refusal") throw error;
    showNotice(error);
  }
}

const signInLink = () => el("a", {
  href: `/auth/login?next=${encodeURIComponent(`${location.pathname}${location.hash}`)}` },
"Sign in");

function showWho(session) {
  if (!session.signed_in) {
    part("who").replaceChildren(session.can_sign_in ? signInLink() : "");
    return;
  }
  part("who").replaceChildren(el("a", { href: "/auth/account" }, session.name));
  if (!session.roles.some((one) => ["charging_operator", "charging_admin"].includes(one))) return;
  stations = new Stations();
  part("stations").append(stations.node);
  part("to-stations").hidden = false;
}

setOnSignedOut(() => {
  part("who").replaceChildren("Your session has ended. ", signInLink());
});

// --- start -----------------------------------------------------------------------------------

startTheme();
part("search").append(search.form);
part("map").append(map.node);
part("list").append(list.node);
window.addEventListener("hashchange", show);

async function start() {
  try {
    const session = await currentSession();
    page = new PlotPage(session);
    part("plot").append(page.node);
    showWho(session);
    await find(true);
    await show();
  } catch (error) {
    if (error.name !== "Refusal") throw error;
    showNotice(error);
    part("notice").after(button("Try again", () => location.reload()));
  }
}
start();
