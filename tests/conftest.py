"""Shared by all black-box tests: a server for each test, or the one that --base-url names."""

import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent))

from support import browser as browsers  # noqa: E402
from support.apim_client import Client  # noqa: E402
from support.server import Server  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--base-url", default=None, help="test this running server")
    parser.addoption("--update", action="store_true", help="rewrite golden files")


@pytest.fixture
def server(request):
    """Where to send requests, as `server.base_url`: a server of the test's own, with no tenants, or
    the one of --base-url. A test that stops or restarts servers makes its own."""
    given = request.config.getoption("--base-url")
    if given:
        yield SimpleNamespace(base_url=given.rstrip("/"))
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-") as folder, Server(folder) as started:
        yield started


@pytest.fixture
def base_url(server):
    return server.base_url


@pytest.fixture
def client(base_url):
    """A connection to the server under test, its own or the one of --base-url."""
    connection = Client(base_url)
    yield connection
    connection.close()


@pytest.fixture
def open_path():
    """A folder that anybody may pass through, as /var/lib is.

    Not below pytest's own: each run of it closes those to other users, also one within a test.
    """
    with tempfile.TemporaryDirectory(prefix="open-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder)


@pytest.fixture
def own_server(request):
    """For tests that start and stop servers themselves."""
    if request.config.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")


@pytest.fixture
def browser():
    """A window of headless Chromium."""
    if what := browsers.missing():
        pytest.skip(f"browser: {what}")
    with browsers.Browser() as window:
        yield window
