"""integrations/backstage with Backstage's own packages: its actions and its entities."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from support.clusters import OPEN, platform

pytestmark = pytest.mark.usefixtures("own_server")

HERE = Path(__file__).resolve().parent


def test_actions_and_entities(node, tmp_path):
    with platform(tmp_path, OPEN) as server:
        done = subprocess.run(
            [node, HERE / "backstage_calls.cjs", server.base_url],
            env={**os.environ, "NODE_PATH": str(HERE / "node_modules")},
            capture_output=True, text=True, timeout=120,
        )
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout.splitlines()[-1])
    assert came["made"]["pullRequestUrl"] and came["made"]["entityRef"] == came["ref"]
    assert came["ready"]["state"] == "ready" and came["ready"]["mergeCommit"]
    assert came["owner"] == "group:default/data"
    assert came["updated"]["pullRequestUrl"] != came["removed"]["pullRequestUrl"]
    assert "kind: SealedSecret" in came["manifest"] and "correct horse" not in came["manifest"]
    assert came["refused"] == [422, "field_invalid"]
