"""The exchange dies at any moment: what it acknowledged is there again, to the last bit."""

import http.client
import json
import re
import threading
from decimal import Decimal

import pytest

from support.exchange import Api, market
from support.server import run, wait_until

ROUNDS = 5
ORDERS_A_ROUND = 60
# Each account begins with that much: the decimals of test markets are in support/exchange.py.
DEPOSITS = {"LUNA": Decimal(10_000), "USD": Decimal(1_000_000)}
SCALE = {"LUNA": 10**6, "USD": 10**4}
SMALL_JOURNAL = (
    "--set", "journal.snapshot_bytes=8KiB", "--set", "journal.segment_bytes=64KiB",
)  # fmt: skip
pytestmark = pytest.mark.usefixtures("own_server")


class Trader(threading.Thread):
    """Places, and now and again cancels, until its server is gone."""

    def __init__(self, server, known, side):
        super().__init__()
        self.api = Api(server.base_url, known.key, known.secret)
        self.side = side
        self.placed = {}  # by id: how much of it had traded when it was acknowledged
        self.canceled = set()

    def run(self):
        try:
            for i in range(1_000_000):
                price = f"{10 + (i % 7) * (-0.05 if self.side == 'BUY' else 0.05):.2f}"
                order = self.api.order(self.side, "0.05", price)
                self.placed[order["orderId"]] = Decimal(order["executedQty"])
                if i % 3 == 0:
                    self.cancel(order["orderId"])
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass

    def cancel(self, number):
        answer = self.api.call("DELETE", "order", symbol="LUNAUSD", orderId=number)
        if answer.status == 200:
            self.canceled.add(number)


def replayed(server, *arguments):
    done = run(
        server.folder, "exchange", "replay", "--data", server.data, "--json", *map(str, arguments)
    )
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def audited(server):
    """What the running server says of its state, for operators."""
    api = Api(server.base_url)
    headers = {"Authorization": f"Bearer {server.operator_token}"}
    status = api.send("GET", "/exchange/v1/status?audit=true", None, headers)
    api.close()
    assert status.status == 200, status
    return status.json


def snapshots_made(server):
    api = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    api.request("GET", "/metrics")
    text = api.getresponse().read().decode()
    api.close()
    failed, made = (
        int(float(re.search(rf"^exchange_snapshots{name} (\S+)$", text, re.MULTILINE)[1]))
        for name in ("_failed", "")
    )
    assert failed == 0
    return made


def check_known(api, trader):
    """Orders, and what traded of them, are as they were acknowledged, or further."""
    orders = {
        order["orderId"]: order
        for order in api.must("GET", "allOrders", symbol="LUNAUSD", limit=1000)
    }
    newest = list(trader.placed)[-ORDERS_A_ROUND:]
    for number in newest:
        order = orders[number]
        assert Decimal(order["executedQty"]) >= trader.placed[number], order
        if number in trader.canceled:
            assert order["status"] == "CANCELED", order
    return {number: Decimal(orders[number]["executedQty"]) for number in newest}


def check_fills(api, traded):
    """What orders say has traded of them is the sum of their trades."""
    fills = api.must("GET", "myTrades", symbol="LUNAUSD", limit=1000)
    assert fills, "nothing traded"
    for number, quantity in traded.items():
        assert sum(Decimal(f["qty"]) for f in fills if f["orderId"] == number) == quantity


def check_money(apis, status):
    """What was paid in is what there is: the traders', and the venue's fees."""
    theirs = dict.fromkeys(DEPOSITS, Decimal(0))
    for api in apis:
        for balance in api.must("GET", "account")["balances"]:
            free, locked = Decimal(balance["free"]), Decimal(balance["locked"])
            assert free >= 0 and locked >= 0, balance
            theirs[balance["asset"]] += free + locked
    for asset, each in DEPOSITS.items():
        total = Decimal(status["audit"]["totals"][asset]) / SCALE[asset]
        assert total == each * len(apis)
        assert theirs[asset] <= total
    assert theirs["LUNA"] == DEPOSITS["LUNA"] * len(apis)  # fees are of the other


def test_what_was_acknowledged_survives_kill_9_under_load(tmp_path):
    with market(tmp_path, *SMALL_JOURNAL) as server:
        people = [(server.trader("ann"), "BUY"), (server.trader("bob"), "SELL")]
        known_hashes = {}
        for _ in range(ROUNDS):
            traders = [Trader(server, known, side) for known, side in people]
            for one in traders:
                one.start()
            wait_until(lambda: min(len(one.placed) for one in traders) > ORDERS_A_ROUND, 60, "load")
            wait_until(lambda: snapshots_made(server) > 0, 60, "a snapshot under load")
            server.kill()
            for one in traders:
                one.join()
            before = replayed(server)
            known_hashes[before["sequence"]] = before["hash"]
            assert before["sequence"] >= max(max(one.placed) for one in traders)
            server.start()
            status = audited(server)
            assert status["sequence"] >= before["sequence"]  # time may have passed since
            known_hashes[status["sequence"]] = status["audit"]["hash"]
            # Of all rounds, whatever snapshots came between.
            for sequence, known in known_hashes.items():
                assert replayed(server, "--at", sequence)["hash"] == known
            apis = [Api(server.base_url, known.key, known.secret) for known, _ in people]
            check_money(apis, status)
            for api, one in zip(apis, traders, strict=True):
                check_fills(api, check_known(api, one))
                api.close()


def test_history_that_is_not_kept_is_refused_by_name(tmp_path):
    with market(tmp_path, *SMALL_JOURNAL, "--set", "apps.exchange.keep_journal=false") as server:
        known = server.trader("ann")
        trader = Trader(server, known, "BUY")
        trader.start()
        folder = server.data / "journal" / "exchange"
        begun = folder / f"{1:020}.log"
        wait_until(lambda: not begun.exists(), 60, "segments that a snapshot replaced")
        server.kill()
        trader.join()
        done = run(tmp_path, "exchange", "replay", "--data", server.data, "--at", "1")
        assert done.returncode != 0
        assert "apps.exchange.keep_journal" in done.stdout
        assert replayed(server)["sequence"] > 1
