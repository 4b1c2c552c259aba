"""Headless Chromium, driven over WebDriver (chromedriver's HTTP) with the standard library alone.

    with Browser() as browser:
        browser.open(base_url + "/docs")
        browser.wait("return document.querySelectorAll('article').length > 0")
        browser.type("#search", "usage")
        browser.press(Key.TAB, Key.ENTER)
        browser.screenshot(path)
        assert browser.complaints() == [] and browser.foreign_requests(base_url) == []

Tests take the fixture `browser` of conftest.py, which skips by name where Chromium is missing.
"""

import atexit
import base64
import http.client
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

START_SECONDS = 60
CALL_SECONDS = 120
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # WebDriver's name for a reference to an element


class Key:
    """Keys as WebDriver names them."""

    TAB, ENTER, ESCAPE, SHIFT = "\ue004", "\ue007", "\ue00c", "\ue008"
    UP, DOWN, HOME, END = "\ue013", "\ue015", "\ue011", "\ue010"


class BrowserError(Exception):
    """What chromedriver answered instead of a value."""


def missing():
    """What is not installed, in words; None when a browser can be started."""
    names = [
        word
        for word, commands in (
            ("chromium", ("chromium", "chromium-browser", "google-chrome")),
            ("chromedriver", ("chromedriver",)),
        )
        if not any(map(shutil.which, commands))
    ]
    return f"not installed: {', '.join(names)} (./dev deps test)" if names else None


def chromium():
    found = map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))
    return next(command for command in found if command)


class Browser:
    """One window, without what an earlier one kept: a process starts Chromium once, and each
    Browser begins with nothing stored. Two at a time are two Chromiums. It trusts no outside: every
    name but localhost fails to resolve, so that a page that fetches from elsewhere shows itself in
    complaints()."""

    _idle = []  # started, and used by nobody

    def __init__(self, width=1200, height=800, dark=False):
        self._size = (width, height)
        self._dark = dark
        self._requests = []
        self._complaints = []

    def __enter__(self):
        self._chromium = Browser._idle.pop() if Browser._idle else Chromium()
        self._call = self._chromium.call
        self._dress()
        return self

    def __exit__(self, *_):
        try:
            self._undress()
        except (BrowserError, OSError):
            self._chromium.end()  # the next one starts afresh
        else:
            Browser._idle.append(self._chromium)

    def _dress(self):
        scheme = {"name": "prefers-color-scheme", "value": "dark" if self._dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])
        width, height = self._size
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def _undress(self):
        """One empty window, and no page's memory."""
        windows = self._call("GET", "/window/handles")
        fresh = self._call("POST", "/window/new", {"type": "tab"})["handle"]
        origins = set()
        for one in windows:
            self._call("POST", "/window", {"handle": one})
            origins.add(self.run("return location.origin"))
            self._call("DELETE", "/window")
        self._call("POST", "/window", {"handle": fresh})
        origins.update(re.findall(r"https?://[^/\s]+", " ".join(self.requests())))
        for origin in origins - {"null"}:
            self.devtools("Storage.clearDataForOrigin", origin=origin, storageTypes="all")
        self.devtools("Network.clearBrowserCookies")
        self.devtools("Network.clearBrowserCache")
        self.complaints()

    # --- what a test does --------------------------------------------------------------------

    def open(self, url):
        """Returns when the page has loaded, its modules run included."""
        self._call("POST", "/url", {"url": url})

    def run(self, script, *arguments):
        """The value that the script returns; its arguments are `arguments[0]` and so on."""
        body = {"script": script, "args": list(arguments)}
        return self._call("POST", "/execute/sync", body)

    def wait(self, script, *arguments, seconds=30):
        """Runs the script until what it returns is true; gives that."""
        deadline = time.monotonic() + seconds
        while not (value := self.run(script, *arguments)):
            assert time.monotonic() < deadline, f"not within {seconds} s: {script}"
            time.sleep(0.05)
        return value

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def text(self, selector):
        """What a reader sees of the first such element."""
        return self._call("GET", f"/element/{self._find(selector)}/text")

    def click(self, selector):
        self._call("POST", f"/element/{self._find(selector)}/click", {})

    def type(self, selector, text):
        """Replaces what is in a field, as typing does."""
        element = self._find(selector)
        self._call("POST", f"/element/{element}/clear", {})
        self._call("POST", f"/element/{element}/value", {"text": text})

    def press(self, *keys):
        """Presses and releases each key, wherever the focus is."""
        actions = [
            {"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")
        ]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self._call("POST", "/actions", {"actions": [source]})

    def active(self):
        """The focused element: its tag, id and text."""
        return self.run(
            "const e = document.activeElement;"
            "return {tag: e.tagName.toLowerCase(), id: e.id, text: e.textContent.slice(0, 200)}"
        )

    def screenshot(self, path):
        """A PNG of what the window shows."""
        picture = base64.b64decode(self._call("GET", "/screenshot"))
        with open(path, "wb") as file:
            file.write(picture)
        return len(picture)

    def look(self, width=None, dark=False):
        """As on a screen of that width, and for who wants it dark; nothing: as at the start."""
        if width:
            self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=800,
                          deviceScaleFactor=1, mobile=False)
        else:
            self.devtools("Emulation.clearDeviceMetricsOverride")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])

    def devtools(self, command, **parameters):
        """A command of the DevTools protocol, for what WebDriver has no words for."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})

    def requests(self):
        """Every address that was asked for since the start, in order."""
        for entry in self._log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                self._requests.append(message["params"]["request"]["url"])
        return self._requests

    def foreign_requests(self, base_url):
        """Those over a network that went elsewhere than to the server under test."""
        own, network = base_url.rstrip("/") + "/", ("http:", "https:", "ws:", "wss:", "ftp:")
        return [
            url
            for url in self.requests()
            if url.startswith(network) and not (url + "/").startswith(own)
        ]

    def complaints(self):
        """Errors and warnings of the console since the start: exceptions, refused fetches, breaches
        of the content security policy. That a page has no icon is none."""
        self._complaints += [
            f"{one['level']}: {one['message']}"
            for one in self._log("browser")
            if "/favicon.ico " not in one["message"]
        ]
        return self._complaints

    def _find(self, selector):
        wanted = {"using": "css selector", "value": selector}
        return self._call("POST", "/element", wanted)[ELEMENT]

    def _log(self, kind):
        return self._call("POST", "/se/log", {"type": kind})


class Chromium:
    """chromedriver and the Chromium that it drives, with a profile of its own; ended with the
    process at the latest."""

    def __init__(self):
        self._session = None
        self._process = None
        self._folder = tempfile.TemporaryDirectory(prefix="mainstay-browser-")
        self._said = os.path.join(self._folder.name, "chromedriver.txt")
        atexit.register(self.end)
        self._port = self._start_driver()
        self._start_session()

    def end(self):
        atexit.unregister(self.end)
        try:
            if self._session:
                self.call("DELETE", "")
        except (BrowserError, OSError):
            pass
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._folder.cleanup()

    def call(self, method, path, body=None):
        """A command of WebDriver for this session."""
        target = "/session" + (f"/{self._session}" if self._session else "") + path
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=CALL_SECONDS)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(method, target, text, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(value, dict) and "error" in value and "stacktrace" in value:
            raise BrowserError(f"{method} {path}: {value['error']}: {value['message']}")
        return value

    def _start_driver(self):
        """The port. The driver takes a free one of IPv6, and ends if that of IPv4 is taken."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with open(self._said, "wb") as output:
                self._process = subprocess.Popen(
                    ["chromedriver", "--port=0"],
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            port, said = self._wait_for_port(deadline)
            if port:
                return port
            assert "Address already in use" in said, f"chromedriver ended:\n{said}"
            assert time.monotonic() < deadline, f"chromedriver finds no port:\n{said}"

    def _wait_for_port(self, deadline):
        """The port, and what the driver said; no port: it ended."""
        while True:
            ended = self._process.poll() is not None
            with open(self._said, encoding="utf-8", errors="replace") as file:
                said = file.read()
            if found := re.search(r"started successfully on port (\d+)", said):
                return int(found[1]), said
            if ended:
                return None, said
            assert time.monotonic() < deadline, f"chromedriver does not start:\n{said}"
            time.sleep(0.02)

    def _start_session(self):
        arguments = [
            "--headless=new",
            f"--user-data-dir={self._folder.name}/profile",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--force-color-profile=srgb",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
            "--window-size=1200,800",
        ]
        if os.geteuid() == 0:
            arguments.append("--no-sandbox")  # Chromium refuses root with its sandbox
        wanted = {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": chromium(), "args": arguments},
            "goog:loggingPrefs": {"browser": "WARNING", "performance": "ALL"},
        }
        answer = self.call("POST", "", {"capabilities": {"alwaysMatch": wanted}})
        self._session = answer["sessionId"]
