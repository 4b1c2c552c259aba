"""The page /charging as people use it, in headless Chromium."""

import json
import time
from contextlib import closing

import pytest

from support.auth_client import PASSWORD
from support.browser import Browser, Key, missing
from support.charging_plots import PLOT, Person, found, network
from support.ocpp_station import Station
from support.server import run

pytestmark = pytest.mark.xdist_group("charging_page")  # one server, or program, for the file

REFUSED = "Failed to load resource: the server responded with a status of "


@pytest.fixture(scope="module")
def server(tmp_path_factory, pytestconfig):
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    with network(tmp_path_factory.mktemp("charging_page"), "--set",
                 "apps.charging.ocpp_profile=0") as started:
        started.holly = Person(started, "holly", "charging_host")
        started.plot = started.holly.must("POST", "plots", PLOT, 201)
        started.holly.must("POST", "plots", {**PLOT, "name": "Hafen", "latitude": 47.42,
                                             "connectors": [{"standard": "nacs"}]}, 201)
        started.olga = Person(started, "olga", "charging_operator")
        yield started


@pytest.fixture(scope="module")
def crowded(tmp_path_factory, pytestconfig):
    """With 2,500 plots close together, one with a station before them and one far from them."""
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    folder = tmp_path_factory.mktemp("crowd")
    sites = [{"ID": n, "AddressInfo": {"Title": f"Site {n}", "Latitude": 47 + n % 50 / 1000,
                                       "Longitude": 8 + n * 37 % 101 / 1000}}
             for n in range(1, 2501)]
    (folder / "sites.json").write_text(json.dumps(sites))
    with network(folder, "--set", "apps.charging.ocpp_profile=0") as started:
        olga = started.olga = Person(started, "olga", "charging_operator")

        def plot(name, latitude):
            station = olga.must("POST", "stations", {"identity": f"CP {name}"}, 201)["id"]
            shown = [{"standard": "type2", "station": station, "connector": 1}]
            return olga.must("POST", "plots", {"name": name, "latitude": latitude,
                                               "longitude": 8.01, "connectors": shown}, 201)

        started.near = plot("Near", 47.01)
        done = run(folder, "charging", "import", "sites.json", "--format", "ocm", "--env", "test",
                   "--data", folder / "data")
        assert done.returncode == 0, done
        deadline = time.monotonic() + 30
        while not found(started, text="site 2500")["plots"]:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        started.far = plot("Far", -30)
        yield started


@pytest.fixture(scope="module")
def window():
    if what := missing():
        pytest.skip(f"browser: {what}")
    with Browser() as browser:
        yield browser


class Page:
    """What a person does there, and sees."""

    def __init__(self, browser, server):
        self.browser = browser
        self.base_url = server.base_url
        self.before = len(browser.complaints()), len(browser.foreign_requests(self.base_url))

    def open(self, part="#/plots"):
        """As nobody."""
        self.browser.devtools("Network.clearBrowserCookies")
        self.browser.open(f"{self.base_url}/charging?{id(self)}{part}")
        self.shows("Live", "#link")
        return self

    def sign_in(self, name):
        self.browser.click("#who a")
        self.browser.wait("return document.querySelector('[name=login]') !== null")
        self.browser.type("[name=login]", name)
        self.browser.type("[name=password]", PASSWORD)
        self.browser.press(Key.ENTER)
        self.browser.wait("return location.pathname === '/charging'"
                          " && document.querySelector('#who a')?.textContent === arguments[0]",
                          name)
        self.shows("Live", "#link")

    def shows(self, text, within="body"):
        self.browser.wait(
            "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])",
            within, text,
        )

    def until_names(self, *names):
        self.browser.wait(
            "const shown = [...document.querySelectorAll('#list tbody a')]"
            "  .map((one) => one.textContent);"
            "return JSON.stringify(shown.sort()) === JSON.stringify(arguments[0])", sorted(names)
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
def page(window, server):
    return Page(window, server)


def test_anybody_finds_plots_on_the_map_and_in_the_list(page, server):
    page.open()
    page.until_names("Bahnhof Nord", "Hafen")
    assert page.browser.count("#map circle.site") == 2
    page.shows("2, unknown", "#list")
    page.browser.type("[name=text]", "hafen")
    page.until_names("Hafen")
    page.browser.run("document.querySelector('#search form').reset()")
    page.browser.click("#search [name=connector] option[value=ccs2]")
    page.until_names("Bahnhof Nord")
    page.browser.click("#search [name=available]")
    page.until_names()
    page.shows("There are none here", "#list")
    page.settled()


def test_the_map_and_its_sites_are_used_by_keys(page, server):
    page.open()
    page.until_names("Bahnhof Nord", "Hafen")
    page.browser.run("document.querySelector('.map').focus()")
    for _ in range(5):
        page.browser.press(Key.UP)
    page.until_names()
    for _ in range(3):
        page.browser.press("-")
    page.until_names("Bahnhof Nord", "Hafen")
    page.browser.run("document.querySelector('.site[aria-label^=\"Bahnhof\"]').focus()")
    page.browser.run("document.querySelector('#list tbody').replaceChildren();"
                     "document.querySelector('#search form').requestSubmit()")  # found again
    page.until_names("Bahnhof Nord", "Hafen")
    page.browser.press(Key.ENTER)
    page.shows("Bahnhof Nord", "#plot h2")
    page.settled()


def test_a_plots_page_has_prices_and_takes_comments(page, server):
    page.open(f"#/plots/{server.plot['id']}")
    page.shows("0.59 CHF / kWh", "#plot")
    page.shows("150 kW", "#plot")
    page.shows("Sign in to comment", "#plot")
    page.sign_in("olga")
    page.shows("Nobody has said anything yet", "#plot")
    page.browser.type("#plot [name=text]", "Quiet <b>place</b>")
    page.browser.click("#plot [name=rating] option[value='4']")
    page.browser.click("#plot [type=submit]")
    page.shows("Quiet <b>place</b>", "#plot .note")
    page.shows("4 of 5", "#plot .note")
    changed = [{"standard": "ccs2", "power_kw": 50}, {"standard": "type2"}]
    server.holly.must("PATCH", f"plots/{server.plot['id']}", {"connectors": changed})
    page.browser.click("#plot a[href='#/plots']")
    page.shows("50 kW", "#list")
    page.settled()


def test_what_is_free_is_told_however_many_plots_there_are(window, crowded):
    page = Page(window, crowded).open()
    page.shows("200 and more here", "#list")
    row = f"#list [data-id='{crowded.near['id']}']"
    page.shows("1, unknown", row)
    with closing(Station(crowded.base_url, "/charging/ocpp/CP%20Near")) as station:
        station.status("Available")
        page.shows("1 of 1 free", row)
        station.status("Charging")
        page.shows("0 of 1 free", row)
    page.browser.run("location.hash = arguments[0]", f"#/plots/{crowded.far['id']}")
    page.shows("Far", "#plot h2")
    with closing(Station(crowded.base_url, "/charging/ocpp/CP%20Far")) as station:
        station.status("Available")
        page.shows("1 of 1 free", "#plot [role=status]")
        page.shows("free", "#plot tbody")
    with closing(Station(crowded.base_url, "/charging/ocpp/CP%20Near")) as station:
        station.status("Available")
        page.browser.run("location.hash = '#/plots'")
        page.shows("1 of 1 free", row)
    page.browser.type("[name=text]", "no such name")
    page.shows("Nothing to follow", "#link")
    page.settled()


def test_operators_see_stations_and_command_them(page, server):
    server.olga.must("POST", "stations", {"identity": "CP 1", "name": "North 1"}, 201)
    server.olga.must("POST", "stations", {"identity": "CP 2"}, 201)
    page.open()
    assert page.browser.run("return document.getElementById('to-stations').hidden")
    page.sign_in("olga")
    with closing(Station(server.base_url, "/charging/ocpp/CP%201")) as station:
        station.status("Available")
        page.browser.click("#to-stations")
        page.shows("1: Available", "#stations tbody tr:first-child")
        page.shows("offline", "#stations tbody tr:last-child")
        assert page.browser.count("#stations tr:last-child button:disabled") == 4
        page.browser.click("#stations [aria-label='Restart CP 1']")
        assert station.wait_asked("Reset") == {"type": "Soft"}
        page.shows("CP 1: Restart: Accepted", "#said")
        station.answers["ChangeAvailability"] = {"status": "Scheduled"}
        page.browser.click("#stations [aria-label='Take out CP 1']")
        assert station.wait_asked("ChangeAvailability")["type"] == "Inoperative"
        page.shows("CP 1: Take out: Scheduled", "#said")
    page.settled()


def test_operators_find_any_of_many_stations(window, crowded):
    page = Page(window, crowded)
    for number in range(1, 204):
        crowded.olga.must("POST", "stations", {"identity": f"Row {number}"}, 201)
    page.open()
    page.sign_in("olga")
    page.browser.click("#to-stations")
    page.shows("Row 198", "#stations")  # behind the two of the plots
    assert page.browser.count("#stations tbody tr") == 200
    page.browser.run("document.querySelector('#stations p:last-child button').click()")
    page.shows("Row 203", "#stations")
    assert page.browser.count("#stations tbody tr") == 205
    assert page.browser.count("#stations p:last-child button") == 0
    with closing(Station(crowded.base_url, "/charging/ocpp/Row%20203")) as station:
        page.browser.type("#stations [name=q]", "Row 203")
        page.browser.wait("return document.querySelectorAll('#stations tbody tr').length === 1"
                          " && document.querySelector('#stations .free') !== null")
        page.browser.click("#stations [aria-label='Restart Row 203']")
        assert station.wait_asked("Reset") == {"type": "Soft"}
        page.shows("Row 203: Restart: Accepted", "#said")
        assert page.browser.count("#stations tbody tr") == 1
    page.browser.type("#stations [name=q]", "none like it")
    page.shows("There are none of that name", "#stations")
    page.settled()


def test_narrow_dark_and_named(page, server):
    """Nothing is wider than a telephone, what is read stands out, what is used has a name."""
    browser = page.browser
    page.open(f"#/plots/{server.plot['id']}")
    page.shows("Bahnhof Nord", "#plot h2")
    try:
        for dark in (False, True):
            browser.look(width=360, dark=dark)
            for part in ("#/plots", f"#/plots/{server.plot['id']}"):
                browser.run("location.hash = arguments[0]", part)
                page.shows("Bahnhof Nord", "#plot h2" if "plots/" in part else "#list")
                assert browser.run("return document.documentElement.scrollWidth") <= 360
                assert faint(browser) == []
            back = browser.run("return getComputedStyle(document.body).backgroundColor")
            assert (back == "rgb(18, 24, 31)") == dark
    finally:
        browser.look()
    unnamed = browser.run(
        "return [...document.querySelectorAll('input, select, button, a, svg[tabindex], .site')]"
        "  .filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim()"
        "    || one.getAttribute('aria-labelledby'))).map((one) => one.outerHTML)"
    )
    assert unnamed == []
    page.settled()


def faint(browser):
    """Texts with less than WCAG's contrast of 4.5 to what is behind them."""
    return browser.run("""
      const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
      const light = (colour) => parts(colour).slice(0, 3).map((one) => one / 255)
        .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
      const behind = (node) => {
        for (let at = node; at; at = at.parentElement) {
          const colour = getComputedStyle(at).backgroundColor;
          if ((parts(colour)[3] ?? 1) === 1) return colour;
        }
        return "rgb(255, 255, 255)";
      };
      return [...document.querySelectorAll("main *, header *")].filter((one) =>
        one.checkVisibility() && !one.closest(":disabled, svg") &&
        [...one.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim()))
        .filter((one) => {
          const [a, b] = [getComputedStyle(one).color, behind(one)].map(light);
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5;
        }).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 30)}`);""")
