"""The exchange dies at any moment: what it acknowledged is there again."""

import http.client
import json
import threading

import pytest

from support.exchange import Api, market
from support.server import run, wait_until

ROUNDS = 5
ORDERS_A_ROUND = 60
pytestmark = pytest.mark.usefixtures("own_server")


class Trader(threading.Thread):
    """Places, and now and again cancels, until its server is gone."""

    def __init__(self, server, known, side):
        super().__init__()
        self.api = Api(server.base_url, known.key, known.secret)
        self.side = side
        self.placed = []
        self.canceled = set()

    def run(self):
        try:
            for i in range(1_000_000):
                price = f"{10 + (i % 7) * (-0.05 if self.side == 'BUY' else 0.05):.2f}"
                number = self.api.order(self.side, "0.05", price)["orderId"]
                self.placed.append(number)
                if i % 3 == 0:
                    self.cancel(number)
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass

    def cancel(self, number):
        answer = self.api.call("DELETE", "order", symbol="LUNAUSD", orderId=number)
        if answer.status == 200:
            self.canceled.add(number)


def replayed(server):
    done = run(server.folder, "exchange", "replay", "--data", server.data, "--json")
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def check_known(server, known, trader):
    api = Api(server.base_url, known.key, known.secret)
    for number in trader.placed[-30:]:
        order = api.must("GET", "order", symbol="LUNAUSD", orderId=number)
        if number in trader.canceled:
            assert order["status"] == "CANCELED", order
    api.close()


def test_what_was_acknowledged_survives_kill_9_under_load(tmp_path):
    with market(tmp_path) as server:
        people = [(server.trader("ann"), "BUY"), (server.trader("bob"), "SELL")]
        for _ in range(ROUNDS):
            traders = [Trader(server, known, side) for known, side in people]
            for one in traders:
                one.start()
            wait_until(lambda: min(len(one.placed) for one in traders) > ORDERS_A_ROUND, 60, "load")
            server.kill()
            for one in traders:
                one.join()
            newest = max(one.placed[-1] for one in traders)
            before = replayed(server)
            assert before["sequence"] >= newest
            server.start()
            for (known, _), one in zip(people, traders, strict=True):
                check_known(server, known, one)
            at = run(
                tmp_path, "exchange", "replay", "--data", server.data, "--json",
                "--at", str(before["sequence"]),
            )
            assert json.loads(at.stdout)["hash"] == before["hash"]
