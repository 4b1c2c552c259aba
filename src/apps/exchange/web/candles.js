// Candles of one symbol and interval: those that were asked for, and what comes behind them.

export const intervals = { "1s": 1000, "1m": 60000, "5m": 300000, "1h": 3600000 };

const numbersOf = (open, high, low, close, volume) => ({ open: Number(open), high: Number(high),
  low: Number(low), close: Number(close), volume: Number(volume),
  texts: { open, high, low, close, volume } });

/** Of a row of GET klines. */
export const candleOfRow = ([start, open, high, low, close, volume]) =>
  ({ start, ...numbersOf(open, high, low, close, volume) });

/** Of the `k` of a stream's event. */
export const candleOfEvent = (k) => ({ start: k.t, ...numbersOf(k.o, k.h, k.l, k.c, k.v) });

/** Nothing was traded: at the price before. */
function flat(before, start) {
  const price = before.texts.close;
  return { start, ...numbersOf(price, price, price, price, "0") };
}

/** The newest `kept` of them, the oldest first, none missing between. */
export class Candles {
  constructor(interval, kept = 300) {
    this.millis = intervals[interval];
    this.kept = kept;
    this.list = [];
  }

  /** Of the answer; what has come before it counts where it is newer. */
  load(rows) {
    const early = this.list;
    this.list = [];
    for (const row of rows) this.add(candleOfRow(row));
    const last = this.list.at(-1)?.start ?? -Infinity;
    for (const one of early) if (one.start >= last) this.add(one);
  }

  /** A new one, or the newest once more. An older one replaces the one of its time. */
  add(candle) {
    const last = this.list.at(-1);
    if (last && candle.start <= last.start) {
      const i = this.list.findIndex((one) => one.start === candle.start);
      if (i >= 0) this.list[i] = candle;
      return;
    }
    if (last) this.#fill(last, candle.start);
    this.list.push(candle);
    if (this.list.length > this.kept) this.list.splice(0, this.list.length - this.kept);
  }

  #fill(last, until) {
    const first = Math.max(last.start + this.millis, until - this.kept * this.millis);
    for (let start = first; start < until; start += this.millis) {
      this.list.push(flat(last, start));
    }
  }
}
