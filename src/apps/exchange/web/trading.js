// What somebody who is signed in sees and does: an order form, open orders, trades, balances.

import { el, busy, button, card, dangerous, field, form, refusalLine, say, showRefusal }
  from "./dom.js";
import { own } from "./api.js";
import { Feed } from "./feed.js";
import { LiveTable } from "./live_table.js";
import { clock } from "./numbers.js";
import { OwnState, tradeKey } from "./own_state.js";

const keepAliveMillis = 20 * 60 * 1000;
const pollMillis = 60000;
const soonMillis = 1000;
const drawMillis = 100;
const ownTrades = 50;

const types = { LIMIT: "Limit", MARKET: "Market", STOP_LOSS_LIMIT: "Stop-limit" };
const times = { GTC: "Good till cancelled", IOC: "Immediate or cancel", FOK: "Fill or kill" };

/** What is sent of a form's values. */
export function orderOf(symbol, values) {
  const { side, type, quantity } = values;
  const order = { symbol, side, type, quantity, newOrderRespType: "RESULT" };
  if (type === "MARKET") return order;
  order.price = values.price;
  if (type === "STOP_LOSS_LIMIT") order.stopPrice = values.stopPrice;
  if (type === "LIMIT" && values.postOnly) return { ...order, type: "LIMIT_MAKER" };
  order.timeInForce = values.timeInForce;
  if (values.icebergQty) order.icebergQty = values.icebergQty;
  return order;
}

/** `best("bid" or "ask")` gives the best price there, if any; `done()` after an order. */
export class OrderForm {
  constructor({ best, done }) {
    this.done = done;
    const decimal = { inputmode: "decimal", pattern: "[0-9]*[.]?[0-9]*" };
    this.price = field("price", "Price", { ...decimal, required: true });
    this.stop = field("stopPrice", "Stop price", { ...decimal, required: true,
      hint: "The order waits until the last price is there." });
    const pick = (side) => button(side === "bid" ? "Best bid" : "Best ask", () => {
      const price = best(side);
      if (price) this.setPrice(price);
    });
    this.picks = el("span", { class: "buttons" }, pick("bid"), pick("ask"));
    this.time = field("timeInForce", "Time in force", { kind: "select",
      choices: Object.entries(times) });
    this.post = field("postOnly", "Post only", { kind: "checkbox" });
    this.iceberg = field("icebergQty", "Shown at a time", { ...decimal,
      hint: "An iceberg shows no more; empty: all." });
    this.node = form({ label: "Order", submit: "Buy", keep: true,
      fields: [
        field("side", "Side", { kind: "select", choices: [["BUY", "Buy"], ["SELL", "Sell"]] }),
        field("type", "Type", { kind: "select", choices: Object.entries(types) }),
        this.stop, this.price, this.picks,
        field("quantity", "Quantity", { ...decimal, required: true }),
        this.time, this.iceberg, this.post],
      action: (values) => this.#send(values) });
    this.node.addEventListener("change", () => this.#adapt());
    this.#adapt();
  }

  show(symbol) {
    this.symbol = symbol;
    this.#adapt();
  }

  setPrice(price) { this.node.querySelector("[name=price]").value = price; }

  /** Shows the fields that the type has; what is hidden is not asked for. */
  #adapt() {
    const value = (name) => this.node.querySelector(`[name=${name}]`).value;
    const type = value("type");
    const isPost = this.node.querySelector("[name=postOnly]").checked;
    const show = (node, shown) => {
      node.hidden = !shown;
      node.querySelectorAll("input, select").forEach((one) => { one.disabled = !shown; });
    };
    show(this.stop, type === "STOP_LOSS_LIMIT");
    show(this.price, type !== "MARKET");
    this.picks.hidden = type === "MARKET";
    show(this.post, type === "LIMIT");
    show(this.time, type !== "MARKET" && !(type === "LIMIT" && isPost));
    show(this.iceberg, type !== "MARKET" && !(type === "LIMIT" && isPost));
    const isBuy = value("side") === "BUY";
    const send = this.node.querySelector("[type=submit]");
    send.textContent = `${isBuy ? "Buy" : "Sell"} ${this.symbol?.baseAsset ?? ""}`.trim();
    send.className = `main ${isBuy ? "buy" : "sell"}`;
  }

  async #send(values) {
    const answer = await own("POST", "order", orderOf(this.symbol.symbol, values));
    say(`Order ${answer.orderId}: ${statusWords(answer.status)}`);
    this.done();
  }
}

const statusWords = (status) => (status ?? "taken").toLowerCase().replaceAll("_", " ");

/** Open orders of all symbols, the caller's trades in this one, balances. */
export class OwnDesk {
  #state = new OwnState();
  #live = false; // the stream
  #loading = false;
  #late = false; // events came while a question was open: its answer may be older
  #drawing = null;
  #asking = null;

  constructor() {
    this.line = refusalLine();
    this.orders = new LiveTable("Open orders",
      ["Order", "Symbol", "Side", "Type", "Price", "Quantity", "Done", "Status"], {
        key: (one) => one.orderId, empty: "No open orders.",
        look: (one) => (one.side === "BUY" ? "buy" : "sell"),
        cells: (one) => [String(one.orderId), one.symbol, one.side.toLowerCase(),
          typeWords(one), priceWords(one), one.origQty, one.executedQty, statusWords(one.status)],
        action: (one) => this.#cancelButton(one) });
    this.trades = new LiveTable("Your trades",
      ["Time", "Side", "Price", "Quantity", "Fee", "Order"], {
        key: tradeKey, empty: "No trades yet.",
        look: (one) => (one.isBuyer ? "buy" : "sell"),
        cells: (one) => [clock(one.time), one.isBuyer ? "buy" : "sell", one.price, one.qty,
          `${one.commission} ${one.commissionAsset}`, String(one.orderId)] });
    this.balances = new LiveTable("Balances", ["Asset", "Free", "Held"],
      { key: (one) => one.asset, empty: "No balances yet.",
        cells: (one) => [one.asset, one.free, one.locked] });
    this.all = dangerous("Cancel all", () => `Cancel all your open orders in ${this.symbol}?`,
      "Cancel orders", () => this.#cancelAll());
    this.node = el("div", { class: "own" },
      card("Open orders", this.line, this.orders.node, el("p", {}, this.all)),
      card("Your trades", this.trades.node), card("Balances", this.balances.node));
    this.#watch();
  }

  show(symbol) {
    this.symbol = symbol;
    this.#draw();
    this.refresh();
  }

  /** After something was done here: the stream tells of it, while there is one. */
  changed() { if (!this.#live) this.refresh(); }

  async refresh() {
    if (!this.symbol) return; // show() asks
    if (this.#loading) {
      this.#late = true;
      return;
    }
    this.#loading = true;
    this.#late = false;
    try {
      const [account, orders, trades] = await Promise.all([own("GET", "account"),
        own("GET", "openOrders"), own("GET", "myTrades", { symbol: this.symbol,
          limit: ownTrades })]);
      this.#state.load(orders, trades, account);
      showRefusal(this.line, null);
    } catch (error) {
      if (error.name !== "Refusal") throw error;
      showRefusal(this.line, error);
    } finally {
      this.#loading = false;
    }
    this.#draw();
    if (this.#late) this.#asking ??= setTimeout(() => {
      this.#asking = null;
      this.refresh();
    }, soonMillis);
  }

  #draw() {
    clearTimeout(this.#drawing);
    this.#drawing = null;
    const orders = this.#state.orders();
    this.orders.show(orders);
    this.trades.show(this.#state.trades(this.symbol));
    this.balances.show(this.#state.balances());
    this.all.hidden = !orders.some((one) => one.symbol === this.symbol);
  }

  #watch() {
    let key = null;
    this.feed = new Feed(async () => {
      key = (await own("POST", "userDataStream")).listenKey;
      return `/exchange/ws/${key}`;
    }, {
      opened: () => this.refresh(),
      received: (event) => this.#receive(event.data ?? event),
      state: (word) => { this.#live = word === "live"; },
    });
    this.feed.start();
    setInterval(() => {
      if (key) own("PUT", "userDataStream", { listenKey: key }).catch(() => this.feed.start());
    }, keepAliveMillis);
    setInterval(() => { if (!document.hidden) this.refresh(); }, pollMillis);
  }

  #receive(event) {
    this.#state.apply(event);
    if (this.#loading) this.#late = true;
    this.#drawing ??= setTimeout(() => this.#draw(), drawMillis);
  }

  #cancelButton(order) {
    const line = refusalLine();
    const pressed = button("Cancel", () => busy(pressed, line, async () => {
      await own("DELETE", "order", { symbol: order.symbol, orderId: order.orderId });
      say(`Order ${order.orderId}: cancelled`);
      this.changed();
    }), { "aria-label": `Cancel order ${order.orderId}` });
    return [pressed, line];
  }

  async #cancelAll() {
    await own("DELETE", "openOrders", { symbol: this.symbol });
    say("Your orders are cancelled");
    this.changed();
  }
}

function typeWords(order) {
  if (order.type === "LIMIT_MAKER") return "limit, post only";
  return `${(types[order.type] ?? order.type).toLowerCase()} ${order.timeInForce ?? ""}`.trim();
}

function priceWords(order) {
  const stop = Number(order.stopPrice ?? 0);
  return stop > 0 ? `${order.price} from ${order.stopPrice}` : order.price;
}
