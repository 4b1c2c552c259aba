"""The documentation as a person reads it, in headless Chromium."""

import os

import pytest

from support.apim_client import Client
from support.browser import Browser, Key, missing
from support.openapi import operations
from support.server import Server

needs_a_browser = pytest.mark.skipif(missing() is not None, reason=f"browser: {missing()}")
SHOWN = "return document.querySelectorAll('details.operation:not([hidden])').length"


@pytest.fixture
def docs(browser, base_url):
    browser.open(base_url + "/docs")
    browser.wait("return document.querySelectorAll('details.operation').length > 0")
    yield browser
    assert browser.foreign_requests(base_url) == []
    assert browser.complaints() == []


def test_all_operations_are_rendered(docs, base_url):
    document = Client(base_url).must(200, "GET", "/openapi.json").json
    ids = {one["operationId"] for *_, one in operations(document)}
    shown = docs.run("return Array.from(document.querySelectorAll('details.operation'), d => d.id)")
    assert set(shown) == ids and len(shown) == len(ids)
    assert docs.count("nav li a") == len(ids)
    docs.click("#unfold")
    assert docs.count("details[open] .inside") == len(ids)
    assert docs.count(".response") == sum(len(one["responses"]) for *_, one in operations(document))
    text = docs.run("return document.getElementById('main').innerText")
    for piece in ('"provider_key": "demo-provider"', "<authorized>true</authorized>",
                  "curl -X PUT -u USER:PASSWORD", "limits_exceeded", "3scale-limit-remaining"):
        assert piece in text, piece
    assert "undefined" not in text and "[object" not in text
    docs.click("#fold")
    assert docs.count("details[open]") == 0


def test_search_narrows_list_and_index(docs):
    everything = docs.run(SHOWN)
    docs.type("#search", "usagelimits delete")
    assert docs.run(SHOWN) == 1
    assert docs.count("nav li:not([hidden])") == 1
    assert docs.text("#said") == f"1 of {everything} routes"
    docs.type("#search", "<img src=x onerror=alert(1)>")
    assert docs.run(SHOWN) == 0
    docs.press(Key.ESCAPE)
    docs.wait(SHOWN + f" === {everything}")


def test_without_a_mouse(docs):
    docs.press("/")
    assert docs.active()["id"] == "search"
    docs.type("#search", "transactions authrep oauth")
    docs.run("document.querySelector('details.operation:not([hidden]) summary').focus()")
    docs.press(Key.ENTER)
    docs.wait("return document.querySelector('details[open] .inside') !== null")
    docs.press(Key.TAB)  # the curl line, which may scroll, then its button
    docs.press(Key.TAB)
    assert docs.active() == {"tag": "button", "id": "", "text": "Copy"}
    docs.press(Key.ENTER)
    docs.wait("return document.getElementById('said').textContent === 'Copied'")


def test_an_address_opens_its_operation(browser, base_url):
    browser.open(base_url + "/docs#put_internal_services_service")
    browser.wait("return document.querySelector('#put_internal_services_service[open] .inside')")
    assert browser.active()["tag"] == "summary"
    assert browser.count('nav a[aria-current="true"]') == 1


def test_the_copied_line_calls_this_server(docs, base_url):
    docs.run("location.hash = '#get_transactions_authrep_xml'")
    docs.wait("return document.querySelector('#get_transactions_authrep_xml[open] pre')")
    line = docs.text("#get_transactions_authrep_xml pre")
    assert line.startswith("curl -H '3scale-options: limit_headers=1&rejection_reason_header=1'")
    assert f"'{base_url}/transactions/authrep.xml?provider_key=demo-provider&" in line
    assert "usage%5Bhits%5D=1" in line


@needs_a_browser
@pytest.mark.parametrize("dark", [False, True])
def test_colours_follow_the_system_and_the_button(base_url, dark):
    background = "return getComputedStyle(document.body).backgroundColor"
    light_one, dark_one = "rgb(255, 255, 255)", "rgb(18, 24, 31)"
    with Browser(dark=dark) as browser:
        browser.open(base_url + "/docs")
        assert browser.run(background) == (dark_one if dark else light_one)
        browser.wait("return document.querySelectorAll('details.operation').length > 0")
        browser.click("#theme")
        assert browser.run(background) == light_one
        browser.click("#theme")
        assert browser.run(background) == dark_one
        browser.open(base_url + "/docs")
        browser.wait("return document.getElementById('theme').textContent === 'Dark'")


def test_the_page_allows_no_scripts_but_its_own(docs, base_url):
    policy = Client(base_url).must(200, "GET", "/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';") and "unsafe" not in policy
    assert docs.count("script:not([src])") == docs.count("[style]") == docs.count("style") == 0


@needs_a_browser
def test_a_screenshot(own_server, tmp_path):
    """What docs/images/docs.png shows; MAINSTAY_SCREENSHOTS=FOLDER keeps it."""
    folder = os.environ.get("MAINSTAY_SCREENSHOTS", tmp_path)
    server = Server(tmp_path, "--demo", environment="development")
    with server, Browser(width=940, height=600) as browser:
        browser.open(server.base_url + "/docs#get_demo_echo")
        browser.wait("return document.querySelector('#get_demo_echo[open] .inside')")
        browser.run("document.documentElement.style.scrollBehavior = 'auto';"
                    "document.getElementById('get_demo_echo').scrollIntoView();"
                    "document.activeElement.blur()")
        browser.run(
            "for (const pre of document.querySelectorAll('#get_demo_echo pre.wrap'))"
            "  pre.textContent = pre.textContent.replace(location.host, '127.0.0.1:3000')"
        )
        size = browser.screenshot(os.path.join(folder, "docs.png"))
        assert 10_000 < size < 150_000
        assert browser.complaints() == []
