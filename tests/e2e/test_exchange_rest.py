"""The exchange's REST door from outside: orders and their ends, market data, and every refusal."""

import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.auth_client import CHEAP, AuthClient, user
from support.exchange import API, RULES, Api, market, operate
from support.server import run
from support.ws_client import TEXT, WebSocket, frame

pytestmark = pytest.mark.usefixtures("own_server")

# Ten lots a step; prices and quantities as large as they go, and no most notional.
WIDE = {**RULES, "quantity_step": 10, "quantity_max": 4_294_967_290, "notional_max": 0}


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    with market(tmp_path_factory.mktemp("exchange")) as server:
        operate(server, server.operator_token, "PUT", "symbols/WIDEUSD", WIDE)
        server.ann = server.trader("ann")
        server.bob = server.trader("bob")
        yield server


@pytest.fixture
def ann(venue):
    yield venue.ann
    venue.ann.call("DELETE", "openOrders", symbol="LUNAUSD")


@pytest.fixture
def bob(venue):
    yield venue.bob
    venue.bob.call("DELETE", "openOrders", symbol="LUNAUSD")


def free(api, asset):
    balances = api.must("GET", "account")["balances"]
    (row,) = [row for row in balances if row["asset"] == asset]
    return row["free"], row["locked"]


def refusal(answer, status=400):
    assert answer.status == status, answer
    assert list(answer.json) == ["code", "msg"], answer
    return answer.json["code"], answer.json["msg"]


def test_rules_are_told(venue):
    info = venue.ann.public("exchangeInfo").json
    (symbol,) = [one for one in info["symbols"] if one["symbol"] == "LUNAUSD"]
    assert len(info["symbols"]) == 2 and symbol["status"] == "TRADING"
    filters = {one["filterType"]: one for one in symbol["filters"]}
    assert filters["PRICE_FILTER"]["tickSize"] == "0.05"
    assert filters["LOT_SIZE"]["stepSize"] == "0.01"
    assert filters["NOTIONAL"]["minNotional"] == "0.1000"
    assert venue.ann.public("exchangeInfo", symbols='["LUNAUSD"]').json["symbols"] == [symbol]
    assert venue.ann.public("ping").json == {}
    assert abs(venue.ann.public("time").json["serverTime"] - time.time() * 1000) < 60_000


def test_an_order_rests_trades_and_ends(ann, bob):
    before = free(ann, "LUNA")
    placed = ann.order("SELL", "1.50", "10.50", newClientOrderId="first")
    assert placed["status"] == "NEW" and placed["fills"] == []
    assert placed["clientOrderId"] == "first"
    assert free(ann, "LUNA")[1] == "1.500000"
    depth = ann.public("depth", symbol="LUNAUSD").json
    assert ["10.50", "1.50"] in depth["asks"]
    assert ann.public("ticker/bookTicker", symbol="LUNAUSD").json["askPrice"] == "10.50"

    taken = bob.order("BUY", "0.5")
    assert (taken["status"], taken["executedQty"]) == ("FILLED", "0.50")
    assert taken["cummulativeQuoteQty"] == "5.2500"
    (fill,) = taken["fills"]
    assert (fill["price"], fill["qty"], fill["commissionAsset"]) == ("10.50", "0.50", "USD")
    assert fill["commission"] == "0.0053"  # 0.1 % of 5.25, rounded up
    order = ann.must("GET", "order", symbol="LUNAUSD", origClientOrderId="first")
    assert (order["status"], order["executedQty"]) == ("PARTIALLY_FILLED", "0.50")
    assert ann.must("GET", "openOrders", symbol="LUNAUSD") == [order]
    (mine,) = ann.must("GET", "myTrades", symbol="LUNAUSD", orderId=order["orderId"])
    assert (mine["qty"], mine["isMaker"], mine["isBuyer"]) == ("0.50", True, False)

    canceled = ann.must("DELETE", "order", symbol="LUNAUSD", orderId=order["orderId"])
    assert (canceled["status"], canceled["origClientOrderId"]) == ("CANCELED", "first")
    assert free(ann, "LUNA") == (f"{float(before[0]) - 0.5:.6f}", "0.000000")
    assert ann.must("GET", "openOrders") == []
    newest = ann.must("GET", "allOrders", symbol="LUNAUSD")[-1]
    assert (newest["orderId"], newest["status"]) == (order["orderId"], "CANCELED")
    assert ann.public("trades", symbol="LUNAUSD").json[-1]["price"] == "10.50"
    assert ann.public("aggTrades", symbol="LUNAUSD").json[-1]["q"] == "0.50"
    candle = ann.public("klines", symbol="LUNAUSD", interval="1M").json[-1]
    assert candle[4] == "10.50" and candle[8] >= 1
    assert ann.public("ticker/price", symbol="LUNAUSD").json["price"] == "10.50"
    day = ann.public("ticker/24hr", symbol="LUNAUSD").json
    assert day["lastPrice"] == "10.50" and day["count"] >= 1
    assert ann.public("avgPrice", symbol="LUNAUSD").json["mins"] == 5


def test_kinds_of_orders(ann, bob):
    ann.order("SELL", "1", "12.00")
    fok = bob.must(
        "POST", "order", symbol="LUNAUSD", side="BUY", type="LIMIT", timeInForce="FOK",
        quantity="2", price="12.00",
    )
    assert (fok["status"], fok["executedQty"]) == ("EXPIRED", "0.00")
    ioc = bob.must(
        "POST", "order", symbol="LUNAUSD", side="BUY", type="LIMIT", timeInForce="IOC",
        quantity="2", price="12.00", newOrderRespType="RESULT",
    )
    assert (ioc["status"], ioc["executedQty"], "fills" in ioc) == ("EXPIRED", "1.00", False)
    ann.order("SELL", "5", "12.00")
    budget = bob.must(
        "POST", "order", symbol="LUNAUSD", side="BUY", type="MARKET", quoteOrderQty="30"
    )
    assert budget["status"] == "FILLED" and float(budget["cummulativeQuoteQty"]) <= 30
    maker = {"symbol": "LUNAUSD", "side": "BUY", "type": "LIMIT_MAKER", "quantity": "1"}
    code, message = refusal(bob.call("POST", "order", **maker, price="12.00"))
    assert (code, message) == (-2010, "Order would immediately match and take.")
    assert "status" not in bob.must("POST", "order", **maker, price="9.00")
    stop = bob.must(
        "POST", "order", symbol="LUNAUSD", side="SELL", type="STOP_LOSS_LIMIT", timeInForce="GTC",
        quantity="1", stopPrice="8.00", price="7.90",
    )
    assert list(stop) == ["symbol", "orderId", "orderListId", "clientOrderId", "transactTime"]
    waiting = bob.must("GET", "order", symbol="LUNAUSD", orderId=stop["orderId"])
    assert (waiting["status"], waiting["isWorking"], waiting["stopPrice"]) == ("NEW", False, "8.00")
    iceberg = ann.order("SELL", "10", "15.00", icebergQty="1")
    depth = ann.public("depth", symbol="LUNAUSD", limit=5000).json
    assert ["15.00", "1.00"] in depth["asks"]
    smaller = ann.must(
        "PUT", "order/amend/keepPriority", symbol="LUNAUSD", orderId=iceberg["orderId"], newQty="4"
    )
    assert smaller["amendedOrder"]["origQty"] == "4.00"
    own = ann.must(
        "POST", "order", symbol="LUNAUSD", side="BUY", type="LIMIT", timeInForce="GTC",
        quantity="1", price="20.00", selfTradePreventionMode="EXPIRE_TAKER",
    )
    assert (own["status"], own["executedQty"], own["fills"]) == ("EXPIRED_IN_MATCH", "0.00", [])
    assert len(ann.must("GET", "openOrders", symbol="LUNAUSD")) == 2
    ended = {one["status"] for one in ann.must("DELETE", "openOrders", symbol="LUNAUSD")}
    assert ended == {"CANCELED"}


def test_orders_that_find_nobody_expire_wherever_one_looks(venue):
    """FOK and market orders as the rest of IOC: in the answer, when asked for, and in the news."""
    fay = venue.trader("fay")
    limit = {"type": "LIMIT", "quantity": "1", "price": "5.00"}
    kinds = {
        "ioc": {**limit, "timeInForce": "IOC"},
        "fok": {**limit, "timeInForce": "FOK"},
        "market": {"type": "MARKET", "quantity": "1"},
        "budget": {"type": "MARKET", "quoteOrderQty": "30"},
    }
    key = fay.send("POST", API + "userDataStream", None, {"X-MBX-APIKEY": fay.key})
    with WebSocket(venue.base_url) as link:
        link.open("/exchange/ws/" + key.json["listenKey"])
        for name, kind in kinds.items():
            named = {"symbol": "WIDEUSD"}  # whose book is empty
            placed = fay.must("POST", "order", **named, side="BUY", newClientOrderId=name, **kind)
            assert (placed["status"], placed["workingTime"]) == (
                "EXPIRED", placed["transactTime"],
            )
            by_client = fay.must("GET", "order", **named, origClientOrderId=name)
            by_id = fay.must("GET", "order", **named, orderId=placed["orderId"])
            assert by_client == by_id
            assert (by_id["status"], by_id["clientOrderId"]) == ("EXPIRED", name)
            assert by_id["workingTime"] == placed["workingTime"] and by_id["isWorking"]
            assert fay.must("GET", "allOrders", **named)[-1] == by_id
            news = []
            while len(news) < 2:
                _, text, _ = link.read()
                said = json.loads(text)
                if said["e"] == "executionReport":
                    news.append((said["x"], said["X"], said["c"], said["i"], said["z"]))
            i = placed["orderId"]
            assert news == [(end, end, name, i, "0.00") for end in ("NEW", "EXPIRED")]
            assert refusal(fay.call("DELETE", "order", **named, orderId=i))[0] == -2011


def test_an_amendment_that_is_refused_says_why(ann):
    named = {"symbol": "WIDEUSD"}
    placed = ann.must("POST", "order", **{**GOOD, **named})
    named["orderId"] = placed["orderId"]

    def amend(quantity):
        return ann.call("PUT", "order/amend/keepPriority", **named, newQty=quantity)

    assert refusal(amend("0.95")) == (-1013, "Filter failure: LOT_SIZE")
    assert refusal(amend("1.00"))[0] == -2038
    assert amend("0.90").json["amendedOrder"]["origQty"] == "0.90"
    ann.must("DELETE", "order", **named)
    assert refusal(amend("0.50")) == (-2011, "Unknown order sent.")


GOOD = {
    "symbol": "LUNAUSD", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "quantity": "1",
    "price": "5.00",
}
BAD_ORDERS = [
    ({"symbol": "NOPE"}, -1121, "Invalid symbol."),
    ({"symbol": None}, -1102, "Mandatory parameter 'symbol' was not sent, was empty/null, or "
     "malformed."),
    ({"side": "HOLD"}, -1117, "Invalid side."),
    ({"type": "TAKE_PROFIT"}, -1116, "Invalid orderType."),
    ({"timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
    ({"quantity": None}, -1102, "Mandatory parameter 'quantity' was not sent, was empty/null, or "
     "malformed."),
    ({"quantity": ""}, -1105, "Parameter 'quantity' was empty."),
    ({"quantity": "1e3"}, -1100, "Illegal characters found in parameter 'quantity'; legal range is "
     "'^([0-9]{1,20})(\\.[0-9]{1,20})?$'."),
    ({"quantity": "-1"}, -1100, "Illegal characters found in parameter 'quantity'; legal range is "
     "'^([0-9]{1,20})(\\.[0-9]{1,20})?$'."),
    ({"quantity": "0"}, -1013, "Invalid quantity."),
    ({"quantity": "0.001"}, -1013, "Filter failure: LOT_SIZE"),
    ({"quantity": "99999999999999999999"}, -1013, "Filter failure: LOT_SIZE"),
    ({"quantity": "1000000.01"}, -1013, "Filter failure: LOT_SIZE"),
    ({"quantity": "0.01"}, -1013, "Filter failure: NOTIONAL"),
    ({"price": "5.01"}, -1013, "Filter failure: PRICE_FILTER"),
    ({"price": "5.123456789"}, -1111, "Parameter 'price' has too much precision."),
    ({"price": "999999999999"}, -1013, "Filter failure: PRICE_FILTER"),
    ({"quantity": "1000000", "price": "200000000"}, -1013, "Filter failure: NOTIONAL"),
    ({"symbol": "WIDEUSD", "quantity": "40000000", "price": "200000000"}, -1013,
     "Price * QTY is too large."),
    ({"symbol": "WIDEUSD", "quantity": "0.95"}, -1013, "Filter failure: LOT_SIZE"),
    ({"quantity": "200000", "price": "5.00"}, -2010,
     "Account has insufficient balance for requested action."),
    ({"newClientOrderId": "a b"}, -1100, "Illegal characters found in parameter "
     "'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'."),
    ({"newClientOrderId": "x" * 37}, -1100, "Illegal characters found in parameter "
     "'newClientOrderId'; legal range is '^[\\.A-Z\\:/a-z0-9_-]{1,36}$'."),
    ({"stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
    ({"icebergQty": "2"}, -2010, "IcebergQty exceeds QTY."),
    ({"recvWindow": "60001"}, -1131, "recvWindow must be less than 60000"),
    ({"timestamp": "1499827319559"}, -1021,
     "Timestamp for this request is outside of the recvWindow."),
    ({"timestamp": "99499827319559"}, -1021,
     "Timestamp for this request was 1000ms ahead of the server's time."),
    ({"timestamp": "soon"}, -1100, "Illegal characters found in parameter 'timestamp'; legal range "
     "is '^[0-9]{1,20}$'."),
    ({"timestamp": None}, -1102, "Mandatory parameter 'timestamp' was not sent, was empty/null, or "
     "malformed."),
    ({"misspelt": "1"}, -1104, "Not all sent parameters were read; read '8' parameter(s) but was "
     "sent '9'."),
]


@pytest.mark.parametrize("wrong, code, message", BAD_ORDERS)
def test_a_wrong_order_is_refused_and_changes_nothing(ann, wrong, code, message):
    before = ann.must("GET", "account")["balances"], ann.public("depth", symbol="LUNAUSD").json
    answer = ann.call("POST", "order", **{**GOOD, **wrong})
    assert refusal(answer) == (code, message)
    tested = ann.call("POST", "order/test", **{**GOOD, **wrong})
    if "balance" in message:  # of which a test is free
        assert tested.json == {}
    else:
        assert refusal(tested) == (code, message)
    after = ann.must("GET", "account")["balances"], ann.public("depth", symbol="LUNAUSD").json
    assert before[0] == after[0]
    assert (before[1]["bids"], before[1]["asks"]) == (after[1]["bids"], after[1]["asks"])


def test_a_client_order_id_is_taken_while_its_order_lives(ann):
    placed = ann.order("BUY", "1", "5.00", newClientOrderId="twin")
    again = ann.call("POST", "order", **GOOD, newClientOrderId="twin")
    assert refusal(again) == (-2010, "Duplicate order sent.")
    ann.must("DELETE", "order", symbol="LUNAUSD", origClientOrderId="twin")
    assert ann.order("BUY", "1", "5.00", newClientOrderId="twin")["orderId"] > placed["orderId"]


def test_orders_that_are_not_there(ann, bob):
    placed = ann.order("BUY", "1", "5.00")
    named = {"symbol": "LUNAUSD", "orderId": placed["orderId"]}
    assert refusal(bob.call("DELETE", "order", **named)) == (-2011, "Unknown order sent.")
    assert refusal(bob.call("GET", "order", **named)) == (-2013, "Order does not exist.")
    assert refusal(bob.call("DELETE", "openOrders", symbol="LUNAUSD"))[0] == -2011
    assert refusal(ann.call("DELETE", "order", symbol="LUNAUSD", orderId=1 << 60))[0] == -2011
    assert refusal(ann.call("GET", "order", symbol="LUNAUSD")) == (
        -1102,
        "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
    )
    assert ann.must("GET", "order", **named)["status"] == "NEW"


def test_keys_and_signatures(venue, ann):
    path = API + "account?"
    signed = ann.query({})

    def get(text, key=ann.key):
        return ann.send("GET", path + text, None, {"X-MBX-APIKEY": key} if key else {})

    assert get(signed).status == 200
    in_capitals = signed.upper().replace("TIMESTAMP", "timestamp").replace("SIGNATURE", "signature")
    assert in_capitals != signed and get(in_capitals).status == 200
    assert refusal(get(signed, None), 401) == (-2014, "API-key format invalid.")
    assert refusal(get(signed, "short"), 401) == (-2014, "API-key format invalid.")
    unknown = (-2015, "Invalid API-key, IP, or permissions for action.")
    assert refusal(get(signed, "0" * 32), 401) == unknown
    wrong = signed[:-1] + ("0" if signed[-1] != "0" else "1")
    invalid = (-1022, "Signature for this request is not valid.")
    assert refusal(get(wrong)) == invalid
    assert refusal(get("recvWindow=1&" + signed)) == invalid
    assert refusal(get(signed.split("&signature")[0]))[0] == -1102
    other = venue.bob
    assert refusal(get(other.query({}))) == invalid
    body = {"X-MBX-APIKEY": ann.key, "Content-Type": "application/json"}
    code, message = refusal(ann.send("POST", API + "order", json.dumps(GOOD), body))
    assert code == -1130 and "form" in message
    twice = ann.send("GET", API + "depth?symbol=LUNAUSD&symbol=LUNAUSD")
    assert refusal(twice) == (-1101, "Duplicate values for a parameter detected.")
    assert refusal(ann.send("GET", API + "depth?symbol=%zz"))[0] == -1100
    assert refusal(ann.public("klines", symbol="LUNAUSD", interval="7m"))[0] == -1120
    assert refusal(ann.public("depth", symbol="LUNAUSD", limit="x"))[0] == -1100
    assert refusal(ann.public("depth", symbol="LUNAUSD", limit=0))[0] == -1130


def test_what_is_too_large_is_refused(venue, ann):
    form = {"X-MBX-APIKEY": ann.key, "Content-Type": "application/x-www-form-urlencoded"}
    for body in ("quantity=" + "1" * 1_000_000, "&".join(f"p{i}=1" for i in range(1_000))):
        assert refusal(ann.send("POST", API + "order", body, form))[0] == -1101
    operator = {"Authorization": f"Bearer {venue.operator_token}"}
    deep = ann.send("PUT", "/exchange/v1/assets/DEEP", "[" * 100_000, operator)
    assert (deep.status, deep.json["code"]) == (413, "json_too_large")
    with WebSocket(venue.base_url) as link:
        link.open("/exchange/ws")
        link.send(frame(TEXT, b" " * (16 << 10)))
        kind, text, _ = link.read()
        assert kind == TEXT and b"-1130" in text
        link.send(frame(TEXT, b" " * ((16 << 10) + 1)))
        assert link.read_close() == 1009
    with WebSocket(venue.base_url) as link:
        link.open("/exchange/ws")
        link.send(frame(TEXT, b'{"method":"LIST_SUBSCRIPTIONS"}') * 1_000)
        assert link.read_close() == 1008  # it asks faster than it is answered


def test_query_and_form_may_be_mixed(ann):
    query = "symbol=LUNAUSD&side=BUY&type=LIMIT&timeInForce=GTC"
    body = f"quantity=1&price=5.00&timestamp={int(time.time() * 1000)}"
    headers = {"X-MBX-APIKEY": ann.key, "Content-Type": "application/x-www-form-urlencoded"}
    body += "&signature=" + ann.sign(query + body)
    placed = ann.send("POST", API + "order?" + query, body, headers)
    assert placed.status == 200, placed
    assert ann.must("POST", "order/test", **GOOD) == {}
    rates = ann.must("POST", "order/test", **GOOD, computeCommissionRates="true")
    assert rates["standardCommissionForOrder"] == {"maker": "0.000000", "taker": "0.001000"}
    assert rates["discount"]["enabledForSymbol"] is False


def test_tokens_and_sessions_call_too(venue):
    cleo = venue.trader("cleo")
    bearer = {"Authorization": f"Bearer {cleo.token}"}
    assert cleo.send("GET", API + "account", None, bearer).json["uid"] >= 1000
    form = {**bearer, "Content-Type": "application/x-www-form-urlencoded"}
    fields = "&".join(f"{name}={value}" for name, value in GOOD.items())
    assert cleo.send("POST", API + "order", fields, form).json["status"] == "NEW"

    page = AuthClient(venue.base_url).sign_in("cleo")
    assert page.get(API + "openOrders").json[0]["price"] == "5.00"
    refused = page.request("DELETE", API + "openOrders?symbol=LUNAUSD")
    assert (refused.status, refused.code) == (403, "foreign_request")
    shown = page.request(
        "DELETE", API + "openOrders?symbol=LUNAUSD", None, {"X-CSRF-Token": page.csrf}
    )
    assert shown.status == 200 and len(shown.json) == 1
    (token,) = page.get("/auth/tokens").json["tokens"]
    key = page.request("POST", f"/exchange/api/v1/keys?id={token['id']}", None,
                       {"X-CSRF-Token": page.csrf})
    assert key.json == {"apiKey": cleo.key, "secretKey": cleo.secret}
    other = AuthClient(venue.base_url).sign_in("bob")
    foreign = other.request("POST", f"/exchange/api/v1/keys?id={token['id']}", None,
                            {"X-CSRF-Token": other.csrf})
    assert (foreign.status, foreign.code) == (404, "not_found")

    # A token that is ended ends its key.
    assert page.post("/auth/tokens/end", id=token["id"]).status == 200
    assert refusal(cleo.call("GET", "account"), 401)[0] == -2015


def test_a_key_by_command(venue):
    def key(name, *more):
        place = ("--env", "test", "--data", venue.data)
        return run(venue.folder, "exchange", "key", name, *more, *place, variables=CHEAP)

    made = key("bob", "--json")
    assert made.returncode == 0, made.stdout
    shown = json.loads(made.stdout)
    api = Api(venue.base_url, shown["apiKey"], shown["secretKey"])
    assert api.must("GET", "account")["uid"] == venue.bob.must("GET", "account")["uid"]
    bearer = {"Authorization": f"Bearer {shown['token']}"}
    assert api.send("GET", API + "account", None, bearer).status == 200
    tokens = AuthClient(venue.base_url).sign_in("bob").get("/auth/tokens").json["tokens"]
    assert key("bob", "--dry-run").returncode == 0
    after = AuthClient(venue.base_url).sign_in("bob").get("/auth/tokens").json["tokens"]
    assert [one["id"] for one in after] == [one["id"] for one in tokens]
    assert key("nobody").returncode == 1


def test_a_disabled_user_is_out(venue):
    dan = venue.trader("dan")
    assert dan.call("GET", "account").status == 200
    said, code = user(venue, "disable", "dan")
    assert code == 0, said
    deadline = time.monotonic() + 20  # another process: after the guard's memory
    while dan.call("GET", "account").status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert refusal(dan.call("GET", "account"), 401)[0] == -2015


def test_a_suspended_account_may_only_cancel(venue, ann):
    eve = venue.trader("eve")
    uid = eve.must("GET", "account")["uid"]
    operate(venue, venue.operator_token, "PUT", f"accounts/{uid}/suspension", {"suspended": True})
    assert refusal(eve.call("POST", "order", **GOOD)) == (
        -2010,
        "This account may not place or cancel orders.",
    )


def test_assets_that_are_defined_at_once_are_all_there(venue, ann):
    """Each of the operators finds the same id free."""
    def define(name):
        operate(venue, venue.operator_token, "PUT", f"assets/{name}", {"decimals": 2})

    names = [f"NEW{i}" for i in range(8)]
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(define, names))
    assert {row["asset"] for row in ann.must("GET", "account")["balances"]} >= set(names)


def test_an_auction_and_a_bust(venue, ann, bob):
    def phase(name):
        operate(venue, venue.operator_token, "PUT", "symbols/LUNAUSD/phase", {"phase": name})

    before = free(ann, "LUNA"), free(bob, "USD")
    phase("opening_call")
    (symbol,) = ann.public("exchangeInfo", symbol="LUNAUSD").json["symbols"]
    assert symbol["status"] == "AUCTION_MATCH"
    assert ann.order("SELL", 5, "10.10")["status"] == "NEW"
    assert bob.order("BUY", 3, "10.30")["status"] == "NEW"
    refusal(bob.call("POST", "order", **{**GOOD, "type": "MARKET", "timeInForce": None,
                                         "price": None}))
    auction = ann.send("GET", "/exchange/v1/auction?symbol=LUNAUSD").json
    assert (auction["phase"], auction["price"], auction["quantity"]) == (
        "opening_call", "10.10", "3.00",
    )
    assert (auction["surplus"], auction["surplusSide"]) == ("2.00", "SELL")
    phase("continuous")
    assert "price" not in ann.send("GET", "/exchange/v1/auction?symbol=LUNAUSD").json
    (trade,) = bob.must("GET", "myTrades", symbol="LUNAUSD", limit=1)
    assert trade["qty"] == "3.00" and trade["isBuyer"]
    bust = f"symbols/LUNAUSD/trades/{trade['id']}/bust"
    operate(venue, venue.operator_token, "POST", bust, {})
    assert trade not in bob.must("GET", "myTrades", symbol="LUNAUSD")
    ann.call("DELETE", "openOrders", symbol="LUNAUSD")
    assert (free(ann, "LUNA"), free(bob, "USD")) == before
    phase("halted")
    for path in ("order", "order/test"):
        assert refusal(ann.call("POST", path, **GOOD)) == (-2010, "Market is closed.")
    phase("continuous")


def test_a_definition_comes_back_while_its_market_is_in_a_volatility_call(venue):
    call = {"phase": "volatility_call"}

    def put(path, body):
        operate(venue, venue.operator_token, "PUT", "symbols/" + path, body)

    put("WIDEUSD/phase", call)
    put("WIDEUSD", {**WIDE, **call})
    put("WIDEUSD/phase", {"phase": "continuous"})
    with pytest.raises(AssertionError, match="definition_invalid.*begins in a volatility call"):
        put("CALLUSD", {**WIDE, **call})


def test_limits_of_weight_and_orders(tmp_path):
    limits = ("--set", "apps.exchange.weight_per_minute=400", "--set",
              "apps.exchange.orders_per_10s=2")
    with market(tmp_path, *limits) as server:
        ann = server.trader("ann")
        assert ann.public("exchangeInfo").json["rateLimits"][0]["limit"] == 400
        placed = ann.call("POST", "order", **GOOD)
        assert placed.status == 200 and int(placed.headers["X-MBX-USED-WEIGHT-1M"]) >= 21
        statuses = [ann.call("POST", "order", **GOOD).status for _ in range(2)]
        assert statuses in ([200, 429], [200, 200])  # another window may have begun
        api = Api(server.base_url)
        deep = api.public("depth", symbol="LUNAUSD", limit=5000)
        assert deep.status == 200
        limited = api.public("depth", symbol="LUNAUSD", limit=5000)
        assert refusal(limited, 429)[0] == -1003
        assert 1 <= int(limited.headers["Retry-After"]) <= 60
        # Who guesses signatures is counted as well. Another minute may begin meanwhile.
        forged = API + "account?timestamp=1&signature=" + "0" * 64
        key = {"X-MBX-APIKEY": ann.key}
        guesses = [api.send("GET", forged, None, key) for _ in range(26)]
        assert {guess.status for guess in guesses} <= {400, 429}
        limited = next(guess for guess in guesses if guess.status == 429)
        assert refusal(limited, 429)[0] == -1003
        assert 1 <= int(limited.headers["Retry-After"]) <= 60
        assert int(limited.headers["X-MBX-USED-WEIGHT-1M"]) > 400
