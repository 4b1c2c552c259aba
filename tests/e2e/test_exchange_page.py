"""The page /exchange as people use it, in headless Chromium, on a market of the test's own."""

import re
from types import SimpleNamespace

import pytest

from support.auth_client import CHEAP, PASSWORD, AuthClient, add_user
from support.browser import Browser, Key, missing
from support.exchange import RULES, market, operate
from support.server import Server

REFUSED = "Failed to load resource: the server responded with a status of "
ON = {**CHEAP, "MAINSTAY__APPS__EXCHANGE__ENABLED": "true"}
TRADES = "Trades, the newest first"


class Trader:
    """An account that trades one symbol by REST."""

    def __init__(self, api, symbol="LUNAUSD"):
        self.api = api
        self.symbol = symbol

    def order(self, side, quantity, price):
        return self.api.order(side, quantity, price, symbol=self.symbol)

    def cancel(self, placed):
        self.api.must("DELETE", "order", symbol=self.symbol, orderId=placed["orderId"])

    def quote(self):
        """Ten levels a side around 10.00, 10 to 100 of each."""
        for i in range(1, 11):
            self.order("SELL", 10 * i, f"{10 + i * 0.05:.2f}")
            self.order("BUY", 10 * i, f"{10 - i * 0.05:.2f}")


@pytest.fixture(scope="module")
def server(tmp_path_factory, pytestconfig):
    """One for all tests; each has a symbol of its own."""
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    with market(tmp_path_factory.mktemp("exchange")) as started:
        started.bob = started.trader("bob")
        started.symbols = 0
        yield started


@pytest.fixture(scope="module")
def window():
    if what := missing():
        pytest.skip(f"browser: {what}")
    with Browser() as browser:
        yield browser


@pytest.fixture
def venue(server):
    """A symbol with bob's orders in its book."""
    server.symbols += 1
    symbol = f"T{server.symbols}USD"
    operate(server, server.operator_token, "PUT", f"symbols/{symbol}", RULES)
    bob = Trader(server.bob, symbol)
    bob.quote()
    return SimpleNamespace(
        base_url=server.base_url,
        symbol=symbol,
        bob=bob,
        operator=server.operator,
        trader=lambda name: Trader(server.trader(name), symbol),
    )


class Page:
    """What a person does there, and sees."""

    def __init__(self, browser, base_url, symbol=""):
        self.browser = browser
        self.base_url = base_url
        self.symbol = symbol
        self.before = len(browser.complaints()), len(browser.foreign_requests(base_url))

    def open(self, person=None):
        """As somebody who has signed in, or nobody."""
        self.browser.devtools("Network.clearBrowserCookies")
        for name, value in (person.cookies if person else {}).items():
            set_ = self.browser.devtools("Network.setCookie", name=name, value=value, path="/",
                                         url=self.base_url, secure=True, httpOnly=True)
            assert set_["success"], name
        self.browser.open(f"{self.base_url}/exchange?{self.symbol}#{self.symbol}")
        if person:
            self.browser.wait("return document.querySelector('form[aria-label=Order]') !== null")
        return self.live()

    def live(self):
        self.shows("Live", "#link")
        return self

    def sign_in(self, name):
        """By the page's own link, and back."""
        self.browser.click("#who a")
        self.browser.wait("return document.querySelector('[name=login]') !== null")
        self.browser.type("[name=login]", name)
        self.browser.type("[name=password]", PASSWORD)
        self.browser.press(Key.ENTER)
        self.browser.wait("return location.pathname === '/exchange'"
                          " && document.querySelector('form[aria-label=Order]') !== null")
        return self.live()

    def shows(self, text, within="body"):
        self.browser.wait(
            "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])",
            within, text,
        )

    def choose(self, name, value):
        self.browser.click(f"#order [name={name}] option[value={value}]")

    def send(self, **values):
        for name, value in values.items():
            self.browser.type(f"#order [name={name}]", value)
        self.browser.click("#order [type=submit]")

    def levels(self, side):
        """[price, quantity, total] of each level that is shown, the best first."""
        rows = self.browser.run(
            "return [...document.querySelectorAll(`.ladder tr.${arguments[0]}`)]"
            "  .map((row) => [...row.cells].map((cell) => cell.textContent))", side
        )
        rows = rows[::-1] if side == "ask" else rows
        return [row for row in rows if row[0]]

    def until_levels(self, side, *expected):
        self.browser.wait(
            "const rows = [...document.querySelectorAll(`.ladder tr.${arguments[0]}`)]"
            "  .map((row) => [row.cells[0].textContent, row.cells[1].textContent].join(' '))"
            "  .filter((text) => text !== ' ');"
            "if (arguments[0] === 'ask') rows.reverse();"
            "return arguments[1].every((text, i) => rows[i] === text)", side, list(expected)
        )

    def rows(self, region):
        """The texts of the rows of a live table, by its name."""
        return self.browser.run(
            "return [...document.querySelectorAll(`[aria-label='${arguments[0]}'] tbody tr`)]"
            "  .map((row) => row.innerText.split('\\t').map((text) => text.trim()))", region
        )

    def until_row(self, region, *texts):
        self.browser.wait(
            "return [...document.querySelectorAll(`[aria-label='${arguments[0]}'] tbody tr`)]"
            "  .some((row) => arguments[1].every((text) => row.innerText.includes(text)))",
            region, list(texts),
        )

    def settled(self, *refusals):
        """Nothing went elsewhere, nothing was complained of but these statuses."""
        complaints, foreign = self.before
        own = self.base_url.replace("http", "ws")
        elsewhere = self.browser.foreign_requests(self.base_url)[foreign:]
        assert [one for one in elsewhere if not one.startswith(own)] == []
        strange = [one for one in self.browser.complaints()[complaints:]
                   if not any(f"{REFUSED}{status} " in one for status in refusals)]
        assert strange == []


@pytest.fixture
def page(window, venue):
    return Page(window, venue.base_url, venue.symbol)


def test_anybody_watches_the_market_live(page, venue):
    page.open()
    page.until_levels("ask", "10.05 10.00", "10.10 20.00")
    page.until_levels("bid", "9.95 10.00", "9.90 20.00")
    assert [row[2] for row in page.levels("ask")[:3]] == ["10.00", "30.00", "60.00"]
    page.shows("spread 0.10", ".ladder")
    page.shows("continuous trading", "#top")
    page.shows("No trades yet", "#trades")

    venue.bob.order("SELL", 7, "10.00")
    page.until_levels("ask", "10.00 7.00", "10.05 10.00")
    venue.trader("eve").order("BUY", 12, "10.05")  # 7 at 10.00, 5 at 10.05
    page.until_levels("ask", "10.05 5.00", "10.10 20.00")
    page.until_row(TRADES, "10.05", "5.00")
    assert [row[1:] for row in page.rows(TRADES)] == [["10.05", "5.00"], ["10.00", "7.00"]]
    page.shows("10.05", ".ladder .last")
    page.shows("12 LUNA", ".figures")
    page.shows("open 10.00 high 10.05 low 10.00 close 10.05 volume 12.00", ".reading")
    assert page.browser.count(".candle") >= 1

    placed = venue.bob.order("BUY", 3, "10.00")
    page.until_levels("bid", "10.00 3.00")
    venue.bob.cancel(placed)
    page.until_levels("bid", "9.95 10.00")
    page.settled()


def test_the_chart_is_read_by_keys_and_as_a_table(page, venue):
    venue.trader("fay").order("BUY", 15, "10.10")
    browser = page.browser
    page.open()
    browser.click("#chart [role=group] button")  # 1s
    browser.wait("return document.querySelector('#chart [aria-pressed=true]').textContent === '1s'")
    browser.wait("return document.querySelectorAll('.candle').length > 1")  # time goes on
    browser.run("document.querySelector('.candles svg').focus()")
    browser.press(Key.HOME)
    page.shows("open 10.05 high 10.10 low 10.05 close 10.10 volume 15.00", ".reading")
    assert browser.run("return document.querySelector('.candles svg').ariaValueNow") == "0"
    assert browser.count(".cross line") == 1
    browser.press(Key.END)
    browser.wait("return document.querySelector('.cross line') === null")
    browser.click("#chart figure > button")
    page.until_row("Candles, the newest first", "10.05", "10.10", "15.00")
    page.settled()


def test_somebody_trades_by_keys_alone(page, venue):
    venue.trader("cleo")
    browser = page.open().browser
    assert browser.count("form") == 0 and browser.count("#own:not([hidden])") == 0
    page.sign_in("cleo")
    assert browser.text("#who") == "cleo" and browser.count("#control:not([hidden])") == 0
    page.until_row("Balances", "USD", "1000000.0000")
    browser.run("document.querySelector('#order [name=side]').focus()")
    browser.press(Key.TAB, Key.TAB, *"10.00", Key.TAB, Key.TAB, Key.TAB, *"4", Key.ENTER)
    page.until_row("Open orders", venue.symbol, "buy", "limit GTC", "10.00", "4.00", "new")
    page.until_levels("bid", "10.00 4.00", "9.95 10.00")
    page.until_row("Balances", "USD", "40.0400")  # held, with the fee of a taker

    venue.bob.order("SELL", 1, "10.00")
    page.until_row("Open orders", "10.00", "partially filled")
    page.until_row("Your trades", "buy", "10.00", "1.00")
    page.until_row("Balances", "LUNA", "10001.000000")

    browser.run("document.querySelector('#own [aria-label^=\"Cancel order\"]').focus()")
    browser.press(Key.ENTER)
    page.shows("No open orders.", "#own")
    assert browser.active()["text"] == "No open orders."  # the focus has not got lost
    page.until_levels("bid", "9.95 10.00")
    page.settled()


def test_orders_of_all_kinds_and_refusals(page, venue):
    dora = venue.trader("dora")
    browser = page.open(dora.api.person).browser
    page.send(price="10.00", quantity="500000")
    page.shows("insufficient balance", "#order .refusal")
    assert browser.run("return document.querySelector('#order [name=price]').value") == "10.00"
    page.send(quantity="x")
    page.shows("quantity", "#order .refusal")

    browser.click("#order [name=postOnly]")
    page.send(price="10.05", quantity="1")  # would take
    page.shows("immediately", "#order .refusal")
    page.send(price="10.00")
    page.until_row("Open orders", "limit, post only", "10.00")
    browser.click("#order [name=postOnly]")

    page.send(quantity="20", icebergQty="5")
    page.until_levels("bid", "10.00 6.00")

    page.choose("type", "STOP_LOSS_LIMIT")
    page.send(price="10.30", stopPrice="10.20", quantity="2", icebergQty="")
    page.until_row("Open orders", "stop-limit", "10.30 from 10.20")

    page.choose("type", "MARKET")
    page.choose("side", "SELL")
    page.shows("Sell LUNA", "#order [type=submit]")
    page.send(quantity="1")
    page.until_row("Your trades", "sell", "10.00")

    browser.click("#own .danger")
    page.shows(f"Cancel all your open orders in {venue.symbol}?", "dialog[open]")
    browser.click("dialog[open] .confirm")
    page.shows("No open orders.", "#own")
    assert dora.api.must("GET", "openOrders") == []
    page.settled(400)


def test_operators_control_phases(page, venue):
    browser = page.open(venue.operator).browser
    page.shows(f"{venue.symbol} is in continuous", "#control")
    browser.click("#control [data-phase=halted]")
    page.shows(f"Halt: nobody can trade {venue.symbol} then.", "dialog[open]")
    browser.click("dialog[open] .confirm")
    page.shows("halted", "#top")
    page.shows(f"{venue.symbol} is in halted", "#control")
    browser.click("#control [data-phase=opening_call]")
    page.shows("auction: nothing would trade", "#top")
    venue.bob.order("BUY", 1, "10.05")
    page.shows("auction: 1.00 at 10.05", "#top")
    browser.click("#control [data-phase=continuous]")
    page.shows("continuous trading", "#top")
    page.until_row(TRADES, "10.05", "1.00")
    page.settled(404)  # no simulation runs here


def test_operators_pause_and_pace_the_simulation(window, own_server, tmp_path):
    with Server(tmp_path, "--demo", variables=CHEAP) as server:
        ada = add_user(server, "ada", "--role", "exchange")
        page = Page(window, server.base_url).open(ada)
        page.until_row(TRADES, ".")  # by itself
        page.shows("runs", "#control .state")
        page.shows("zero intelligence", "#control")
        simulation = "#control .controls > section:last-child"
        window.click(f"{simulation} button")
        page.shows("paused", "#control .state")
        window.click(f"{simulation} [name=speed] option[value='5']")
        page.shows("5 times real time", "#said")
        state = ada.get("/exchange/v1/simulation").json
        assert (state["running"], state["speed"]) == (False, 5)
        newest = page.rows(TRADES)[0]
        window.click(f"{simulation} button")
        page.shows("runs", "#control .state")
        window.wait(
            "return document.querySelector(`[aria-label='${arguments[0]}'] tbody tr`)"
            "  .innerText.split('\\t').map((one) => one.trim()).join() !== arguments[1]",
            TRADES, ",".join(newest),
        )
        page.settled()


def test_a_market_that_goes_away_and_comes_back(window, own_server, tmp_path):
    with market(tmp_path) as server:
        bob = Trader(server.trader("bob"))
        bob.order("SELL", 10, "10.05")
        page = Page(window, server.base_url).open()
        page.until_levels("ask", "10.05 10.00")
        server.kill()
        page.shows("Not connected: trying again", "#link")
        bob.api.close()  # its connection has gone; the next call makes another
        with Server(tmp_path, "--port", server.port, port=None, variables=ON) as again:
            assert again.base_url == server.base_url
            bob.order("SELL", 2, "10.00")
            page.live()
            page.until_levels("ask", "10.00 2.00", "10.05 10.00")


def test_narrow_dark_and_named(page, venue):
    venue.bob.order("BUY", 2, "10.05")
    browser = page.browser
    page.open(venue.operator)
    page.until_row(TRADES, "10.05")
    try:
        for dark in (False, True):
            browser.look(width=360, dark=dark)
            assert browser.run("return innerWidth") == 360
            wide = "return document.documentElement.scrollWidth <= innerWidth"
            assert browser.run(wide), "nothing is wider than the window"
            back = browser.run("return getComputedStyle(document.body).backgroundColor")
            assert (back == "rgb(18, 24, 31)") == dark
    finally:
        browser.look()
    unnamed = browser.run(
        "return [...document.querySelectorAll('input, select, button, a, svg[tabindex]')]"
        "  .filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim()"
        "    || one.getAttribute('aria-labelledby'))).map((one) => one.outerHTML)"
    )
    assert unnamed == []
    page.settled(404)


def tree(browser):
    """Roles and names, as a screen reader has them."""
    nodes = browser.devtools("Accessibility.getFullAXTree")["nodes"]
    return {(one["role"]["value"], one.get("name", {}).get("value", ""))
            for one in nodes if not one["ignored"]}


def test_what_a_screen_reader_says(page, venue):
    venue.bob.order("BUY", 2, "10.05")
    page.open(venue.operator)
    page.until_row(TRADES, "10.05")
    names = tree(page.browser)
    for wanted in [
        ("combobox", "Symbol"), ("heading", "Order book"), ("heading", "Chart"),
        ("table", "Order book: the best levels of both sides"), ("columnheader", "Total"),
        ("slider", "Candle"), ("form", "Order"), ("textbox", "Price"), ("textbox", "Quantity"),
        ("combobox", "Side"), ("button", "Buy LUNA"),
        ("region", TRADES), ("button", "Opening call"),
    ]:
        assert wanted in names, wanted


def test_the_page_is_strict(server):
    client = AuthClient(server.base_url)
    assert b'href="/exchange"' in client.get("/").body
    for target in ("/exchange", "/exchange/", "/exchange/web/app.js",
                   "/exchange/web/exchange.css", "/exchange/web/dom.js"):
        answer = client.get(target)
        assert answer.status == 200
        policy = answer.header("Content-Security-Policy")
        assert policy.startswith("default-src 'self';") and "unsafe" not in policy
    text = client.get("/exchange").text
    assert "<style" not in text and "style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"\son\w+=", text)
    assert client.get("/exchange/session").json == {"signed_in": False, "can_sign_in": True}
    olga = server.operator
    assert olga.get("/exchange/session").json == {
        "signed_in": True, "name": "olga", "roles": ["exchange"]}
    foreign = olga.get("/exchange/session", **{"Sec-Fetch-Site": "cross-site"})
    assert foreign.json["signed_in"] is False


def test_the_page_can_be_turned_off(own_server, tmp_path):
    for name in ("off", "own"):
        (tmp_path / name).mkdir()
    with Server(tmp_path / "off", "--set", "apps.exchange.page=false", variables=ON) as server:
        client = AuthClient(server.base_url)
        assert client.get("/exchange").status == 404
        assert b'href="/exchange"' not in client.get("/").body
    listen = "apps.exchange.listen=127.0.0.1:0"
    with Server(tmp_path / "own", "--set", listen, variables=ON) as server:
        common, own = (AuthClient(address) for address in server.addresses)
        assert common.get("/exchange").status == 404
        assert own.get("/exchange").status == 200
        assert own.get("/exchange/session").json == {"signed_in": False, "can_sign_in": False}
