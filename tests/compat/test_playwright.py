"""The account pages as a person uses them: Debian's Chromium under playwright-core from npm."""

import json
import pathlib
import subprocess
import urllib.parse

import pytest

from support import browser as browsers
from support.auth_client import CHEAP, PASSWORD, newest_token
from support.server import CREDENTIALS, Server

HERE = pathlib.Path(__file__).resolve().parent
pytestmark = pytest.mark.usefixtures("own_server")


class Tab:
    def __init__(self, node, base_url):
        command = [node, "browse.mjs", browsers.chromium(), base_url, *CREDENTIALS.values()]
        self.process = subprocess.Popen(
            command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def do(self, **step):
        self.process.stdin.write(json.dumps(step) + "\n")
        self.process.stdin.flush()
        told = json.loads(self.process.stdout.readline())
        assert "error" not in told, f"{step}: {told['error']}"
        assert told["complaints"] == [], step
        return told

    def submit(self, form, **fields):
        place = f"form[action='{form}']"
        return self.do(
            fill={f"{place} [name={name}]": text for name, text in fields.items()},
            submit=f"{place} button")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()


@pytest.fixture
def shop(tmp_path):
    if what := browsers.missing():
        pytest.skip(f"browser: {what}")
    with Server(tmp_path, variables=CHEAP) as server:
        yield server


def test_from_a_new_account_through_every_link(node, shop):
    email, changed = "ada@example.org", "a new good password"
    with Tab(node, shop.base_url) as tab:
        tab.do(open="/")
        assert tab.do(click="a[href='/auth/login']")["heading"] == "Sign in"
        tab.do(click="a[href='/auth/register']")
        told = tab.submit("/auth/register", email=email, name="ada", password=PASSWORD)
        assert told["heading"] == "Look into your mail"
        tab.do(open=f"/auth/confirm?token={newest_token(shop, email)}")
        assert tab.submit("/auth/confirm", password=PASSWORD)["heading"] == "Account"
        told = tab.submit("/auth/password", current=PASSWORD, password=changed)
        assert "password is changed" in told["text"]
        assert "signed out" in tab.submit("/auth/logout")["text"]
        told = tab.submit("/auth/login", login=email, password=PASSWORD)
        assert told["status"] == 401 and told["heading"] == "Sign in"
        assert tab.submit("/auth/login", login="ada", password=changed)["heading"] == "Account"

        seen, waiting = set(), ["/"]
        while waiting:
            path = waiting.pop()
            if path in seen:
                continue
            seen.add(path)
            told = tab.do(open=path)
            assert told["status"] == 200, f"{path}: {told['status']}"
            for link in map(urllib.parse.urldefrag, told["links"]):
                assert link.url.startswith(shop.base_url), f"{path} leads to {link.url}"
                waiting.append(link.url[len(shop.base_url):] or "/")
        assert {"/", "/auth/account", "/docs"} <= seen
