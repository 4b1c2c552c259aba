"""Shared by the black-box tests: a server for each test, on a port and a store of its own.

With @{NAME}_TEST_POSTGRES, the URL of a server where databases may be made, each test runs on
SQLite and on PostgreSQL; without it PostgreSQL is skipped by name."""

import os
import re
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = Path(os.environ.get("@{NAME}_PROGRAM", ROOT / "build/debug/@{name}"))
LISTENING = re.compile(r"listening on (http://\S+)")
START_SECONDS = 30
POSTGRES = os.environ.get("@{NAME}_TEST_POSTGRES")

sys.path.insert(0, os.environ.get("MAINSTAY_TOOLS", "/usr/local/share/mainstay/tools"))


def pytest_addoption(parser):
    parser.addoption("--update", action="store_true", help="rewrite golden files")


class Server:
    """`@{name} serve` in a folder of its own; `store` is a URL, or None for SQLite."""

    def __init__(self, folder, store=None):
        self.folder = folder
        self.base_url = None
        self.process = None
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("MAINSTAY_") and name not in ("PORT", "DATABASE_URL")
        }
        if store:
            self.environment["DATABASE_URL"] = store

    def __enter__(self):
        self.output = open(self.folder / "output", "w+b")
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--env", "test", "--settings", ROOT / "settings", "-p", "0",
             "--data", self.folder / "data"],
            cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=self.output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + START_SECONDS
        while not (found := LISTENING.search(self.said())):
            assert self.process.poll() is None, f"the server has ended:\n{self.said()}"
            assert time.monotonic() < deadline, f"the server does not answer:\n{self.said()}"
            time.sleep(0.005)
        self.base_url = found[1]
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=START_SECONDS)
        self.output.close()

    def said(self):
        return (self.folder / "output").read_text(errors="replace")


def new_database():
    """A database of its own on the test's PostgreSQL; gives its URL and its name."""
    name = "@{name}_test_" + uuid.uuid4().hex[:12]
    subprocess.run(["psql", "-qX", POSTGRES, "-c", f'CREATE DATABASE "{name}"'], check=True)
    address, _, query = POSTGRES.partition("?")
    scheme, _, rest = address.partition("://")
    url = f"{scheme}://{rest.partition('/')[0]}/{name}"
    return (url + "?" + query if query else url), name


@pytest.fixture(params=["sqlite", "postgres"])
def server(request, tmp_path):
    if request.param == "sqlite":
        with Server(tmp_path) as started:
            yield started
        return
    if not POSTGRES:
        pytest.skip("postgres: @{NAME}_TEST_POSTGRES is not set")
    url, name = new_database()
    try:
        with Server(tmp_path, url) as started:
            yield started
    finally:
        subprocess.run(["psql", "-qX", POSTGRES, "-c", f'DROP DATABASE "{name}"'], check=True)


@pytest.fixture
def base_url(server):
    return server.base_url
