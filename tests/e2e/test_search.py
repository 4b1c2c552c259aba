"""`mainstay search`: Mainstay itself has no index; what its settings refuse. Indexes are tested in
src/platform/search, on every engine."""

import json

import pytest

from support.server import refused, run

pytestmark = pytest.mark.usefixtures("own_server")


def search(folder, *arguments, code=0):
    done = run(folder, "search", *arguments, "--data", folder / "data")
    assert done.returncode == code, done.stdout
    return done.stdout


def test_a_program_without_indexes_says_so(tmp_path):
    assert search(tmp_path, "list") == "this program has no indexes\n"
    assert json.loads(search(tmp_path, "list", "--json")) == []
    assert search(tmp_path, "rebuild") == ""
    assert "there is no index things" in search(tmp_path, "rebuild", "things", code=1)


@pytest.mark.parametrize("url", ["", "elastic", "ftp://h:1", "http://h:1/path", "http://u:p@h:1"])
def test_addresses_that_cannot_be_meant_are_refused(tmp_path, url):
    said = refused(tmp_path, "--set", f"search.url={url}")
    assert "search.url is store, or http(s)://HOST:PORT" in said
