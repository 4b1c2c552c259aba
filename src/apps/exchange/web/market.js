// What everybody sees of one symbol, kept up to date: book, trades, the last 24 hours, candles.

import { publicGet } from "./api.js";
import { Book } from "./book.js";
import { Candles, candleOfEvent } from "./candles.js";
import { Feed } from "./feed.js";

const snapshotLevels = 5000; // as many as differences are of
const tradesKept = 50;
const candlesKept = 300;
const snapshotTries = 5;
const againMillis = 3000;

const streams = (symbol, names) => {
  const lower = encodeURIComponent(symbol.toLowerCase());
  return `/exchange/stream?streams=${names.map((name) => `${lower}@${name}`).join("/")}`;
};

const tradeOfRow = (row) =>
  ({ id: row.id, price: row.price, quantity: row.qty, at: row.time, sold: row.isBuyerMaker });
const tradeOfEvent = (event) =>
  ({ id: event.t, price: event.p, quantity: event.q, at: event.T, sold: event.m });
const tickerOfAnswer = (answer) => ({ last: answer.lastPrice, change: answer.priceChangePercent,
  high: answer.highPrice, low: answer.lowPrice, volume: answer.volume });
const tickerOfEvent = (event) =>
  ({ last: event.c, change: event.P, high: event.h, low: event.l, volume: event.v });

/**
 * Book, trades, 24 hours and what a call's auction would trade. `changed()` when something has;
 * `phased()`: another phase; `told(word, seconds)`: the link.
 */
export class Market {
  #round = 0;
  #feed;

  constructor({ changed, phased, told }) {
    this.changed = changed;
    this.phased = phased;
    this.told = told;
    this.book = new Book();
    this.#feed = new Feed(() => streams(this.symbol, ["depth@100ms", "trade", "ticker", "auction"]), {
      opened: () => this.#load(),
      received: (message) => this.#receive(message.data),
      state: (word, seconds) => { if (word !== "live") this.told(word, seconds); },
    });
  }

  start(symbol) {
    ++this.#round;
    this.symbol = symbol;
    this.trades = [];
    this.ticker = null;
    this.auction = null;
    this.book.clear();
    this.#feed.start();
  }

  /** Newest first; `direction`: rise or fall of the last price. */
  last() {
    const [newest, before] = this.trades;
    if (!newest) return { price: this.ticker?.last, direction: "" };
    const step = before ? Number(newest.price) - Number(before.price) : 0;
    return { price: newest.price, direction: step > 0 ? "rise" : step < 0 ? "fall" : "" };
  }

  /** Behind an opening or a gap: what is missing is read, while differences wait. */
  async #load() {
    const round = ++this.#round;
    const current = () => round === this.#round;
    this.told("reading");
    this.book.clear();
    try {
      const symbol = this.symbol;
      const [trades, ticker] = await Promise.all([
        publicGet("trades", { symbol, limit: tradesKept }),
        publicGet("ticker/24hr", { symbol })]);
      if (!current()) return;
      trades.forEach((row) => this.#addTrade(tradeOfRow(row)));
      this.ticker = tickerOfAnswer(ticker);
      if (await this.#loadBook(current)) this.told("live");
      this.changed();
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      if (!current()) return;
      this.told("refused", error.message);
      setTimeout(() => { if (current()) this.#load(); }, againMillis);
    }
  }

  /** A snapshot that is older than the first difference is followed by another. */
  async #loadBook(current) {
    for (let i = 0; i < snapshotTries; ++i) {
      const snapshot = await publicGet("depth", { symbol: this.symbol, limit: snapshotLevels });
      if (!current()) return false;
      if (this.book.start(snapshot)) return true;
    }
    this.#feed.start();
    return false;
  }

  #receive(event) {
    if (!event) return; // an answer, not an event
    if (event.e === "depthUpdate") {
      if (!this.book.add(event)) return this.#load();
    } else if (event.e === "trade") {
      this.#addTrade(tradeOfEvent(event));
    } else if (event.e === "24hrTicker") {
      this.ticker = tickerOfEvent(event);
    } else if (event.e === "auction") {
      const before = this.auction?.phase;
      this.auction = { phase: event.S, price: event.p, quantity: event.q };
      if (before && before !== event.S) this.phased();
    }
    this.changed();
  }

  /** By id, the newest first; twice is once. */
  #addTrade(trade) {
    const i = this.trades.findIndex((one) => one.id <= trade.id);
    if (i >= 0 && this.trades[i].id === trade.id) return;
    this.trades.splice(i < 0 ? this.trades.length : i, 0, trade);
    if (this.trades.length > tradesKept) this.trades.length = tradesKept;
  }
}

/** Candles of one symbol and interval, on a connection of their own. */
export class CandleMarket {
  #feed;

  constructor(changed) {
    this.changed = changed;
    this.#feed = new Feed(() => streams(this.symbol, [`kline_${this.interval}`]), {
      opened: () => this.#load(),
      received: ({ data }) => {
        if (data?.e !== "kline") return;
        this.candles.add(candleOfEvent(data.k));
        this.changed();
      },
    });
  }

  start(symbol, interval) {
    this.symbol = symbol;
    this.interval = interval;
    this.candles = new Candles(interval, candlesKept);
    this.changed();
    this.#feed.start();
  }

  async #load() {
    const candles = this.candles;
    try {
      candles.load(await publicGet("klines",
        { symbol: this.symbol, interval: this.interval, limit: candlesKept }));
      if (candles === this.candles) this.changed();
    } catch (error) {
      if (error.name !== "Refusal") throw error; // the market's own link tells
    }
  }
}
