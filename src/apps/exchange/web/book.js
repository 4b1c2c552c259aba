// The order book of one symbol: a snapshot and the differences behind it, by Binance's rule. Texts
// of prices and quantities stay as they came.

/** Beyond, the book is read again: a snapshot has the nearest 5,000 levels only. */
export const levelsMax = 20000;
/** Differences that may wait for a snapshot. */
export const earlyMax = 5000;

/** One side: its levels, the best first. */
class Side {
  constructor(isBid) {
    this.isBid = isBid;
    this.levels = []; // {price, quantity: texts, at, size: numbers}
  }

  set(price, quantity) {
    const at = Number(price);
    const size = Number(quantity);
    const i = this.#place(at);
    const found = this.levels[i]?.at === at;
    if (size > 0) this.levels.splice(i, found ? 1 : 0, { price, quantity, at, size });
    else if (found) this.levels.splice(i, 1);
  }

  /** Of the first level that is not better. */
  #place(at) {
    let low = 0;
    let high = this.levels.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = this.levels[middle].at;
      if (this.isBid ? one > at : one < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class Book {
  #early = [];

  constructor() { this.clear(); }

  /** Nothing is known; differences wait for start(). */
  clear() {
    this.bids = new Side(true);
    this.asks = new Side(false);
    this.lastId = null;
    this.#early = [];
  }

  /**
   * Takes {lastUpdateId, bids, asks}, then what has waited. False: it is older than what has
   * waited begins with, and the next snapshot is needed.
   */
  start(snapshot) {
    const early = this.#early;
    this.clear();
    for (const [price, quantity] of snapshot.bids) this.bids.set(price, quantity);
    for (const [price, quantity] of snapshot.asks) this.asks.set(price, quantity);
    this.lastId = snapshot.lastUpdateId;
    if (early.every((difference) => this.add(difference))) return true;
    this.clear();
    this.#early = early;
    return false;
  }

  /** Takes {U, u, b, a}. False: something is missing, or too much: clear(), and start() again. */
  add(difference) {
    if (this.lastId === null) {
      this.#early.push(difference);
      return this.#early.length <= earlyMax;
    }
    if (difference.u <= this.lastId) return true;
    if (difference.U > this.lastId + 1) return false;
    for (const [price, quantity] of difference.b) this.bids.set(price, quantity);
    for (const [price, quantity] of difference.a) this.asks.set(price, quantity);
    this.lastId = difference.u;
    return Math.max(this.bids.levels.length, this.asks.levels.length) <= levelsMax;
  }

  /**
   * The best `count` levels of each side, with the quantity up to there (`total`) and that as a
   * share of the larger side's (0 to 1).
   */
  ladder(count) {
    const summed = [this.bids, this.asks].map((side) => {
      let total = 0;
      return side.levels.slice(0, count).map((one) => ({ ...one, total: total += one.size }));
    });
    const most = Math.max(...summed.map((rows) => rows.at(-1)?.total ?? 0));
    const [bids, asks] = summed.map((rows) =>
      rows.map((one) => ({ ...one, share: one.total / most })));
    return { bids, asks };
  }

  /** The best ask less the best bid; null while a side is empty. */
  spread() {
    const [bid, ask] = [this.bids.levels[0], this.asks.levels[0]];
    return bid && ask ? ask.at - bid.at : null;
  }
}
