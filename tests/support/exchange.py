"""A market to test with, and a client that signs its calls as Binance's do: stdlib only."""

import hashlib
import hmac
import http.client
import json
import time
import urllib.parse
from contextlib import contextmanager
from types import SimpleNamespace

from support.auth_client import CHEAP, add_user, user
from support.server import Server

API = "/exchange/api/v3/"
# 0.01 LUNA a lot, 0.05 USD a tick.
RULES = {
    "base": "LUNA",
    "quote": "USD",
    "lot_base": 10_000,
    "tick_quote": 5,
    "reference": 200,
    "taker_fee": 1000,
    "notional_min": 1_000,
    "notional_max": 100_000_000_000,
    "quantity_max": 100_000_000,
}


class Api:
    """One account's calls, over one connection."""

    def __init__(self, base_url, key=None, secret=None):
        self.base_url = base_url
        self.key = key
        self.secret = secret
        url = urllib.parse.urlsplit(base_url)
        self._connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)

    def close(self):
        self._connection.close()

    def send(self, method, path, body=None, headers=None):
        self._connection.request(method, path, body, headers or {})
        answer = self._connection.getresponse()
        text = answer.read()
        return SimpleNamespace(
            status=answer.status, headers=answer.headers, text=text.decode(), json=json.loads(text)
        )

    def public(self, path, **parameters):
        return self.send("GET", API + path + "?" + urllib.parse.urlencode(parameters))

    def sign(self, text):
        return hmac.new(self.secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    def query(self, parameters):
        parameters = {"timestamp": int(time.time() * 1000), **parameters}
        text = urllib.parse.urlencode({k: v for k, v in parameters.items() if v is not None})
        return f"{text}&signature={self.sign(text)}"

    def call(self, method, path, **parameters):
        """Signed; the parameters of a POST are a form, else a query."""
        signed = self.query(parameters)
        headers = {"X-MBX-APIKEY": self.key}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return self.send(method, API + path, signed, headers)
        return self.send(method, API + path + "?" + signed, None, headers)

    def must(self, method, path, **parameters):
        answer = self.call(method, path, **parameters)
        assert answer.status == 200, answer
        return answer.json

    def order(self, side, quantity, price=None, **more):
        """A limit order, or a market order without a price."""
        parameters = {"symbol": "LUNAUSD", "side": side, "quantity": quantity}
        if price is None:
            parameters["type"] = "MARKET"
        else:
            parameters.update({"type": "LIMIT", "timeInForce": "GTC", "price": price})
        return self.must("POST", "order", **{**parameters, **more})


@contextmanager
def market(folder, *arguments, variables=None):
    """A server with the symbol LUNAUSD; `server.trader(name)` is an account with money."""
    money = "USD:1000000 LUNA:10000"
    server = Server(
        folder,
        "--set",
        "apps.exchange.enabled=true",
        "--set",
        f"apps.exchange.new_accounts_get={money}",
        *arguments,
        variables={**CHEAP, **(variables or {})},
    )
    with server:
        operator = add_user(server, "olga")
        said, code = user(server, "role", "olga", "exchange")
        assert code == 0, said
        operator = operator.sign_in("olga")
        token = make_token(operator)
        operate(server, token, "PUT", "assets/LUNA", {"decimals": 6})
        operate(server, token, "PUT", "assets/USD", {"decimals": 4})
        operate(server, token, "PUT", "symbols/LUNAUSD", RULES)
        server.operator_token = token
        server.operator = operator
        server.trader = lambda name, **more: trader(server, name, **more)
        yield server


def make_token(client, label="bot"):
    got = client.post("/auth/tokens", label=label, roles="*")
    assert got.status in (200, 201), got
    return got.json["token"]


def operate(server, token, method, path, body):
    api = Api(server.base_url)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    answer = api.send(method, "/exchange/v1/" + path, json.dumps(body), headers)
    api.close()
    assert answer.status == 200, answer
    return answer.json


def trader(server, name):
    """A new user's account: its client signs."""
    person = add_user(server, name)
    token = make_token(person)
    api = Api(server.base_url)
    headers = {"Authorization": f"Bearer {token}"}
    answer = api.send("POST", "/exchange/api/v1/keys", None, headers)
    assert answer.status == 200, answer
    api.key, api.secret = answer.json["apiKey"], answer.json["secretKey"]
    api.token = token
    api.person = person
    return api
