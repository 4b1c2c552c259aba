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
            ann.order("BUY", "1.23", "5.00", newClientOrderId="last")
            depth = ann.public("depth", symbol="LUNAUSD", limit=5000).json
            placed = ann.must("GET", "order", symbol="LUNAUSD", origClientOrderId="last")
            trades = ann.public("trades", symbol="LUNAUSD", limit=1000).json
            mine = ann.must("GET", "myTrades", symbol="LUNAUSD", limit=1000)
            watcher.say(until=placed["orderId"], trades=len(trades), news=len(mine))
            seen = json.loads(watcher.line())
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
