"""The pages of accounts in headless Chromium, without scripts, and every link of every page."""

import time

import pytest

from support.auth_client import (
    CHEAP,
    PASSWORD,
    SESSION,
    AuthClient,
    add_user,
    make_account,
    newest_token,
    oathtool,
)
from support.crawler import crawl
from support.server import Server


@pytest.fixture
def shop(tmp_path, own_server):
    """Reached as browsers reach a server in development: plain HTTP on this machine."""
    with Server(tmp_path, variables=CHEAP) as server:
        yield server


def heading(browser):
    return browser.text("h1")


def submit(browser, form, **fields):
    for name, value in fields.items():
        browser.type(f"form[action='{form}'] [name={name}]", value)
    before = browser.run("return performance.timeOrigin")
    browser.click(f"form[action='{form}'] button")
    browser.wait("return performance.timeOrigin != arguments[0]"
                 " && document.readyState == 'complete'", before)


def link_of(server, to, path):
    return f"{server.base_url}{path}?token={newest_token(server, to)}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_chromium_keeps_host_cookies_on_this_machine(shop, browser, host):
    make_account(shop, name="ada")
    browser.open(f"http://{host}:{shop.port}/auth/login")
    submit(browser, "/auth/login", login="ada", password=PASSWORD)
    assert heading(browser) == "Account"
    assert browser.run("return document.cookie") == "", "scripts see none"
    browser.open(f"http://{host}:{shop.port}/auth/account")
    assert heading(browser) == "Account"


def test_the_whole_way_in_a_browser(shop, browser):
    browser.open(shop.base_url + "/")
    browser.click("a[href='/auth/login']")
    assert heading(browser) == "Sign in"
    browser.click("a[href='/auth/register']")
    submit(browser, "/auth/register", email="ada@example.org", name="ada", password="password123")
    assert "first that are guessed" in browser.text("[role=alert]")
    assert browser.run("return document.querySelector('#email').value") == "ada@example.org"
    assert browser.run("return document.querySelector('#password').value") == ""
    submit(browser, "/auth/register", password=PASSWORD)
    assert heading(browser) == "Look into your mail"

    browser.open(link_of(shop, "ada@example.org", "/auth/confirm"))
    assert heading(browser) == "Confirm the address"
    submit(browser, "/auth/confirm", password="wrong password")
    assert "password is wrong" in browser.text("[role=alert]")
    submit(browser, "/auth/confirm", password=PASSWORD)
    assert heading(browser) == "Account"

    submit(browser, "/auth/name", name="countess")
    assert "user name is changed" in browser.text("[role=status]")
    submit(browser, "/auth/password", current=PASSWORD, password="a new good password")
    assert "password is changed" in browser.text("[role=status]")
    submit(browser, "/auth/addresses", email="ada@example.com", current="a new good password")
    browser.open(link_of(shop, "ada@example.com", "/auth/confirm"))
    submit(browser, "/auth/confirm")
    assert "ada@example.com" in browser.text("main")
    submit(browser, "/auth/addresses/primary")
    submit(browser, "/auth/tokens", label="for tests", roles="", days="7")
    assert browser.text("#token").startswith("mst_")
    browser.click("a[href='/auth/account']")
    assert "for tests" in browser.text("main")
    submit(browser, "/auth/tokens/end")
    assert "revoked" in browser.text("[role=status]")
    submit(browser, "/auth/logout")
    assert "signed out" in browser.text("[role=status]")
    browser.open(shop.base_url + "/auth/account")
    assert heading(browser) == "Sign in", "and back after it"
    submit(browser, "/auth/login", login="countess", password="a new good password")
    assert heading(browser) == "Account"
    assert browser.foreign_requests(shop.base_url) == []
    # 401, 403 and 422 that were meant; Chromium lists them. No page breaks its own policy.
    assert [text for text in browser.complaints() if "status of 4" not in str(text)] == []


def test_forgotten_password_in_a_browser(shop, browser):
    make_account(shop, name="ada")
    browser.open(shop.base_url + "/auth/forgot")
    submit(browser, "/auth/forgot", email="ada@example.org")
    link = link_of(shop, "ada@example.org", "/auth/reset")
    browser.open(link)
    submit(browser, "/auth/reset", password="a new good password")
    assert heading(browser) == "Sign in"
    submit(browser, "/auth/login", login="ada", password="a new good password")
    assert heading(browser) == "Account"
    browser.open(link[:-1])
    assert "not one of ours" in browser.text("[role=alert]")


def test_authenticator_in_a_browser(shop, browser):
    make_account(shop, name="ada")
    browser.open(shop.base_url + "/auth/login")
    submit(browser, "/auth/login", login="ada", password=PASSWORD)
    submit(browser, "/auth/authenticator", current=PASSWORD)
    assert browser.count("svg.qr") == 1
    secret = browser.text("#secret")
    submit(browser, "/auth/authenticator/confirm", code="000000")
    assert browser.text("#secret") == secret, "a typing mistake does not begin again"
    submit(browser, "/auth/authenticator/confirm", code=oathtool(secret, time.time()))
    assert heading(browser) == "Recovery codes" and browser.count("#codes li") == 10
    code = browser.text("#codes li")
    browser.click("a[href='/auth/account']")
    submit(browser, "/auth/logout")
    submit(browser, "/auth/login", login="ada", password=PASSWORD)
    assert heading(browser) == "Code"
    submit(browser, "/auth/login/code", code=code)
    assert heading(browser) == "Account"
    assert "9 recovery codes are left" in browser.text("main")


def test_every_link_of_every_page(shop):
    admin = add_user(shop, "ada", "--role", "admin")
    stranger = crawl(AuthClient(shop.base_url))
    assert {"/", "/auth/login", "/auth/register", "/auth/forgot", "/docs"} <= stranger.keys()
    person = crawl(admin)
    assert {"/auth/account", "/auth/invite", "/auth/web/auth.css"} <= person.keys()


def test_pages_say_what_browsers_may_do_with_them(shop):
    ada = make_account(shop)
    for path in ("/auth/login", "/auth/register", "/auth/forgot", "/auth/account", "/auth/sent"):
        page = ada.get(path)
        assert page.status == 200 and page.header("Content-Type") == "text/html; charset=utf-8"
        policy = page.header("Content-Security-Policy")
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self'")
        assert "frame-ancestors 'none'" in policy
        assert page.header("Cache-Control") == "no-store"
        assert "<script" not in page.text and "style=" not in page.text
    assert SESSION in ada.cookies
