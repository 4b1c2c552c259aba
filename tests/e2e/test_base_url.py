"""The black-box tests against a server that somebody else has started: --base-url."""

import os
import subprocess
import sys

import pytest

from support.server import ROOT, Server

pytestmark = pytest.mark.usefixtures("own_server")

WIRE = "error_bad_request or denied_limits or alerts"
SELECTED = [
    "tests/wire/test_wire.py",
    "tests/e2e/test_parameter_caps.py::test_4097_pairs_in_a_query_are_refused",
    "tests/e2e/test_start.py::test_an_unknown_flag_is_named",
]


def test_tests_run_against_a_given_server_but_those_that_need_their_own(tmp_path):
    with Server(tmp_path) as server:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *SELECTED]
        chosen = ["-k", f"{WIRE} or 4097 or flag", "--base-url", server.base_url + "/"]
        place = ["--basetemp", tmp_path / "inner"]
        done = subprocess.run(
            [*map(str, [*command, *chosen, *place])],
            cwd=ROOT,
            # It must start no server of its own.
            env={**os.environ, "MAINSTAY_BINARY": "/nonexistent", "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
        )
    assert done.returncode == 0, done.stdout
    assert "3 passed, 2 skipped" in done.stdout
