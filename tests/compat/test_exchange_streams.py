"""The exchange's streams with npm's `ws`: snapshot and sequence rules, trades, account news."""

import json
import pathlib
import random
import subprocess

import pytest

from support.exchange import API, market

HERE = pathlib.Path(__file__).resolve().parent
pytestmark = pytest.mark.usefixtures("own_server")


class Watcher:
    def __init__(self, node, **said):
        self._process = subprocess.Popen(
            [node, "stream_calls.mjs"],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.say(**said)

    def say(self, **said):
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()

    def line(self):
        text = self._process.stdout.readline()
        assert text, "the client ended"
        return text.strip()

    def kill(self):
        self._process.kill()
        self._process.wait()


def row_of_rest(candle):
    """A stream's candle as `klines` has it."""
    return [candle[key] for key in ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")]


def check_candles(api, seen):
    candle_keys = set("tTsifLochlvnxqVQB")
    rows = {}
    for interval in ("1s", "1M"):
        answer = api.public("klines", symbol="LUNAUSD", interval=interval, limit=1000)
        rows[interval] = {row[0]: row for row in answer.json}
    month = seen["newest"]["kline_1M"]
    for message in [*seen["klines"], month]:
        assert set(message) == {"e", "E", "s", "k"}
        assert message["e"] == "kline" and message["s"] == message["k"]["s"] == "LUNAUSD"
        assert set(message["k"]) == candle_keys
    ended = [message["k"] for message in seen["klines"] if message["k"]["x"]]
    assert ended and all(candle["i"] == "1s" for candle in ended)
    for candle in [*ended, month["k"]]:
        assert row_of_rest(candle) == rows[candle["i"]][candle["t"]]
    assert month["k"]["i"] == "1M" and not month["k"]["x"]
    ids = [trade["t"] for trade in seen["trades"]]
    assert (month["k"]["f"], month["k"]["L"], month["k"]["n"]) == (ids[0], ids[-1], len(ids))


# Members of 24hrTicker as they are called in the answer of `ticker/24hr`.
TICKER = {
    "s": "symbol",
    "p": "priceChange",
    "P": "priceChangePercent",
    "w": "weightedAvgPrice",
    "x": "prevClosePrice",
    "c": "lastPrice",
    "Q": "lastQty",
    "b": "bidPrice",
    "B": "bidQty",
    "a": "askPrice",
    "A": "askQty",
    "o": "openPrice",
    "h": "highPrice",
    "l": "lowPrice",
    "v": "volume",
    "q": "quoteVolume",
    "F": "firstId",
    "L": "lastId",
    "n": "count",
}


def check_tickers(api, seen):
    day = api.public("ticker/24hr", symbol="LUNAUSD").json
    ticker, mini = seen["newest"]["ticker"], seen["newest"]["miniTicker"]
    assert set(ticker) == {"e", "E", "O", "C", *TICKER} and ticker["e"] == "24hrTicker"
    assert {key: ticker[key] for key in TICKER} == {key: day[TICKER[key]] for key in TICKER}
    assert ticker["C"] - ticker["O"] == 24 * 3600 * 1000 and ticker["C"] == ticker["E"]
    assert set(mini) == set("eEscohlvq") and mini["e"] == "24hrMiniTicker"
    assert all(mini[key] == ticker[key] for key in "scohlvq")


def check_levels(depth, until, seen):
    assert len(depth["bids"]) > 10
    for count, name in ((10, "depth10@100ms"), (20, "depth20")):
        levels = seen["newest"][name]
        assert set(levels) == {"lastUpdateId", "bids", "asks"}
        assert levels["lastUpdateId"] >= until
        assert levels["bids"] == depth["bids"][:count]
        assert levels["asks"] == depth["asks"][:count]


def check_aggregates(api, seen):
    rows = api.public("aggTrades", symbol="LUNAUSD", limit=1000).json
    for message in seen["aggregates"]:
        assert set(message) == set("eEsapqflTmM")
        assert message["e"] == "aggTrade" and message["s"] == "LUNAUSD"
    kept = [{key: message[key] for key in "apqflTmM"} for message in seen["aggregates"]]
    assert kept == rows


def trade_at_random(ann, bob, dice, count):
    """Around 10 USD, so that some trade and some rest."""
    for _ in range(count):
        api = dice.choice((ann, bob))
        price = f"{10 + dice.randint(-10, 10) * 0.05:.2f}"
        api.order(dice.choice(("BUY", "SELL")), f"{dice.randint(2, 300) / 100:.2f}", price)
        if dice.random() < 0.3:
            api.call("DELETE", "openOrders", symbol="LUNAUSD")


def test_a_book_is_rebuilt_from_the_stream(node, tmp_path):
    dice = random.Random(5)
    with market(tmp_path) as server:
        ann, bob = server.trader("ann"), server.trader("bob")
        headers = {"X-MBX-APIKEY": ann.key}
        key = ann.send("POST", API + "userDataStream", None, headers).json["listenKey"]
        assert ann.send("PUT", API + f"userDataStream?listenKey={key}", None, headers).json == {}
        watcher = Watcher(node, base=server.base_url, symbol="LUNAUSD", listenKey=key)
        try:
            assert watcher.line() == "ready"
            trade_at_random(ann, bob, dice, 30)
            watcher.say()
            assert watcher.line() == "taken"
            trade_at_random(ann, bob, dice, 60)
            for cents in range(400, 460, 5):
                ann.order("BUY", "1.00", f"{cents / 100:.2f}")
            ann.order("BUY", "1.23", "5.00", newClientOrderId="last")
            depth = ann.public("depth", symbol="LUNAUSD", limit=5000).json
            placed = ann.must("GET", "order", symbol="LUNAUSD", origClientOrderId="last")
            trades = ann.public("trades", symbol="LUNAUSD", limit=1000).json
            mine = ann.must("GET", "myTrades", symbol="LUNAUSD", limit=1000)
            watcher.say(until=placed["orderId"], trades=len(trades), news=len(mine))
            seen = json.loads(watcher.line())
            check_candles(ann, seen)
            check_tickers(ann, seen)
            check_aggregates(ann, seen)
            check_levels(depth, placed["orderId"], seen)
        finally:
            watcher.kill()
    assert seen["diffs"] > 0 and seen["gaps"] == 0
    assert sorted(seen["bids"]) == sorted(depth["bids"])
    assert sorted(seen["asks"]) == sorted(depth["asks"])
    assert [trade["t"] for trade in seen["trades"]] == [trade["id"] for trade in trades]
    assert [trade["p"] for trade in seen["trades"]] == [trade["price"] for trade in trades]
    subscribed, listed, refused = seen["lists"]
    assert subscribed == {"result": None, "id": 1}
    assert listed == {"result": ["lunausd@depth5@100ms", "lunausd@kline_1s"], "id": "two"}
    assert refused["id"] == 3 and refused["error"]["code"] == -1130
    assert all(top["s"] == "LUNAUSD" for top in seen["tops"]) and seen["tops"]
    assert all(len(levels["bids"]) <= 5 for levels in seen["levels"]) and seen["levels"]
    reports = [news for news in seen["user"] if news["e"] == "executionReport"]
    filled = [news for news in reports if news["x"] == "TRADE"]
    assert {news["t"] for news in filled} <= {trade["id"] for trade in trades}
    assert filled and all(float(news["z"]) <= float(news["q"]) for news in filled)
    assert {"NEW", "TRADE", "CANCELED"} <= {news["x"] for news in reports}
    position = [news for news in seen["user"] if news["e"] == "outboundAccountPosition"]
    assert {row["a"] for row in position[-1]["B"]} <= {"LUNA", "USD"}
