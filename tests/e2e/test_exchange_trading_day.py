"""Markets that open and close by the clock."""

import time

import pytest

from support.exchange import Api, market
from support.server import refused, wait_until

pytestmark = pytest.mark.usefixtures("own_server")


def phase(server):
    api = Api(server.base_url)
    headers = {"Authorization": f"Bearer {server.operator_token}"}
    status = api.send("GET", "/exchange/v1/status", None, headers).json
    api.close()
    return status["symbols"][0]["phase"]


def test_a_market_closes_when_its_time_comes(tmp_path):
    soon = time.time() + 5
    at = time.strftime("%H:%M:%S", time.gmtime(soon))
    with market(tmp_path, "--set", f"apps.exchange.trading_day=LUNAUSD: {at} closed") as server:
        first = phase(server)
        assert first == "continuous" or time.time() > soon
        wait_until(lambda: phase(server) == "closed", 20, "the market's close")
        assert time.time() > soon - 1


def test_a_day_that_is_not_understood_ends_the_start(tmp_path):
    said = refused(
        tmp_path, "--set", "apps.exchange.enabled=true",
        "--set", "apps.exchange.trading_day=08:00 continuous, 07:00 closed",
    )  # fmt: skip
    assert "07:00 closed" in said and "behind the one before" in said
