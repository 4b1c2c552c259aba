"""ccxt's Binance class, its URLs changed and nothing else, trades here."""

import json
import pathlib
import subprocess

import pytest

from support.exchange import market

HERE = pathlib.Path(__file__).resolve().parent
pytestmark = pytest.mark.usefixtures("own_server")


@pytest.fixture(scope="module")
def got(node, tmp_path_factory):
    with market(tmp_path_factory.mktemp("exchange")) as server:
        ann = server.trader("ann")
        sent = json.dumps({"base": server.base_url, "key": ann.key, "secret": ann.secret})
        done = subprocess.run(
            [node, "ccxt_calls.mjs"],
            cwd=HERE,
            input=sent,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout)


def test_markets_and_their_steps(got):
    assert got["markets"] == ["LUNA/USD"]
    assert got["market"]["precision"]["price"] == 0.05
    assert got["market"]["precision"]["amount"] == 0.01
    assert got["market"]["limits"]["cost"]["min"] == 0.1
    assert got["market"]["active"] and got["market"]["spot"]
    assert got["status"]["status"] == "ok"
    fees = got["fees"]["LUNA/USD"]
    assert (fees["maker"], fees["taker"]) == (0, 0.001)


def test_balance_book_and_prices(got):
    assert got["balance"]["USD"] == {"free": 1000000, "used": 0, "total": 1000000}
    assert got["book"]["asks"][0] == [11, 2]
    assert got["trades"][-1]["price"] == 11 and got["trades"][-1]["amount"] == 0.5
    assert got["candles"][-1][4] == 11
    assert got["ticker"]["last"] == 11 and got["tickers"] == ["LUNA/USD"]


def test_orders(got):
    assert (got["sell"]["status"], got["sell"]["type"]) == ("open", "limit")
    bought = got["bought"]
    assert (bought["status"], bought["filled"], bought["average"]) == ("closed", 0.5, 11)
    assert bought["fee"]["currency"] == "USD"
    assert (got["sellNow"]["filled"], got["sellNow"]["remaining"]) == (0.5, 1.5)
    assert {order["id"] for order in got["open"]} == {got["sell"]["id"], got["stop"]["id"]}
    stop = next(order for order in got["open"] if order["id"] == got["stop"]["id"])
    assert stop["triggerPrice"] == 8.5
    assert got["canceled"]["status"] == "canceled"
    assert len(got["all"]) == 3
    # Her market order met her own limit order: both legs of the trade are hers.
    legs = {(trade["side"], trade["takerOrMaker"], trade["order"]) for trade in got["mine"]}
    assert legs == {("buy", "taker", bought["id"]), ("sell", "maker", got["sell"]["id"])}
    assert len(got["mine"]) == 2


def test_refusals_are_the_errors_that_ccxt_knows(got):
    assert got["refused"] == ["InsufficientFunds", "OrderNotFound", "OrderImmediatelyFillable"]
