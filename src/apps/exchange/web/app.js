// The page: which symbol, who looks at it, and when what is redrawn.

import { el, button, field, refusalLine, showRefusal } from "./dom.js";
import { currentSession, publicGet, setOnSignedOut } from "./api.js";
import { intervals } from "./candles.js";
import { CandleChart } from "./chart.js";
import { Controls } from "./controls.js";
import { Ladder } from "./ladder.js";
import { LiveTable } from "./live_table.js";
import { CandleMarket, Market } from "./market.js";
import { clock, compact, digitsOf } from "./numbers.js";
import { startTheme } from "./theme.js";
import { OrderForm, OwnDesk } from "./trading.js";

const drawMillis = 100;
const symbolsMillis = 10000;
const part = (id) => document.getElementById(id);

// --- symbols ---------------------------------------------------------------------------------

let symbols = []; // as people need them: names, digits, status
let symbol = null;

function symbolOf(one) {
  const filter = (type) => one.filters.find((found) => found.filterType === type) ?? {};
  return { ...one, priceDigits: digitsOf(filter("PRICE_FILTER").tickSize ?? "0.01"),
    quantityDigits: digitsOf(filter("LOT_SIZE").stepSize ?? "1") };
}

const phaseWords = { TRADING: "continuous trading", HALT: "halted", BREAK: "closed",
  AUCTION_MATCH: "auction" };

const phaseOf = (status) => phaseWords[status] ?? status.toLowerCase().replaceAll("_", " ");

const chooser = field("symbol", "Symbol", { kind: "select" });
const select = chooser.querySelector("select");
const phase = el("span", { class: "state" });
const figures = Object.fromEntries(["Last", "24 h change", "24 h high", "24 h low", "24 h volume"]
  .map((name) => [name, el("dd", {}, "–")]));

async function readSymbols() {
  const answer = await publicGet("exchangeInfo");
  const text = JSON.stringify(answer.symbols);
  if (text === readSymbols.before) return;
  readSymbols.before = text;
  symbols = answer.symbols.map(symbolOf);
  const chosen = select.value;
  select.replaceChildren(...symbols.map((one) => el("option", { value: one.symbol },
    `${one.symbol} (${one.baseAsset} in ${one.quoteAsset})`)));
  select.value = symbols.some((one) => one.symbol === chosen) ? chosen : wanted();
  const now = symbols.find((one) => one.symbol === select.value);
  if (!now) return showNotice("There are no symbols yet: operators define them (/docs).");
  showNotice("");
  if (now.symbol !== symbol?.symbol) return show(now);
  symbol = now;
  showPhase();
}

function readAgain() {
  readSymbols().catch((error) => {
    if (error.name !== "Refusal") throw error; // the link tells
  });
}

/** What the address says, else the first. */
function wanted() {
  const named = decodeURIComponent(location.hash.slice(1)).toUpperCase();
  return symbols.some((one) => one.symbol === named) ? named : symbols[0]?.symbol ?? "";
}

/** In a call with what it would trade, if that is known. */
function showPhase() {
  const { price, quantity } = (symbol.status === "AUCTION_MATCH" && market.auction) || {};
  const more = !price ? "" : Number(quantity) > 0 ? `: ${quantity} at ${price}`
    : ": nothing would trade";
  const text = phaseOf(symbol.status) + more;
  if (phase.textContent !== text) phase.textContent = text;
  phase.className = `state ${symbol.status === "TRADING" ? "good" : "bad"}`;
}

function showNotice(text) { showRefusal(part("notice"), text ? { message: text } : null); }

// --- what is shown of it ---------------------------------------------------------------------

const market = new Market({ changed: () => redraw("market"), phased: readAgain, told: showLink });
const candles = new CandleMarket(() => redraw("chart"));
const ladder = new Ladder((price) => orderForm?.setPrice(price));
const trades = new LiveTable("Trades, the newest first", ["Time", "Price", "Quantity"], {
  key: (one) => one.id, empty: "No trades yet.",
  look: (one) => (one.sold ? "sell" : "buy"),
  cells: (one) => [clock(one.at), one.price, one.quantity] });
const chart = new CandleChart("Candle");
let orderForm = null;
let own = null;
let controls = null;

const due = new Set();

/** At most every so often; nothing is drawn that nobody sees. */
function redraw(what) {
  if (due.size === 0) setTimeout(() => requestAnimationFrame(draw), drawMillis);
  due.add(what);
}

function draw() {
  const drawn = new Set(due);
  due.clear();
  if (!symbol) return;
  if (drawn.has("market")) {
    ladder.show(market.book, symbol, market.last());
    trades.show(market.trades);
    showFigures();
    showPhase();
  }
  if (drawn.has("chart")) chart.show(candles.candles.list);
}

function showFigures() {
  const { ticker } = market;
  if (!ticker) return;
  const change = Number(ticker.change);
  const texts = [market.last().price ?? ticker.last, `${change > 0 ? "+" : ""}${ticker.change} %`,
    ticker.high, ticker.low, `${compact(Number(ticker.volume))} ${symbol.baseAsset}`];
  Object.values(figures).forEach((place, i) => { place.textContent = texts[i]; });
  figures["24 h change"].className = change > 0 ? "rise" : change < 0 ? "fall" : "";
}

function showLink(word, more) {
  const link = part("link");
  const texts = { connecting: "Connecting", reading: "Reading the book", live: "Live",
    waiting: `Not connected: trying again in ${more} s`, refused: `Not live: ${more}` };
  if (!texts[word]) return;
  link.textContent = texts[word];
  link.className = `state ${word === "live" ? "good" : "bad"}`;
}

let interval = "1m";

function startChart() {
  chart.digits = symbol.priceDigits;
  chart.millis = intervals[interval];
  candles.start(symbol.symbol, interval);
  for (const one of intervalButtons) {
    one.setAttribute("aria-pressed", String(one.textContent === interval));
  }
}

const intervalButtons = Object.keys(intervals).map((name) => button(name, () => {
  interval = name;
  startChart();
}));

function show(now) {
  symbol = now;
  part("desk").hidden = false;
  document.title = `${now.symbol} - Mainstay exchange`;
  showPhase();
  market.start(now.symbol);
  startChart();
  for (const one of [own, controls]) one?.show(now.symbol);
  orderForm?.show(now);
}

// --- who -------------------------------------------------------------------------------------

const signInLink = () => el("a", {
  href: `/auth/login?next=${encodeURIComponent(`${location.pathname}${location.hash}`)}` },
"Sign in");

function showNobody(canSignIn) {
  part("who").replaceChildren(canSignIn ? signInLink() : "");
  part("order").append(el("p", { class: "weak" }, canSignIn
    ? [signInLink(), " to trade."] : "Nobody can sign in here."));
}

function showSomebody(session) {
  part("who").replaceChildren(el("a", { href: "/auth/account" }, session.name));
  own = new OwnDesk();
  orderForm = new OrderForm({ done: () => own.changed(),
    best: (side) => (side === "bid" ? market.book.bids : market.book.asks).levels[0]?.price });
  part("order").append(orderForm.node);
  part("own").append(own.node);
  part("own").hidden = false;
  if (!session.roles.includes("exchange")) return;
  controls = new Controls(readSymbols);
  part("control").append(controls.node);
  part("control").hidden = false;
}

setOnSignedOut(() => {
  const link = part("who");
  if (link.dataset.over) return;
  link.dataset.over = "yes";
  link.replaceChildren("Your session has ended. ", signInLink());
});

// --- start -----------------------------------------------------------------------------------

startTheme();
part("top").append(chooser, phase, el("dl", { class: "figures" },
  Object.entries(figures).map(([name, place]) => el("div", {}, el("dt", {}, name), place))));
part("chart").append(el("p", { class: "buttons", role: "group", "aria-label": "Interval" },
  intervalButtons), chart.node);
part("book").append(ladder.node);
part("trades").append(trades.node);
select.addEventListener("change", () => {
  history.replaceState(null, "", `#${encodeURIComponent(select.value)}`);
  show(symbols.find((one) => one.symbol === select.value));
});

async function start() {
  const line = refusalLine();
  try {
    const session = await currentSession();
    if (session.signed_in) showSomebody(session);
    else showNobody(session.can_sign_in);
    await readSymbols();
    setInterval(() => {
      if (!document.hidden) readAgain();
    }, symbolsMillis);
  } catch (error) {
    if (error.name !== "Refusal") throw error;
    showNotice(error.message);
    part("notice").after(button("Try again", () => location.reload()), line);
  }
}
start();
