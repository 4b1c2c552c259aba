"""The page /apim as a person uses it, in headless Chromium; its session as an attacker would."""

import json
import os
import re
import urllib.parse

import pytest

from support.apim_client import NOW, Client, Tenant
from support.browser import Browser, Key, missing
from support.certificates import Certificates
from support.server import NO_CREDENTIALS, Server

needs_a_browser = pytest.mark.skipif(missing() is not None, reason=f"browser: {missing()}")
REFUSED = "Failed to load resource: the server responded with a status of "
HOSTILE = '<img src=x onerror="window.pwned=1">'
PRESS = """
    const found = [...document.querySelector(arguments[0])?.querySelectorAll('button') ?? []]
      .find((one) => one.textContent === arguments[1] && one.offsetParent && !one.disabled);
    found?.click();
    return Boolean(found);
"""
SIGN_IN = {"user": "test", "password": "test"}


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Page:
    """What a person does there, in the words of the page."""

    def __init__(self, browser, base_url):
        self.browser = browser
        self.base_url = base_url

    def go(self, address=""):
        self.browser.run("location.hash = arguments[0]", f"#/{address}")

    def fill(self, form, **values):
        for name, value in values.items():
            place = f'form[aria-label="{form}"] [name="{name}"]'
            self.browser.wait("return document.querySelector(arguments[0])", place)
            tag = self.browser.run("return document.querySelector(arguments[0]).tagName", place)
            if tag == "SELECT":
                self.browser.click(f'{place} option[value="{value}"]')
            else:
                self.browser.type(place, value)

    def typed(self, form, name):
        place = f'form[aria-label="{form}"] [name="{name}"]'
        return self.browser.run("return document.querySelector(arguments[0]).value", place)

    def send(self, form, **values):
        self.fill(form, **values)
        self.browser.click(f'form[aria-label="{form}"] button[type=submit]')

    def press(self, text, within="main"):
        """The first button of that text that can be seen."""
        self.browser.wait(PRESS, within, text)

    def confirm(self, text):
        """Presses the dialog's own button, once it names what it is about."""
        self.shows(text, "dialog[open]")
        self.browser.click("dialog[open] .confirm")

    def shows(self, text, within="body"):
        self.browser.wait(
            "return document.querySelector(arguments[0])?.innerText.includes(arguments[1])",
            within, text,
        )

    def sign_in(self, user="test", password="test"):
        self.send("Sign in", user=user, password=password)

    def settled(self, *refusals):
        """Nothing went elsewhere, nothing was complained of but these statuses."""
        assert self.browser.foreign_requests(self.base_url) == []
        strange = [
            one
            for one in self.browser.complaints()
            if not any(f"{REFUSED}{status} " in one for status in refusals)
        ]
        assert strange == []


@pytest.fixture
def page(browser, base_url):
    browser.open(base_url + "/apim")
    made = Page(browser, base_url)
    made.sign_in()
    made.shows("Services", "main h2")
    return made


class Session:
    """A signed-in client that is no browser."""

    def __init__(self, client):
        self.client = client
        answer = client.must(200, "POST", "/apim/session", SIGN_IN)
        self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        self.token = answer.json["csrf_token"]

    def call(self, method, target, body=None, token=True, **headers):
        fields = {name.replace("_", "-"): value for name, value in headers.items()}
        fields = {"Authorization": "", "Cookie": self.cookie, **fields}
        if token:
            fields["X-CSRF-Token"] = self.token
        return self.client.call(method, target, body, fields)


def test_signing_in_and_out(browser, base_url):
    browser.open(base_url + "/apim")
    page = Page(browser, base_url)
    page.sign_in(password="wrong")
    page.shows("The user or the password is wrong.", "#gate")
    first = browser.text("#gate .refusal")
    page.sign_in(user="wrong")
    browser.wait("return document.querySelector('#gate .refusal').hidden === false")
    assert browser.text("#gate .refusal") == first
    assert browser.run("return document.querySelector('[name=password]').value") == ""
    page.sign_in()
    page.shows("Services", "main h2")
    assert browser.run("return document.cookie") == ""  # HttpOnly
    browser.open(base_url + "/apim#/events")
    page.shows("Events", "main h2")
    browser.click("#signout")
    page.shows("Sign in", "#gate")
    browser.open(base_url + "/apim")
    page.shows("Sign in", "#gate")
    assert browser.count("main *") == 0
    page.settled(401)


def test_from_nothing_to_a_refused_call_by_clicking(page, client):
    browser = page.browser
    page.send("New service", id="shop", provider_key="pk-shop")
    page.shows("Service shop", "main h2")
    page.go("services/shop/metrics")
    page.send("New metric", name="hits")
    page.shows("id hits", ".tree")
    page.send("New metric", name="search", parent_id="hits")
    browser.wait("return document.querySelectorAll('.tree ul li').length === 1")
    page.go("services/shop/plans/basic")
    cell = '[data-limit="hits/day"]'
    browser.wait("return document.querySelector(arguments[0])", cell)
    browser.type(cell, "3")
    page.press("Save limits")
    page.shows("Saved", "#said")
    page.go("services/shop/applications")
    page.send("New application", id="a1", plan_id="basic", plan_name="Basic")
    page.shows("Application a1", "main h2")
    page.send("New application key", value="key-of-a1-1234")
    page.shows("***1234")
    page.send("New user key")
    browser.wait("return document.querySelectorAll('.secret').length === 2")

    call = dict(provider_key="pk-shop", service_id="shop", app_id="a1", app_key="key-of-a1-1234")
    for status in (200, 200, 200, 409):
        assert client.get("authrep", **call, **{"usage[search]": 1}).status == status
    browser.wait("return document.querySelector('.reading').textContent.endsWith(': 3')")
    page.shows("3 of 3 (100 %)", ".utilization")
    assert browser.count(".bar") == 24
    heights = browser.run(
        "return [...document.querySelectorAll('.bar')].map((bar) => +bar.getAttribute('height'))"
    )
    assert heights[-1] > 100 and set(heights[:-1]) == {0}
    page.press("Show as a table")
    page.shows("3", ".rows tbody tr")

    page.go("services/shop/plans/basic")
    browser.wait("return document.querySelector(arguments[0])?.value === '3'", cell)
    browser.type(cell, "4")
    page.press("Save limits")
    page.shows("Saved", "#said")
    assert client.get("authrep", **call, **{"usage[hits]": 1}).status == 200
    assert client.get("authrep", **call, **{"usage[hits]": 1}).status == 409
    page.settled(404)  # it looks whether an id is free


def test_a_refused_limit_stays_as_it_was_typed(page, client):
    tenant = Tenant(client)
    browser = page.browser
    page.go(f"services/{tenant.id}/plans/p1")
    for period, text in (("day", "many"), ("hour", "5"), ("week", "9223372036854775807")):
        browser.wait("return document.querySelector(arguments[0])", f'[data-limit="hits/{period}"]')
        browser.type(f'[data-limit="hits/{period}"]', text)
    page.press("Save limits")
    page.shows("1 of 3 limits could not be saved.")
    page.shows("must be an integer", ".cell.changed")
    assert browser.run("return document.querySelector('[data-limit=\"hits/day\"]').value") == "many"
    limits = client.must(200, "GET", tenant.path("plans/p1/usagelimits")).json["usagelimits"]
    assert sorted(one.get("hour") or one["week"] for one in limits) == [5, 2**63 - 1]
    browser.open(page.base_url + f"/apim?again#/services/{tenant.id}/plans/p1")
    week = "return document.querySelector('[data-limit=\"hits/week\"]')?.value === arguments[0]"
    browser.wait(week, str(2**63 - 1))
    browser.type('[data-limit="hits/hour"]', "")
    page.press("Save limits")
    page.shows("Saved", "#said")
    assert client.must(200, "GET", tenant.path("plans/p1/usagelimits")).json["count"] == 1
    page.settled(400)


def test_lists_edits_and_deletions(page, client):
    tenant = Tenant(client)
    browser = page.browser
    for number in range(60):
        tenant.application(f"app{number}")
    tenant.user_key("app7", "uk" + tenant.id)
    page.go(f"services/{tenant.id}/applications")
    page.shows("61 in all")
    assert browser.count("tbody tr") == 50
    page.press("Next")
    browser.wait("return document.querySelectorAll('tbody tr').length === 11")
    page.press("Back")
    browser.wait("return document.querySelectorAll('tbody tr').length === 50")
    page.send("Find an application", id="nobody")
    page.shows("No application has that id or user key.")
    page.send("Find an application", id="uk" + tenant.id)
    page.shows("Application app7", "main h2")
    page.send("Application", state="suspended", plan_name="Changed")
    page.shows("Saved", "#said")
    answer = client.must(200, "GET", tenant.path("applications/app7")).json["application"]
    assert (answer["state"], answer["plan_name"]) == ("suspended", "Changed")
    page.send("New application key", value="old-key-0001")
    page.shows("***0001")
    page.press("Rotate")
    page.confirm("0001")
    page.shows("The key is rotated", "#said")
    keys = client.must(200, "GET", tenant.path("applications/app7/keys")).json["application_keys"]
    assert len(keys) == 1 and re.fullmatch("[0-9a-f]{32}", keys[0]["value"])
    page.send("New referrer filter", referrer_filter="*.example.com/a?b")
    page.shows("*.example.com/a?b")
    browser.click(".cards .card:last-child .danger")
    page.confirm('referrer filter "*.example.com/a?b"')
    browser.wait("return !document.body.innerText.includes('*.example.com/a?b')")
    page.press("Delete application")
    page.confirm('Delete application "app7" and its keys?')
    page.shows("Applications of", "main h2")
    assert client.call("GET", tenant.path("applications/app7")).status == 404
    page.go(f"services/{tenant.id}/settings")
    page.send("Service", timezone="Nowhere/Land")
    page.shows("Parameter 'timezone' must be the name of an IANA time zone")
    page.send("Service", timezone="Europe/Berlin")
    page.shows("Saved", "#said")
    page.press("80 %")
    browser.wait("return document.querySelector('[aria-pressed=true]')?.textContent === '80 %'")
    page.press("Delete service")
    page.confirm(f'Delete service "{tenant.id}"')
    page.shows("Services", "main h2")
    assert client.call("GET", f"/internal/services/{tenant.id}").status == 404
    page.settled(404, 400)


def test_metrics_are_changed_and_deleted(page, client):
    tenant = Tenant(client)
    browser = page.browser
    tenant.metric("2", "below", "1")
    page.go(f"services/{tenant.id}/metrics")
    browser.wait("return document.querySelectorAll('.tree ul li').length === 1")
    browser.click('button[aria-label="Change hits"]')
    page.send("Change hits", name="calls", parent_id="2")
    page.shows("cannot have parent_id", ".tree .refusal:not([hidden])")
    assert page.typed("Change hits", "name") == "calls"
    page.send("Change hits", parent_id="")
    page.shows("calls", ".tree")
    page.send("New metric", name="other", id="1")
    page.shows('There is a metric with the id "1" already.')
    browser.click('button[aria-label="Delete below"]')
    page.confirm('Delete the metric "below"?')
    browser.wait("return document.querySelectorAll('.tree li').length === 1")
    page.settled(400)


def test_errors_and_events_appear_and_go(page, client):
    tenant = Tenant(client)
    page.go(f"services/{tenant.id}/errors")
    page.shows("No errors.")
    wrong = {**tenant.credentials("nobody")}
    assert client.get("authorize", **wrong).status == 404
    page.shows('application with id="nobody" was not found')  # by itself
    page.press("Clear errors")
    page.confirm(f'Clear all errors of service "{tenant.id}"?')
    page.shows("No errors.")
    assert client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1}).status == 200
    page.go("events")
    page.shows("first_traffic")
    last = max(one["id"] for one in client.must(200, "GET", "/internal/events/").json["events"])
    page.browser.click(f'button[aria-label="Remove up to event {last}"]')
    page.confirm(f"Remove event {last} and all before it?")
    page.shows("No events wait.")
    assert client.must(200, "GET", "/internal/events/").json["events"] == []
    page.settled()


def test_hostile_names_are_texts(page, client):
    browser = page.browser
    service = f"/internal/services/{quoted(HOSTILE)}"
    fields = {"id": HOSTILE, "provider_key": HOSTILE + "key"}
    client.must(200, "PUT", service, {"service": fields})
    client.must(201, "POST", f"{service}/metrics/{quoted(HOSTILE)}", {"metric": {"name": HOSTILE}})
    limit = f"{service}/plans/{quoted(HOSTILE)}/usagelimits/{quoted(HOSTILE)}/day"
    client.must(200, "PUT", limit, {"usagelimit": {"day": 9}})
    application = {"state": "active", "plan_id": HOSTILE, "plan_name": HOSTILE}
    app = f"{service}/applications/{quoted(HOSTILE)}"
    client.must(200, "PUT", app, {"application": application})
    client.must(201, "POST", f"{app}/keys/", {"application_key": {"value": HOSTILE}})
    client.must(201, "POST", f"{app}/referrer_filters", {"referrer_filter": HOSTILE})
    client.must(200, "PUT", f"{app}/key/{quoted(HOSTILE)}")
    client.must(201, "POST", f"{service}/errors", {"errors": [HOSTILE]})
    about = {"service_id": HOSTILE, "application_id": HOSTILE, "limit": HOSTILE}
    event = {"type": "alert", "object": about}
    client.must(201, "POST", "/internal/events", {"events": [event]})
    for address in ("", "events", *(f"services/{quoted(HOSTILE)}{part}" for part in (
            "", "/metrics", "/plans", f"/plans/{quoted(HOSTILE)}", "/applications",
            f"/applications/{quoted(HOSTILE)}", "/errors", "/settings"))):
        page.go(address)
        page.shows("onerror", "main")
        browser.wait("return !document.body.innerText.includes('Loading')")
    page.press("Delete service")
    page.shows(HOSTILE, "dialog[open]")
    browser.press(Key.ESCAPE)
    assert browser.count("img") == 0 and browser.run("return window.pwned === undefined")
    assert client.must(200, "GET", service)
    page.settled()


def test_ids_that_browsers_would_resolve_reach_nothing_else(page, client):
    """fetch() takes `%2E%2E` for `..`: to delete an application of that id would delete its
    service."""
    tenant = Tenant(client)
    tenant.application("..")
    page.go(f"services/{tenant.id}/applications/..")
    page.shows('".." cannot be part of an address in a browser')
    page.go(f"services/{tenant.id}/applications")
    page.send("New application", id="..", plan_id="p")
    page.shows('".." cannot be part of an address in a browser')
    client.must(200, "GET", f"/internal/services/{tenant.id}")
    page.settled()


def test_a_session_ends_and_what_was_typed_stays(page, client):
    tenant = Tenant(client)
    browser = page.browser
    page.go(f"services/{tenant.id}/applications")
    page.fill("New application", id="kept", plan_id="p1")

    def at(seconds):
        browser.devtools("Network.enable")
        browser.devtools("Network.setExtraHTTPHeaders", headers={"X-Test-Now": str(seconds)})

    def now():
        date = client.must(200, "GET", "/internal/check.json").headers["Date"]
        return int(browser.run("return Date.parse(arguments[0]) / 1000", date))

    at(now() + 29 * 60)
    page.press("Find")  # needs an id: asks nobody
    at(now() + 31 * 60)
    browser.click('form[aria-label="New application"] button[type=submit]')
    page.shows("Your session has ended", "#gate")
    page.sign_in()
    browser.wait("return !document.getElementById('main').hidden")
    page.shows("You are signed out. Sign in, then try again.")
    assert page.typed("New application", "id") == "kept"
    browser.click('form[aria-label="New application"] button[type=submit]')
    page.shows("Application kept", "main h2")
    page.settled(401)


def test_a_server_that_is_away_is_told(own_server, browser, tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        browser.open(server.base_url + "/apim")
        page = Page(browser, server.base_url)
        page.sign_in()
        page.shows(tenant.id)
        page.go(f"services/{tenant.id}/applications")
        page.fill("New application", id="kept")
        client.close()
        server.stop()
        browser.click('form[aria-label="New application"] button[type=submit]')
        page.shows("The server cannot be reached.")
        assert page.typed("New application", "id") == "kept"


def test_a_change_needs_cookie_token_and_origin(client):
    tenant = Tenant(client)
    session = Session(client)
    target, body = tenant.path("metrics/9"), {"metric": {"name": "nine"}}
    host = client.connection.host + ":" + str(client.connection.port)

    def refused(answer):
        assert answer.status == 403 and answer.json["code"] == "foreign_request", answer.body

    refused(session.call("POST", target, body, token=False))
    refused(session.call("POST", target, body, token=False, X_CSRF_Token="0" * 64))
    refused(session.call("POST", target, body, Origin="http://evil.example"))
    refused(session.call("POST", target, body, Origin="null"))
    refused(session.call("POST", target, body, Sec_Fetch_Site="cross-site"))
    refused(session.call("POST", target, body, Sec_Fetch_Site="same-site"))
    refused(session.call("GET", "/internal/services", Sec_Fetch_Site="cross-site"))
    refused(session.call("DELETE", "/apim/session", token=False))
    assert client.call("GET", target).status == 404
    other = Session(client)
    refused(session.call("POST", target, body, token=False, X_CSRF_Token=other.token))
    assert session.call("GET", "/internal/services", token=False).status == 200
    assert session.call("POST", target, body, Origin=f"http://{host}").status == 201
    assert session.call("POST", target, body, Sec_Fetch_Site="same-origin").status == 201
    # Wrong Basic credentials are not made up for by a session.
    assert session.call("GET", "/internal/services", Authorization="Basic eDp5").status == 401
    refused(client.call("POST", "/apim/session", SIGN_IN, {"Origin": "http://evil.example"}))
    assert session.call("DELETE", "/apim/session").status == 204
    ended = session.call("GET", "/internal/services")
    assert ended.status == 401 and "Basic" not in ended.headers["WWW-Authenticate"]
    assert other.call("GET", "/internal/services").status == 200


def test_cookies_are_strict_and_the_page_allows_nothing_from_elsewhere(client):
    answer = client.must(200, "POST", "/apim/session", SIGN_IN)
    cookie = answer.headers["Set-Cookie"]
    assert re.fullmatch("mainstay=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict", cookie)
    assert answer.headers["Cache-Control"] == "no-store"
    for target in ("/apim", "/apim/", "/apim/web/app.js", "/apim/web/apim.css"):
        headers = client.must(200, "GET", target).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self';")
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    text = client.must(200, "GET", "/apim").text
    assert "<style" not in text and "style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    assert not re.search(r"\son\w+=", text)


def test_sign_in_attempts_are_limited(client):
    at = {"X-Test-Now": str(NOW)}
    for _ in range(10):
        wrong = {"user": "test", "password": "guess"}
        client.must(401, "POST", "/apim/session", wrong, at)
    answer = client.must(429, "POST", "/apim/session", SIGN_IN, at)
    assert (answer.json["code"], answer.headers["Retry-After"]) == ("too_many_attempts", "300")
    client.must(200, "POST", "/apim/session", SIGN_IN, {"X-Test-Now": str(NOW + 300)})


def test_over_tls_the_cookie_is_bound_to_it(own_server, tmp_path):
    made = Certificates(tmp_path)
    made.issue()
    with Server(tmp_path, *made.arguments) as server:
        client = Client(server.base_url, cafile=made.roots)
        session = Session(client)
        assert session.cookie.startswith("__Host-mainstay=")
        assert session.call("GET", "/internal/services").status == 200


def test_where_it_is_served(own_server, tmp_path):
    folders = [tmp_path / name for name in ("admin", "off", "none")]
    for folder in folders:
        folder.mkdir()
    with Server(folders[0], "--set", "http.admin_listen=127.0.0.1:0") as server:
        common, admin = map(Client, server.addresses)
        common.must(404, "GET", "/apim")
        common.must(404, "POST", "/apim/session", SIGN_IN)
        assert b"/apim" not in common.must(200, "GET", "/").body
        admin.must(200, "GET", "/apim")
        Session(admin)
    with Server(folders[1], "--set", "apps.apim.page=false") as server:
        client = Client(server.base_url)
        client.must(404, "GET", "/apim")
        client.must(404, "POST", "/apim/session", SIGN_IN)
        assert b"/apim" not in client.must(200, "GET", "/").body
    with Server(folders[2], variables=NO_CREDENTIALS) as server:
        client = Client(server.base_url)
        assert b'href="/apim"' in client.must(200, "GET", "/").body
        answer = client.must(403, "POST", "/apim/session", {"user": "", "password": ""})
        assert answer.json["code"] == "credentials_not_set"


def test_neither_password_nor_cookie_is_logged(own_server, tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        session = Session(client)
        client.must(401, "POST", "/apim/session", {"user": "test", "password": "s3cret-guess"})
        session.call("GET", "/internal/services")
        server.stop()
        said = server.output()
        assert "s3cret-guess" not in said and session.cookie.partition("=")[2] not in said
        assert session.token not in said


def test_without_a_mouse(browser, base_url):
    browser.open(base_url + "/apim")
    page = Page(browser, base_url)
    page.shows("Sign in", "#gate")
    assert browser.active()["tag"] == "input"
    browser.press(*"test", Key.TAB, *"test", Key.ENTER)
    page.shows("Services", "main h2")
    assert browser.active()["tag"] == "h2"
    tenant = Tenant(Client(base_url))
    page.go(f"services/{tenant.id}/applications/a1")
    browser.wait("return document.querySelector('.chart svg') !== null")
    browser.run("document.querySelector('.chart svg').focus()")
    last = browser.text(".reading")
    browser.press(Key.HOME)
    browser.wait("return document.querySelector('.reading').textContent !== arguments[0]", last)
    first = browser.run(
        "const chart = document.querySelector('.chart svg');"
        "return [chart.ariaValueNow, chart.ariaValueText]"
    )
    assert first == ["0", browser.text(".reading")]
    browser.press(Key.END)
    browser.wait("return document.querySelector('.reading').textContent === arguments[0]", last)
    assert browser.run("return document.activeElement.tagName") == "svg"
    unnamed = browser.run(
        "return [...document.querySelectorAll('main input, main select, main button')]"
        "  .filter((one) => !(one.labels?.length || one.ariaLabel || one.textContent.trim()))"
        "  .length"
    )
    assert unnamed == 0
    page.settled()


@needs_a_browser
@pytest.mark.parametrize("dark", [False, True])
def test_narrow_and_in_both_colours(client, base_url, dark):
    tenant = Tenant(client)
    tenant.limit("1", "day", 5)
    with Browser(width=360, height=700, dark=dark) as browser:
        browser.open(base_url + "/apim")
        page = Page(browser, base_url)
        page.sign_in()
        page.shows(tenant.id)
        back = browser.run("return getComputedStyle(document.body).backgroundColor")
        assert back == ("rgb(18, 24, 31)" if dark else "rgb(255, 255, 255)")
        loaded = "return !document.querySelector('main').innerText.includes('Loading')"
        for part in ("", "/metrics", "/plans/p1", "/applications", "/applications/a1", "/errors",
                     "/settings"):
            page.go(f"services/{tenant.id}{part}")
            browser.wait(loaded)
            assert browser.run("return document.documentElement.scrollWidth") <= 360, part
        page.settled()


def busy_shop(client):
    """A service with a plan and an application."""
    service = {"id": "shop", "provider_key": "pk-shop", "state": "active"}
    client.must(200, "PUT", "/internal/services/shop", {"service": service})
    tenant = "/internal/services/shop"
    for metric in ({"name": "hits"}, {"name": "search", "parent_id": "hits"}):
        client.must(201, "POST", f"{tenant}/metrics/{metric['name']}", {"metric": metric})
    for period, most in (("hour", 2_000), ("day", 20_000), ("month", 400_000)):
        limit = f"{tenant}/plans/basic/usagelimits/hits/{period}"
        client.must(200, "PUT", limit, {"usagelimit": {period: most}})
    application = {"state": "active", "plan_id": "basic", "plan_name": "Basic"}
    client.must(200, "PUT", f"{tenant}/applications/mobile", {"application": application})
    client.must(201, "POST", f"{tenant}/applications/mobile/keys/", {})
    client.must(200, "PUT", f"{tenant}/applications/mobile/key/9f31c07a55d24c1e")


def count_a_day(client, now):
    """Reports of the last 23 hours and of this one, more by day than by night."""
    form = {"provider_key": "pk-shop", "service_id": "shop"}
    shape = [310, 240, 190, 160, 150, 170, 260, 420, 680, 890, 1010, 1080, 1150, 1120, 1060, 1000,
             960, 1010, 1180, 1340, 1260, 990, 700, 1530]
    for hour, amount in enumerate(shape):
        place = f"transactions[{hour}]"
        form |= {f"{place}[app_id]": "mobile", f"{place}[usage][search]": amount,
                 f"{place}[timestamp]": now - (23 - hour) * 3600}
    assert client.report(form).status == 202


@needs_a_browser
def test_a_screenshot(own_server, tmp_path):
    """What docs/images/apim.png shows; MAINSTAY_SCREENSHOTS=FOLDER keeps it."""
    folder = os.environ.get("MAINSTAY_SCREENSHOTS", tmp_path)
    with Server(tmp_path) as server, Browser(width=1000, height=880) as browser:
        client = Client(server.base_url)
        busy_shop(client)
        date = client.must(200, "GET", "/internal/check.json").headers["Date"]
        count_a_day(client, int(browser.run("return Date.parse(arguments[0]) / 1000", date)))
        browser.open(server.base_url + "/apim#/services/shop/applications/mobile")
        page = Page(browser, server.base_url)
        page.sign_in()
        page.shows("of 2,000 (76 %)", ".utilization")
        browser.wait("return document.querySelectorAll('.bar').length === 24")
        browser.run("document.activeElement.blur()")
        size = browser.screenshot(os.path.join(folder, "apim.png"))
        assert 10_000 < size < 200_000
        page.settled()


def test_plans_beyond_the_protocol_when_there_are(page, client):
    """Grace, shadows and spike limits, on servers that know them."""
    tenant = Tenant(client)
    tenant.limit("1", "day", 5)
    plans = client.must(200, "GET", tenant.path("plans")).json["plans"]
    page.go(f"services/{tenant.id}/plans/p1")
    page.browser.wait("return document.querySelector('[data-limit=\"hits/day\"]')")
    if "spikelimits" not in json.dumps(plans):
        assert page.browser.count("[data-grace]") == 0
        return
    page.browser.type('[data-grace="hits/day"]', "20")
    page.press("Save limits")
    page.shows("Saved", "#said")
    target = tenant.path("plans/p1/usagelimits/1/day")
    assert client.must(200, "GET", target).json["usagelimit"]["grace_percent"] == 20
    page.send("Spike limit", max="10", seconds="1")
    page.shows("10", '[aria-label="Spike limits"]')
    assert client.must(200, "GET", tenant.path("plans/p1/spikelimits")).json["count"] == 1
    page.settled()
