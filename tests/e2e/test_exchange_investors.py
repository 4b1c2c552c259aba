"""The exchange's primary market from outside: investors, artists, allocations; nothing is lost or
doubled, over restarts and kills either."""

import http.client
import random
import threading
import time

import pytest

from support.auth_client import CHEAP, AuthClient, add_user
from support.server import Server, wait_until

ON = {**CHEAP, "MAINSTAY__APPS__EXCHANGE__ENABLED": "true"}
API = "/exchange/v1/"
YEAR = 365 * 86_400_000
pytestmark = pytest.mark.usefixtures("own_server")


def in_years(years):
    return int(time.time() * 1000) + years * YEAR


def investor(**fields):
    return {"principal": 1_000_000, "mu": 0.01, "sigma": 0.2, "time_horizon": in_years(3), **fields}


def artist(ticker, **fields):
    return {"ticker": ticker, "genre": "pop", "mu": 0.05, "sigma": 0.1, "total_fund": 400_000,
            "unit_price": 100, "expiration_date": in_years(1), **fields}


class Person:
    """Somebody who is signed in."""

    def __init__(self, client):
        self.client = client

    def make(self, what, status=201, **fields):
        answer = self.client.post(API + what, **fields)
        assert answer.status == status, answer
        return answer.json

    def refusal(self, what, status, **fields):
        answer = self.client.post(API + what, **fields)
        assert answer.status == status, answer
        return answer.code

    def see(self, path):
        answer = self.client.get(API + path)
        assert answer.status == 200, answer
        return answer.json

    def all(self, what, path=None):
        """Of all pages."""
        rows, cursor = [], ""
        while cursor is not None:
            page = self.see(f"{path or what}?limit=3{cursor and '&cursor='}{cursor}")
            rows += page[what]
            cursor = page.get("next")
        return rows


@pytest.fixture
def market(tmp_path):
    with Server(tmp_path, variables=ON) as server:
        server.ann = Person(add_user(server, "ann"))
        server.eve = Person(add_user(server, "eve"))
        server.boss = Person(add_user(server, "boss", "--role", "exchange"))
        yield server


def moved(server):
    """Behind a restart: the same people at the new address."""
    for name in ("ann", "eve", "boss"):
        before = getattr(server, name).client
        client = AuthClient(server.base_url)
        client.cookies, client.csrf = before.cookies, before.csrf
        setattr(server, name, Person(client))


def check_books(boss):
    """Money and units are where matches say, to the last one, in the store and in the market."""
    raised, units = {}, {}
    for one in boss.all("investors"):
        assert one["paid"], one
        holdings = boss.see(f"investors/{one['id']}/holdings")
        matches = boss.all("matches", f"investors/{one['id']}/matches")
        assert all(match["state"] == "issued" for match in matches)
        spent = sum(match["amount"] for match in matches)
        assert one["remaining_principal"] == one["principal"] - spent
        cash = {"asset": "USD", "free": one["principal"] - spent, "held": 0}
        assert holdings["cash"] == cash, one
        assert sum(asset["paid"] for asset in holdings["assets"]) == spent
        for asset in holdings["assets"]:
            assert asset["free"] == asset["issued"], asset
            units[asset["artist"]] = units.get(asset["artist"], 0) + asset["free"]
        for match in matches:
            raised[match["artist"]] = raised.get(match["artist"], 0) + match["amount"]
    for one in boss.all("artists"):
        assert one["listed"], one
        performance = boss.see(f"artists/{one['id']}/performance")
        assert performance["raised"] == raised.get(one["id"], 0)
        assert performance["units_issued"] == units.get(one["id"], 0)
        assert performance["raised"] == performance["units_issued"] * one["unit_price"]
        assert performance["remaining_fund"] == one["total_fund"] - performance["raised"]
        matches = boss.all("matches", f"artists/{one['id']}/matches")
        assert sum(match["amount"] for match in matches) == performance["raised"]


@pytest.mark.parametrize("method", ["mean_variance", "deferred_acceptance"])
def test_an_allocation_issues_units_and_the_rest_waits(market, method):
    ann, eve = market.ann, market.eve
    first = ann.make("investors", **investor())
    assert first["paid"] and first["waits"] and first["remaining_principal"] == 1_000_000
    ann.make("investors", **investor(principal=500_000, genre="rock"))
    empty = ann.make("allocations", method=method)
    assert (empty["investors"], empty["matches"], empty["amount"]) == (2, 0, 0)

    luna = eve.make("artists", **artist("LUNA"))
    assert luna["listed"] and luna["symbol"] == "LUNAUSD"
    done = ann.make("allocations", method=method, key="one")
    assert (done["investors"], done["matches"], done["amount"]) == (2, 1, 400_000)
    assert ann.make("allocations", method=method, key="one") == done
    assert ann.see(f"investors/{first['id']}/holdings")["assets"] == [
        {"artist": luna["id"], "asset": "LUNA", "free": 4000, "held": 0, "issued": 4000,
         "paid": 400_000}]

    eve.make("artists", **artist("ECHO", genre="rock", total_fund=9_100_000, unit_price=7_000))
    rest = ann.make("allocations", method=method)
    assert rest["investors"] == 2 and rest["matches"] == 2
    (match,) = [one for one in ann.all("matches", f"allocations/{rest['id']}/matches")
                if one["investor"] == first["id"]]
    assert match["amount"] == match["units"] * 7_000 == 595_000
    assert not ann.see(f"investors/{first['id']}")["waits"]
    performance = ann.see(f"investors/{first['id']}/performance")
    assert performance["value"] == performance["principal"] == 1_000_000
    assert performance["complete"] and performance["unrealised"] == 0
    check_books(market.boss)
    status = market.boss.see("status")
    assert {one["symbol"] for one in status["symbols"]} == {"LUNAUSD", "ECHOUSD"}


def test_what_an_allocation_issued_is_sold_in_the_book(market):
    """As whoever signs in finds it: no word about accounts, orders by REST."""
    ann, eve = market.ann, market.eve
    first = ann.make("investors", **investor(principal=400_000))
    eve.make("artists", **artist("LUNA"))
    done = ann.make("allocations", method="deferred_acceptance")
    assert done["amount"] == 400_000
    (mine,) = ann.see(f"investors/{first['id']}/holdings")["assets"]
    assert mine["free"] * 100 == mine["paid"] == 400_000
    second = ann.make("investors", **investor(principal=300_000))
    assert first["account"] < 1_000_000_000 < second["account"]

    def order(person, side, quantity, price):
        path = (f"/exchange/api/v3/order?symbol=LUNAUSD&side={side}&type=LIMIT&timeInForce=GTC"
                f"&quantity={quantity}&price={price}")
        csrf = person.client.csrf
        placed = person.client.request("POST", path, headers={"X-CSRF-Token": csrf})
        assert placed.status == 200, placed
        return placed.json

    bob = Person(add_user(market, "bob"))
    bob.make("investors", **investor(principal=500_000))
    assert order(ann, "SELL", 1_000, "1.50")["status"] == "NEW"
    assert order(bob, "BUY", 400, "1.50")["status"] == "FILLED"
    holdings = ann.see(f"investors/{first['id']}/holdings")
    (luna,) = holdings["assets"]
    assert (luna["free"], luna["held"]) == (mine["free"] - 1_000, 600)
    assert luna["issued"] == mine["issued"]
    cash = 400_000 - mine["paid"] + 400 * 150
    assert holdings["cash"] == {"asset": "USD", "free": cash, "held": 0}
    performance = ann.see(f"investors/{first['id']}/performance")
    left = mine["free"] - 400
    assert performance["complete"]
    assert performance["realised"] == 400 * 50
    assert performance["unrealised"] == left * 50
    assert performance["value"] == cash + left * 150
    account = bob.client.get("/exchange/api/v3/account").json
    assert {"asset": "LUNA", "free": "400", "locked": "0"} in account["balances"]


def test_each_sees_its_own_and_refusals_say_why(market):
    ann, eve, boss = market.ann, market.eve, market.boss
    mine = ann.make("investors", **investor(key="first", account="mine"))
    assert mine["account"] < 1_000_000_000
    assert ann.make("investors", **investor(key="first", account="mine")) == mine
    assert ann.refusal("investors", 409, **investor(account="mine")) == "account_taken"
    luna = eve.make("artists", **artist("LUNA"))
    for path in (f"investors/{mine['id']}", f"investors/{mine['id']}/holdings",
                 f"artists/{luna['id']}/matches", "allocations/9", "artists/9"):
        whose = ann if path.startswith("artists") else eve
        answer = whose.client.get(API + path)
        assert (answer.status, answer.code) == (404, "not_found"), path
    assert eve.see("investors") == {"investors": []}
    assert boss.see("investors")["investors"] == [mine]
    assert ann.see("artists")["artists"] == [luna]
    assert eve.make("allocations", method="mean_variance")["investors"] == 0

    assert ann.refusal("investors", 400, principal=1) == "member_missing"
    assert ann.refusal("investors", 400, **investor(time_horizon=5)) == "member_invalid"
    assert ann.refusal("investors", 400, **investor(luck=1)) == "member_unknown"
    assert ann.refusal("investors", 422, **investor(principal=2_999)) == "principal_too_small"
    assert ann.refusal("investors", 422, **investor(sigma=0)) == "investor_invalid"
    assert eve.refusal("artists", 409, **artist("LUNA")) == "ticker_taken"
    assert eve.refusal("artists", 409, **artist("USD")) == "ticker_taken"
    assert eve.refusal("artists", 422, **artist("ECHO", unit_price=3)) == "asset_invalid"
    assert eve.refusal("artists", 400, **artist("echo")) == "member_invalid"
    assert ann.refusal("allocations", 400, method="best") == "member_invalid"
    assert ann.client.get(API + "investors?limit=0").code == "member_invalid"
    for _ in range(99):
        ann.make("investors", **investor())
    assert ann.refusal("investors", 422, **investor()) == "primary_too_many"
    nobody = AuthClient(market.base_url)
    assert nobody.get(API + "investors").code == "sign_in_required"


def test_all_is_there_after_a_restart(market):
    market.ann.make("investors", **investor())
    market.eve.make("artists", **artist("LUNA", history=[0.05, 0.06, 0.04], mu=0, sigma=0))
    market.ann.make("allocations", method="deferred_acceptance")
    paths = ("investors", "artists", "allocations", "investors/1/holdings", "investors/1/matches",
             "investors/1/performance", "artists/1/performance")
    before = [market.boss.see(path) for path in paths]
    assert market.stop() == 0
    market.start()
    moved(market)
    wait_until(lambda: market.boss.see("investors") == before[0], 20, "paid again")
    assert [market.boss.see(path) for path in paths] == before
    check_books(market.boss)


def test_kills_in_the_middle_lose_and_double_nothing(market):
    """Requests are repeated under their keys until they are answered, as clients should."""
    moments = random.Random(20261122)
    acknowledged = []
    for turn in range(6):
        keys = [f"{turn}-{number}" for number in range(6)]

        def work(keys=keys, turn=turn, client=market.ann.client, eve=market.eve.client):
            try:
                eve.post(API + "artists", **artist(f"T{turn}", total_fund=3_000_000))
                for key in keys:
                    if client.post(API + "investors", **investor(key=key)).status == 201:
                        acknowledged.append(key)
                    client.post(API + "allocations", method="mean_variance", key=key)
            except (OSError, http.client.HTTPException):
                pass

        worker = threading.Thread(target=work)
        worker.start()
        wanted = len(acknowledged) + moments.randint(0, 4)
        wait_until(lambda: len(acknowledged) >= wanted or not worker.is_alive(), 30, "answers")
        market.kill()
        worker.join(30)
        market.start()
        moved(market)
        known = {one["key"] for one in market.ann.all("investors")}
        assert known >= set(acknowledged)
        for key in keys:
            market.ann.make("investors", **investor(key=key))
            market.ann.make("allocations", method="mean_variance", key=key)
        assert len(market.ann.all("investors")) == 6 * (turn + 1)
        wait_until(lambda: all(one["paid"] for one in market.boss.all("investors")), 20, "paid")
        check_books(market.boss)


def test_the_demo_has_a_primary_market_to_look_at_made_once(tmp_path):
    for start in (1, 2):  # the second one finds what the first has made
        with Server(tmp_path, "--demo", variables=CHEAP) as server:
            boss = Person(add_user(server, f"boss{start}", "--role", "exchange"))
            artists = boss.all("artists")
            assert [one["ticker"] for one in artists] == ["SOLIS", "VEGA", "LYRA", "ORION"]
            assert all(one["listed"] for one in artists)
            investors = boss.all("investors")
            assert len(investors) == 5 and all(one["paid"] for one in investors)
            assert boss.see("investors/1/holdings")["assets"]
            assert len(boss.all("allocations")) == 1
