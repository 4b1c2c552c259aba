"""Every .wire file, against a server of the tests' own or of `--base-url`; `--update` rewrites.

The files make their tenants, so one server serves for a run of all of them, except for those whose
first line says that they need a fresh one."""

import tempfile
from pathlib import Path

import golden
import pytest
from support.server import Server

HERE = Path(__file__).resolve().parent
FILES = sorted(path.relative_to(HERE).as_posix() for path in HERE.rglob("*.wire"))


@pytest.fixture(scope="session")
def shared_url(request):
    if given := request.config.getoption("--base-url"):
        yield given.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="mainstay-") as folder, Server(folder) as started:
        yield started.base_url


@pytest.mark.parametrize("file", FILES)
def test_wire(file, shared_url, request):
    options = request.config
    needs_fresh = "fresh server" in (HERE / file).read_text(encoding="utf-8").partition("\n")[0]
    if needs_fresh and options.getoption("--base-url") is not None:
        pytest.skip("needs a fresh server; --base-url is given")
    url = request.getfixturevalue("base_url") if needs_fresh else shared_url
    failures = golden.run_file(HERE / file, url, options.getoption("--update"))
    assert not failures, "\n\n".join(failures)
