"""A data disk fills up under load: the process says so and ends; nothing is lost."""

import http.client
import os
import re
import subprocess
import time

import pytest

from support.apim_client import Client, Tenant
from support.server import Server

APPLICATIONS = 1000
pytestmark = pytest.mark.usefixtures("own_server")


@pytest.fixture
def small_disk(tmp_path):
    """A folder on a file system of its own of 16 MiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("full disk: mounting a small tmpfs is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Takes all the space there is left; answers the file that does."""
    ballast = folder / "ballast"
    block = b"\xff" * 65536
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(block)
        except OSError:
            pass
    return ballast


def batch(tenant):
    parts = [f"provider_key={tenant.key}&service_id={tenant.id}"]
    for number in range(APPLICATIONS):
        parts.append(
            f"transactions[{number}][app_id]=app{number}&transactions[{number}][usage][hits]=1"
        )
    return "&".join(parts).encode()


def report_until_refused(client, body, seconds):
    """How many batches were acknowledged before the first that was not."""
    deadline = time.monotonic() + seconds
    acknowledged = 0
    while time.monotonic() < deadline:
        try:
            answer = client.report(body)
        except (OSError, http.client.HTTPException):
            return acknowledged
        if answer.status != 202:
            assert answer.status >= 500
            return acknowledged
        acknowledged += 1
    raise AssertionError(f"{acknowledged} batches did not fill what the log had allocated")


def test_a_disk_that_fills_up_ends_the_server_and_loses_nothing(small_disk, tmp_path):
    (small_disk / "data").mkdir(mode=0o700)
    os.symlink(small_disk / "data", tmp_path / "data")
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        applications = [
            {"id": f"app{number}", "state": "active", "plan_id": "p1", "plan_name": "Basic"}
            for number in range(APPLICATIONS)
        ]
        tenant.client.must(
            200, "PUT", tenant.path("applications/batch"), {"applications": applications}
        )
        body = batch(tenant)
        assert tenant.client.report(body).status == 202
        ballast = fill(small_disk)
        acknowledged = 1 + report_until_refused(tenant.client, body, 60)
        assert server.ended() > 0
        assert re.search(r"space|full|disk", server.output(), re.IGNORECASE)
        ballast.unlink()
        server.start()
        tenant.client = Client(server.base_url)
        for app in ("app0", f"app{APPLICATIONS - 1}"):
            assert acknowledged <= tenant.current(app_id=app) <= acknowledged + 1
