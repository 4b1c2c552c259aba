// What is somebody's own: open orders, trades, balances; as asked for, and as his stream goes on.

const open = new Set(["NEW", "PARTIALLY_FILLED", "PENDING_NEW"]);
const tradesKept = 200;

/** Of an executionReport, in the words of GET openOrders. */
const orderOf = (event) => ({ symbol: event.s, orderId: event.i, side: event.S, type: event.o,
  timeInForce: event.f, origQty: event.q, price: event.p, stopPrice: event.P,
  executedQty: event.z, status: event.X });

/** Of an executionReport of a trade, in the words of GET myTrades. */
const tradeOf = (event) => ({ symbol: event.s, id: event.t, orderId: event.i, price: event.L,
  qty: event.l, commission: event.n, commissionAsset: event.N, time: event.T,
  isBuyer: event.S === "BUY", isMaker: event.m });

/** Who trades with himself has two of one id. */
export const tradeKey = (trade) => `${trade.id} ${trade.isBuyer}`;

const newestFirst = (list, name) => list.sort((a, b) => b[name] - a[name]);

export class OwnState {
  #orders = new Map();
  #trades = new Map();
  #balances = new Map();

  /** Takes the answers of GET openOrders, myTrades and account in place of what was known. */
  load(orders, trades, account) {
    this.#orders = new Map(orders.map((one) => [one.orderId, one]));
    this.#trades = new Map(trades.map((one) => [tradeKey(one), one]));
    this.#balances = new Map(account.balances.map((one) => [one.asset, one]));
  }

  /** Takes an event of the user's stream; others change nothing. */
  apply(event) {
    if (event.e === "executionReport") {
      if (open.has(event.X)) this.#orders.set(event.i, orderOf(event));
      else this.#orders.delete(event.i);
      if (event.x === "TRADE") this.#addTrade(tradeOf(event));
    } else if (event.e === "outboundAccountPosition") {
      for (const { a: asset, f: free, l: locked } of event.B) {
        this.#balances.set(asset, { asset, free, locked });
      }
    }
  }

  #addTrade(trade) {
    this.#trades.set(tradeKey(trade), trade);
    if (this.#trades.size > tradesKept) this.#trades.delete(this.#trades.keys().next().value);
  }

  orders() { return newestFirst([...this.#orders.values()], "orderId"); }
  trades(symbol) {
    return newestFirst([...this.#trades.values()].filter((one) => one.symbol === symbol), "id");
  }
  /** Those of which there is anything. */
  balances() {
    return [...this.#balances.values()].filter((one) =>
      Number(one.free) !== 0 || Number(one.locked) !== 0);
  }
}
