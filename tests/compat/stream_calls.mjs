// npm's `ws`: follows the streams of a symbol by the rules of Binance's documentation, rebuilds its
// book, and prints what it saw. {base, symbol, listenKey, orders} on standard input; each line there
// says how far the market has got: {"until": lastUpdateId} ends it.
import readline from "node:readline";
import WebSocket from "ws";

const lines = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const { base, symbol, listenKey } = JSON.parse((await lines.next()).value);
const name = symbol.toLowerCase();
const url = base.replace("http", "ws");
const seen = { diffs: 0, gaps: 0, trades: [], tops: [], klines: [], levels: [], user: [], lists: [],
               aggregates: [], newest: {} };

const book = { bids: new Map(), asks: new Map(), last: null };
const waiting = [];
let snapshot = null;
let first = true;

function set(side, levels) {
  for (const [price, quantity] of levels) {
    if (Number(quantity) === 0) side.delete(price);
    else side.set(price, quantity);
  }
}

function apply(update) {
  if (update.u <= snapshot) return;
  const expected = first ? update.U <= snapshot + 1 && snapshot + 1 <= update.u
    : update.U === book.last + 1;
  if (!expected) seen.gaps += 1;
  first = false;
  set(book.bids, update.b);
  set(book.asks, update.a);
  book.last = update.u;
  seen.diffs += 1;
}

const combined = new WebSocket(
  `${url}/exchange/stream?streams=${name}@depth@100ms/${name}@trade/${name}@bookTicker`);
combined.on("message", (text) => {
  const { stream, data } = JSON.parse(text);
  if (stream === `${name}@depth@100ms`) {
    if (snapshot === null) waiting.push(data);
    else apply(data);
  } else if (stream === `${name}@trade`) seen.trades.push(data);
  else if (stream === `${name}@bookTicker`) seen.tops.push(data);
});
const raw = new WebSocket(`${url}/exchange/ws`);
raw.on("message", (text) => {
  const data = JSON.parse(text);
  if ("result" in data || "error" in data) seen.lists.push(data);
  else if (data.e === "kline") seen.klines.push(data);
  else seen.levels.push(data);
});
const told = ["ticker", "miniTicker", "depth10@100ms", "depth20", "kline_1M", "aggTrade"];
const others = new WebSocket(
  `${url}/exchange/stream?streams=${told.map((kind) => `${name}@${kind}`).join("/")}`);
others.on("message", (text) => {
  const { stream, data } = JSON.parse(text);
  if (stream === `${name}@aggTrade`) seen.aggregates.push(data);
  else seen.newest[stream.slice(name.length + 1)] = data;
});
const user = new WebSocket(`${url}/exchange/ws/${listenKey}`);
user.on("message", (text) => seen.user.push(JSON.parse(text)));
const opened = (socket) => new Promise((done, fail) => {
  socket.on("open", done);
  socket.on("error", fail);
});
const all = [combined, raw, others, user];
await Promise.all(all.map(opened));
raw.send(JSON.stringify({ method: "SUBSCRIBE", params: [`${name}@kline_1s`, `${name}@depth5@100ms`],
                          id: 1 }));
raw.send(JSON.stringify({ method: "LIST_SUBSCRIPTIONS", id: "two" }));
raw.send(JSON.stringify({ method: "SUBSCRIBE", params: [`${name}@nothing`], id: 3 }));
while (seen.lists.length < 3) await new Promise((done) => raw.once("message", done));
console.log("ready");

await lines.next();  // some orders have been placed
const taken = await (await fetch(`${base}/exchange/api/v3/depth?symbol=${symbol}&limit=5000`)).json();
set(book.bids, taken.bids);
set(book.asks, taken.asks);
snapshot = taken.lastUpdateId;
for (const update of waiting) apply(update);
console.log("taken");

const { until, trades, news } = JSON.parse((await lines.next()).value);
const there = () => {
  const { ticker, miniTicker, depth20, kline_1M: month } = seen.newest;
  return book.last >= until && seen.trades.length >= trades && seen.user.length >= news
    && seen.newest["depth10@100ms"]?.lastUpdateId >= until && depth20?.lastUpdateId >= until
    && ticker?.n >= trades && miniTicker?.v === ticker.v && month?.k.n >= trades
    && seen.aggregates.at(-1)?.l >= seen.trades.at(-1)?.t && seen.klines.some(({ k }) => k.x);
};
while (!there()) await Promise.race(all.map(
  (socket) => new Promise((done) => socket.once("message", done))));
for (const socket of all) socket.close();
const everything = JSON.stringify({ ...seen, bids: [...book.bids], asks: [...book.asks] });
process.stdout.write(`${everything}\n`, () => process.exit(0));  // more than a pipe takes at once
