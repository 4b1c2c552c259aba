"""Clients that do not read what they asked for, by every door, while orders go through: all orders
are answered, memory stays bounded, each client is conflated or ended as documented, and whoever
comes afterwards finds the book as it is."""

import json
import re
import socket

import pytest

from support.exchange import API, market
from support.fix import FixClient
from support.server import wait_until
from support.ws_client import CLOSE, PING, TEXT, WebSocket

pytestmark = pytest.mark.usefixtures("own_server")

TOO_SLOW = 1013
SALES = 130  # one lot each, taken by one order
GROWTH_MAX = 64 << 20  # the buffers of all clients here have less


@pytest.fixture(scope="module")
def venue(tmp_path_factory):
    fix = {"MAINSTAY__APPS__EXCHANGE__FIX_LISTEN": "127.0.0.1:0"}
    with market(tmp_path_factory.mktemp("slow"), variables=fix) as server:
        server.says("exchange.fix.listening")
        server.fix_port = int(re.search(r"fix\.listening\b.*?port\W+(\d+)", server.output())[1])
        server.ann, server.bob = server.trader("ann"), server.trader("bob")
        yield server


def narrow(port):
    """A socket on the way to which little fits: a small window, and small segments, which the
    sender's buffer grows with."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    made.settimeout(20)
    made.connect(("127.0.0.1", port))
    return made


def listen(venue, path, is_narrow=True):
    link = WebSocket(venue.base_url, connected=narrow(venue.port) if is_narrow else None)
    assert " 101 " in link.open("/exchange/" + path)
    return link


def metric(venue, name):
    link = WebSocket(venue.base_url)
    with link:
        link.send(b"GET /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        text = link.read_bytes(link.read_head()).decode()
    return float(re.search(rf"^{name} (\S+)$", text, re.MULTILINE)[1])


def resident(venue):
    with open(f"/proc/{venue.process.pid}/status") as status:
        return int(re.search(r"VmRSS:\s+(\d+)", status.read())[1]) << 10


class Book:
    """Kept as docs/exchange.md says: a snapshot, and the differences behind it."""

    def __init__(self, venue, link):
        self.link = link
        snapshot = venue.ann.public("depth", symbol="LUNAUSD", limit=5000).json
        self.last = snapshot["lastUpdateId"]
        self.bids, self.asks = dict(snapshot["bids"]), dict(snapshot["asks"])
        self.messages = 0

    def follow_until(self, end):
        while self.last < end:
            kind, text, _ = self.link.read()
            if kind == PING:
                continue
            assert kind == TEXT, (kind, text)
            told = json.loads(text)
            if told["u"] <= self.last:
                continue
            assert told["U"] <= self.last + 1, "a gap"
            for side, changes in ((self.bids, told["b"]), (self.asks, told["a"])):
                for price, quantity in changes:
                    side[price] = quantity
                    if float(quantity) == 0:
                        del side[price]
            self.last = told["u"]
            self.messages += 1

    def levels(self):
        return {"bids": self.bids, "asks": self.asks}


def shown(venue):
    depth = venue.ann.public("depth", symbol="LUNAUSD", limit=5000).json
    return {side: dict(depth[side]) for side in ("bids", "asks")}


def trade(venue, round_):
    """Every call is answered, or it fails here."""
    price = f"{10 + round_ % 40 * 0.05:.2f}"
    for _ in range(SALES):
        venue.bob.order("SELL", "0.01", price, newOrderRespType="ACK")
    taken = venue.ann.order("BUY", f"{SALES / 100:.2f}", price, newOrderRespType="FULL")
    assert taken["status"] == "FILLED" and len(taken["fills"]) == SALES


def test_streams_that_are_not_read_cost_nobody_else_anything(venue):
    headers = {"X-MBX-APIKEY": venue.ann.key}
    key = venue.ann.send("POST", API + "userDataStream", None, headers).json["listenKey"]
    with (
        listen(venue, "stream?streams=lunausd@depth@100ms/lunausd@trade") as both,
        listen(venue, "ws/lunausd@depth@100ms") as narrow_book,
        listen(venue, f"ws/{key}") as news,
        listen(venue, "ws/lunausd@depth@100ms", is_narrow=False) as read_link,
    ):
        slow, read = Book(venue, narrow_book), Book(venue, read_link)
        before = resident(venue)
        orders = 0
        while metric(venue, "exchange_stream_cut_off") < 2:
            trade(venue, orders)
            orders += 1
            assert orders < 60, "nobody was too slow"
        # Prices come and go beyond what fits, so that this one is conflated.
        for round_ in range(4):
            for tick in range(30):
                venue.bob.order("SELL", "0.05", f"{20 + tick * 0.05 + round_ * 1.5:.2f}")
        last = venue.ann.order("BUY", "1", "5.00")["orderId"]
        assert resident(venue) - before < GROWTH_MAX
        assert both.read_close() == TOO_SLOW
        assert news.read_close() == TOO_SLOW
        read.follow_until(last)
        slow.follow_until(last)
        assert slow.levels() == read.levels() == shown(venue)
    with listen(venue, "ws/lunausd@depth@100ms", is_narrow=False) as link:
        fresh = Book(venue, link)
        last = venue.ann.order("BUY", "1", "5.05")["orderId"]
        fresh.follow_until(last)
        assert fresh.levels() == shown(venue)
    wait_until(lambda: metric(venue, "exchange_stream_connections") == 0, 20, "all have gone")


def test_a_fix_client_that_does_not_read_is_ended_and_loses_nothing(venue):
    before = resident(venue)

    def begin(number, wrap):
        client = FixClient(venue.fix_port, "SLOW", connected=wrap)
        client.number = number
        client.log_on("bob", venue.bob.token)
        return client

    with begin(1, narrow(venue.fix_port)) as slow:
        for i in range(100):
            fields = f"11=f{i}|55=LUNAUSD|54=2|38=0.01|40=2|44=15.00|59=1|"
            slow.send("D", fields + "60=20261122-10:00:00|")
        for i in range(200):  # reports of all of them, which nobody reads
            try:
                slow.send("AF", f"584=s{i}|585=7|")
            except OSError:
                break
        for round_ in range(3):
            trade(venue, round_)
        wait_until(lambda: metric(venue, "exchange_fix_slow_readers") == 1, 30, "its end")
        sent = slow.number
    taken = [venue.ann.order("BUY", "0.10", "15.00")["status"] for _ in range(10)]
    assert taken == ["FILLED"] * 10
    assert resident(venue) - before < GROWTH_MAX
    with begin(sent, None) as back:
        logon = back.expect("A")
        back.send("2", "7=1|16=0|")
        filled = set()
        while len(filled) < 100:
            message = back.receive()
            assert message is not None, (logon, len(filled))
            if message.type == "8" and message[150] == "F":
                filled.add(message[11])
        assert filled == {f"f{i}" for i in range(100)}
