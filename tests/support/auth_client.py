"""A browser or program without Chromium: keeps cookies, sends JSON or forms to /auth, and reads the
e-mails that a server has queued."""

import http.client
import json
import re
import shutil
import subprocess
import time
import urllib.parse
from contextlib import closing
from dataclasses import dataclass

import pytest

from support import stores
from support.server import binary, clean_environment

SESSION = "__Host-mainstay-user"
PASSWORD = "correct horse battery"
CHEAP = {
    "MAINSTAY__AUTH__HASH_MEMORY": "19MiB",
    "MAINSTAY__AUTH__PUBLIC_URL": "https://shop.example",
    "MAINSTAY__AUTH__MAILS_PER_HOUR": "1000",
    "MAINSTAY__AUTH__CLIENT_TRIES": "100000",
    "MAINSTAY__JOBS__THREADS": "0",  # e-mails stay in the table, where mails() finds them
}


@dataclass
class Answer:
    status: int
    headers: list
    body: bytes

    def header(self, name):
        return next((v for n, v in self.headers if n.lower() == name.lower()), None)

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def text(self):
        return self.body.decode()

    @property
    def code(self):
        """Of a problem document."""
        assert self.header("Content-Type") == "application/problem+json", self
        return self.json["code"]


class AuthClient:
    """One person's browser. `now`: a moment that requests claim as the server's time (only in the
    test environment)."""

    def __init__(self, base_url):
        self._url = urllib.parse.urlsplit(base_url)
        self.cookies = {}
        self.csrf = None
        self.now = None

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self._url.hostname, self._url.port, timeout=60)
        sent = dict(headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        if self.now is not None:
            sent["X-Test-Now"] = f"{self.now:.6f}"
        with closing(connection):
            connection.request(method, path, body, sent)
            answer = connection.getresponse()
            got = Answer(answer.status, answer.getheaders(), answer.read())
        for name, value in got.headers:
            if name.lower() == "set-cookie":
                self._take_cookie(value)
        return got

    def _take_cookie(self, line):
        pair, *attributes = [part.strip() for part in line.split(";")]
        assert {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} <= set(attributes), line
        name, value = pair.split("=", 1)
        assert name.startswith("__Host-"), line
        if "Max-Age=0" in attributes:
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def get(self, path, **headers):
        return self.request("GET", path, headers=headers)

    def post(self, path, headers=None, **fields):
        """As a program does."""
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.csrf and "X-CSRF-Token" not in sent:
            sent["X-CSRF-Token"] = self.csrf
        got = self.request("POST", path, json.dumps(fields), sent)
        if got.header("Content-Type") == "application/json" and "csrf_token" in got.json:
            self.csrf = got.json["csrf_token"]
        return got

    def form(self, path, page=None, **fields):
        """As a browser does with the first form of `page` that goes there."""
        shown = self.get(page or path)
        token = re.search(r'name="csrf" value="([0-9a-f]+)"', shown.text)
        assert token, shown
        body = urllib.parse.urlencode({"csrf": token[1], **fields})
        return self.request(
            "POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"}
        )

    def sign_in(self, login, password=PASSWORD, **fields):
        got = self.post("/auth/login", login=login, password=password, **fields)
        assert got.status == 200, got
        return self


def mails(server):
    """All that was queued, oldest first, as dicts of to, subject, text and html."""
    sql = "SELECT payload FROM jobs WHERE kind = 'mail.send' ORDER BY id"
    return [json.loads(payload) for (payload,) in stores.rows(server.data, sql)]


def token_of(mail):
    return re.search(r"token=([0-9a-z-]+)", mail["text"])[1]


def newest_token(server, to):
    return token_of([mail for mail in mails(server) if mail["to"] == to][-1])


def make_account(server, email="ada@example.org", password=PASSWORD, **fields):
    """Registers and confirms; the client is signed in."""
    client = AuthClient(server.base_url)
    got = client.post("/auth/register", email=email, password=password, **fields)
    assert got.status == 202, got
    got = client.post("/auth/confirm", token=newest_token(server, email), password=password)
    assert got.status == 200, got
    client.csrf = client.get("/auth/me").json["csrf_token"]
    return client


def user(server, *arguments, password=None):
    """`mainstay user ...` beside the running server; what it said, and its exit code."""
    done = subprocess.run(
        [binary(), "user", *arguments, "--env", "test", "--data", server.data],
        cwd=server.folder,
        env=clean_environment(CHEAP, server.data),
        input=password,
        stdin=None if password is not None else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )
    return done.stdout, done.returncode


def add_user(server, name, *arguments, password=PASSWORD):
    said, code = user(
        server, "add", name, "--email", f"{name}@example.org", "--password-stdin", *arguments,
        password=password,
    )
    assert code == 0, said
    return AuthClient(server.base_url).sign_in(name, password)


def oathtool(secret, now):
    if not shutil.which("oathtool"):
        pytest.skip("not installed: oathtool (./dev deps test)")
    moment = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    done = subprocess.run(
        ["oathtool", "--totp", "--base32", f"--now={moment}", secret],
        capture_output=True, text=True, check=True,
    )
    return done.stdout.strip()
