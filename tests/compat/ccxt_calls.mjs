// ccxt's class for Binance, with its URLs changed: reads {base, key, secret} from standard input,
// trades, and prints what it got as JSON.
import ccxt from "ccxt";

const { base, key, secret } = JSON.parse(await new Response(process.stdin).text());
const exchange = new ccxt.binance({
  apiKey: key,
  secret,
  options: { fetchMarkets: { types: ["spot"] }, fetchCurrencies: false },
});
for (const [name, url] of Object.entries(exchange.urls.api)) {
  exchange.urls.api[name] = url.replace("https://api.binance.com", `${base}/exchange`);
}

const symbol = "LUNA/USD";
const got = {};
got.markets = Object.keys(await exchange.loadMarkets());
got.market = exchange.market(symbol);
got.time = await exchange.fetchTime();
got.status = await exchange.fetchStatus();
got.fees = await exchange.fetchTradingFees();
got.balance = await exchange.fetchBalance();
const sell = await exchange.createOrder(symbol, "limit", "sell", 2, 11);
got.sell = sell;
got.book = await exchange.fetchOrderBook(symbol);
got.bought = await exchange.createOrder(symbol, "market", "buy", 0.5);
got.stop = await exchange.createOrder(symbol, "limit", "sell", 1, 8, { triggerPrice: 8.5 });
got.sellNow = await exchange.fetchOrder(sell.id, symbol);
got.open = await exchange.fetchOpenOrders(symbol);
got.canceled = await exchange.cancelOrder(sell.id, symbol);
got.all = await exchange.fetchOrders(symbol);
got.allCanceled = await exchange.cancelAllOrders(symbol);
got.mine = await exchange.fetchMyTrades(symbol);
got.trades = await exchange.fetchTrades(symbol);
got.candles = await exchange.fetchOHLCV(symbol, "1m");
got.ticker = await exchange.fetchTicker(symbol);
got.tickers = Object.keys(await exchange.fetchTickers());
got.refused = [];
for (const attempt of [
  () => exchange.createOrder(symbol, "limit", "buy", 2e5, 11),
  () => exchange.fetchOrder("999999999", symbol),
  () => exchange.createOrder(symbol, "limit", "sell", 3, 0.05, { postOnly: true }).then(
    () => exchange.createOrder(symbol, "limit", "buy", 3, 0.05, { postOnly: true })),
]) {
  try {
    await attempt();
    got.refused.push(null);
  } catch (error) {
    got.refused.push(error.constructor.name);
  }
}
console.log(JSON.stringify(got));
