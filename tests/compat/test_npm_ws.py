"""WebSocket with npm's `ws` as the client: fragments, compression, large messages, closes."""

import json
import pathlib
import subprocess

import pytest

from support.server import Server

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def seen(node, tmp_path_factory):
    with Server(tmp_path_factory.mktemp("ws"), "--set", "apps.demo.echo=true") as server:
        done = subprocess.run(
            [node, "ws_calls.mjs", server.base_url.replace("http", "ws") + "/demo/ws"],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("case", ["plain", "deflate", "windows"])
def test_messages_come_back_as_they_went(seen, case):
    assert len(seen[case]["echoes"]) == 517
    assert all(seen[case]["echoes"])
    assert seen[case]["pongs"] == ["between"]
    assert seen[case]["closed"] == [4001, ""]  # the code is echoed
    assert seen[case]["protocol"] == "first"


def test_compression_as_it_was_agreed_on(seen):
    assert seen["plain"]["extensions"] == ""
    assert seen["deflate"]["extensions"] == "permessage-deflate"
    assert seen["windows"]["extensions"] == "permessage-deflate"


def test_closes_and_refusals(seen):
    assert seen["asked"] == [4777, "as asked"]
    assert seen["tooLarge"][0] == 1009
    assert seen["refused"] == "Unexpected server response: 403"
