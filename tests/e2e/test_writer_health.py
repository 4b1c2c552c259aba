"""The disk is full, closed or slow while the server runs: calls that count are refused before they
count, reads go on, readiness says why, and it heals without a restart. Nothing acknowledged is
lost, nothing is counted twice."""

import http.client
import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, binary, wait_until

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
        pytest.skip("writer health: mounting a small tmpfs is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder):
    """Takes all the space there is left; answers the file that does."""
    ballast = folder / "ballast"
    with open(ballast, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\xff" * 65536)
        except OSError:
            pass
        try:
            while True:
                file.write(b"\xff" * 512)
        except OSError:
            pass
    return ballast


def many_applications(tenant):
    tenant.limit("1", "eternity", 10**9)
    applications = [
        {"id": f"app{number}", "state": "active", "plan_id": "p1", "plan_name": "Basic"}
        for number in range(APPLICATIONS)
    ]
    tenant.client.must(
        200, "PUT", tenant.path("applications/batch"), {"applications": applications}
    )
    parts = [f"provider_key={tenant.key}&service_id={tenant.id}"]
    for number in range(APPLICATIONS):
        parts.append(
            f"transactions[{number}][app_id]=app{number}&transactions[{number}][usage][hits]=1"
        )
    return "&".join(parts).encode()


def gated_route(client):
    """Two calls for ever, of the service "gated"."""
    gated = Tenant.__new__(Tenant)
    gated.client, gated.id, gated.key = client, "gated", "pk-gated"
    gated.service(backend_version="1")
    gated.metric("1", "hits")
    gated.application("a1")
    gated.limit("1", "eternity", 2)
    gated.user_key("a1", "the-key")
    return lambda key: client.call("GET", f"/demo/echo?user_key={key}")


def report_until_refused(client, body, times=100_000):
    """How many batches were acknowledged before the first that was refused."""
    for acknowledged in range(times):
        answer = client.report(body)
        if answer.status != 202:
            assert answer.status == 503, answer.body
            assert answer.headers["Retry-After"]
            assert "journal_unavailable" in answer.text
            return acknowledged
    raise AssertionError(f"{times} batches did not fill what the log had allocated")


def readiness(client):
    answer = client.call("GET", "/readiness")
    return answer.status, answer.json


def ready(client):
    return readiness(client)[0] == 200


def check_counted_once(tenant, acknowledged):
    for app in ("app0", f"app{APPLICATIONS - 1}"):
        assert tenant.current(app_id=app) == acknowledged


def test_a_full_disk_refuses_before_counting_and_heals(small_disk, tmp_path):
    (small_disk / "data").mkdir(mode=0o700)
    os.symlink(small_disk / "data", tmp_path / "data")
    gate = ("--set", "apps.demo.echo=true", "--set", "apps.demo.gate=gated")
    with Server(tmp_path, *gate) as server:
        tenant = Tenant(Client(server.base_url))
        client = tenant.client
        echo = gated_route(client)
        body = many_applications(tenant)
        assert client.report(body).status == 202
        assert echo("the-key").status == 200
        ballast = fill(small_disk)
        acknowledged = 1 + report_until_refused(client, body)

        # Reads go on; changes are refused; readiness says why.
        check_counted_once(tenant, acknowledged)
        hit = {"usage[hits]": 1}
        assert client.get("authrep", **tenant.credentials(), **hit).status == 503
        assert client.get("authorize", **tenant.credentials(), **hit).status == 200
        assert client.call("DELETE", tenant.path("stats/")).status == 503
        for key in ("the-key", "a-wrong-key"):  # neither counted nor kept as an error
            answer = echo(key)
            assert (answer.status, answer.json["code"]) == (503, "journal_unavailable")
            assert answer.headers["Retry-After"] == "1"
        assert client.call("GET", "/demo/echo").status == 403
        assert client.call("GET", "/liveness").status == 200
        status, why = readiness(client)
        assert status == 503
        assert "journal" in why["failing"]
        assert why["reasons"]["journal"] == "journal_full"
        metrics = client.call("GET", "/metrics").text
        assert re.search(r"^apim_journal_accepts 0$", metrics, re.MULTILINE)
        for _ in range(20):
            assert client.report(body).status == 503
        check_counted_once(tenant, acknowledged)

        ballast.unlink()
        wait_until(lambda: ready(client), 20, "ready again")
        assert client.report(body).status == 202
        acknowledged += 1
        check_counted_once(tenant, acknowledged)
        assert echo("the-key").status == 200
        assert echo("the-key").status == 429  # the third of two: what was refused was not counted
        server.says("apim.journal.failing", "apim.journal.works_again")

        server.kill()
        server.start()
        tenant.client = Client(server.base_url)
        check_counted_once(tenant, acknowledged)


def test_a_kill_on_a_full_disk_loses_nothing_acknowledged(small_disk, tmp_path):
    (small_disk / "data").mkdir(mode=0o700)
    os.symlink(small_disk / "data", tmp_path / "data")
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        body = many_applications(tenant)
        ballast = fill(small_disk)
        acknowledged = report_until_refused(tenant.client, body)
        server.kill()
        ballast.unlink()
        server.start()
        tenant.client = Client(server.base_url)
        check_counted_once(tenant, acknowledged)


def test_the_store_on_a_full_disk_refuses_edits_and_heals(small_disk, tmp_path):
    (small_disk / "data").mkdir(mode=0o700)
    os.symlink(small_disk / "data", tmp_path / "data")
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        client = tenant.client
        tenant.limit("1", "eternity", 10**9)
        ballast = fill(small_disk)

        def edit(number):
            fields = {"state": "active", "plan_id": "p1", "plan_name": "x" * 4000}
            target = tenant.path(f"applications/new{number}")
            return client.call("PUT", target, {"application": fields})

        stored = 0
        while (answer := edit(stored)).status == 200:
            stored += 1
            assert stored < 10_000
        assert answer.status == 503, answer.body
        assert answer.headers["Retry-After"]
        status, why = readiness(client)
        assert status == 503
        assert why["reasons"]["store"] in ("store_full", "store_io")
        # What the journal has room for is counted all the same.
        hit = {"usage[hits]": 1}
        assert client.get("authrep", **tenant.credentials(), **hit).status == 200
        assert client.call("GET", tenant.path(f"applications/new{stored}")).status == 404

        ballast.unlink()
        wait_until(lambda: ready(client), 20, "ready again")
        assert edit(stored).status == 200
        server.kill()
        server.start()
        tenant.client = client = Client(server.base_url)
        for number in range(stored + 1):
            client.must(200, "GET", tenant.path(f"applications/new{number}"))


@pytest.fixture
def of_nobody():
    """A folder, and Popen's options for a user whom its permissions bind."""
    user = 65534
    options = {}
    with tempfile.TemporaryDirectory(prefix="mainstay-") as folder:
        if os.geteuid() == 0:
            os.chown(folder, user, user)
            options = {"user": user, "group": user, "extra_groups": []}
        try:
            subprocess.run([binary(), "version"], cwd=folder, capture_output=True, **options)
        except OSError:
            pytest.skip("writer health: another user cannot reach the folder or the binary")
        yield Path(folder), options


def test_a_folder_that_is_closed_while_serving_and_opened_again(of_nobody):
    place, options = of_nobody
    with Server(place, **options) as server:
        tenant = Tenant(Client(server.base_url))
        client = tenant.client
        body = many_applications(tenant)
        folder = server.data / "journal" / "apim"
        folder.chmod(0o500)
        try:
            acknowledged = report_until_refused(client, body)
            status, why = readiness(client)
            assert status == 503
            assert why["reasons"]["journal"] == "journal_denied"
            check_counted_once(tenant, acknowledged)
        finally:
            folder.chmod(0o700)
        wait_until(lambda: ready(client), 20, "ready again")
        assert client.report(body).status == 202
        server.kill()
        server.start()
        tenant.client = Client(server.base_url)
        check_counted_once(tenant, acknowledged + 1)


SHIM = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
/* While the file HELD exists, fdatasync waits, and makes ENTERED; while BROKEN exists, it fails. */
int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  if (access(getenv("TEST_BROKEN"), F_OK) == 0) {
    errno = EIO;
    return -1;
  }
  while (access(getenv("TEST_HELD"), F_OK) == 0) {
    int made = open(getenv("TEST_ENTERED"), O_CREAT | O_WRONLY, 0600);
    if (made >= 0) close(made);
    usleep(1000);
  }
  return real(fd);
}
"""


@pytest.fixture
def held_disk(tmp_path):
    """Environment of a server whose fdatasync waits while `held` exists."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("writer health: no C compiler to hold fdatasync with")
    source, shim = tmp_path / "shim.c", tmp_path / "shim.so"
    source.write_text(SHIM)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", shim, source, "-ldl"], check=True)
    linked = subprocess.run(
        ["ldd", binary()], capture_output=True, text=True, check=False
    ).stdout
    if "libasan" in linked or "libtsan" in linked:
        pytest.skip("writer health: a sanitizer must come before any other preloaded library")
    return {
        "LD_PRELOAD": str(shim),
        "TEST_HELD": str(tmp_path / "held"),
        "TEST_ENTERED": str(tmp_path / "entered"),
        "TEST_BROKEN": str(tmp_path / "broken"),
    }


def test_disk_no_answer_leaves_before_its_fdatasync_returned(tmp_path, held_disk):
    held, entered = tmp_path / "held", tmp_path / "entered"
    settings = ["--set", "journal.durability=disk", "--set", "journal.stall_after=50ms"]
    with Server(tmp_path, *settings, variables=held_disk) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        hit = {"usage[hits]": 1}
        for round_number in range(1, 6):
            held.touch()
            entered.unlink(missing_ok=True)
            caller = Client(server.base_url)
            answers = []

            def call(caller=caller, answers=answers):
                answers.append(caller.get("authrep", **tenant.credentials(), **hit).status)

            thread = threading.Thread(target=call)
            thread.start()
            wait_until(entered.exists, 20, "a sync")
            # Meanwhile what reads is answered, and readiness tells of the slow disk.
            wait_until(lambda: not ready(tenant.client), 20, "not ready")
            assert readiness(tenant.client)[1]["reasons"]["journal"] == "journal_busy"
            assert tenant.current() == round_number
            assert not answers, "an answer left before its records were on the disk"
            held.unlink()
            thread.join(20)
            assert answers == [200]
            wait_until(lambda: ready(tenant.client), 20, "ready again")


def test_an_answer_that_waits_too_long_is_a_lost_connection(tmp_path, held_disk):
    held, entered = tmp_path / "held", tmp_path / "entered"
    settings = ["--set", "journal.durability=disk", "--set", "http.commit_timeout=200ms"]
    with Server(tmp_path, *settings, variables=held_disk) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        held.touch()
        caller = Client(server.base_url)
        with pytest.raises((OSError, http.client.HTTPException)):
            caller.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
        held.unlink()
        # It was counted: nobody was told that it was not.
        server.stop()
        server.start()
        tenant.client = Client(server.base_url)
        assert tenant.current() == 1
        assert entered.exists()


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_a_sync_that_fails_ends_the_server_and_loses_nothing(tmp_path, held_disk, durability):
    """Nobody knows what the disk has after that: nothing more may be acknowledged."""
    broken = tmp_path / "broken"
    settings = ["--set", f"journal.durability={durability}"]
    with Server(tmp_path, *settings, variables=held_disk) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        acknowledged = sent = 0
        broken.touch()
        try:
            while True:
                sent += 1
                hit = {"usage[hits]": 1}
                status = tenant.client.get("authrep", **tenant.credentials(), **hit).status
                assert status == 200
                acknowledged += 1
        except (OSError, http.client.HTTPException):
            pass
        assert server.ended() > 0
        assert "Input/output error" in server.output()
        if durability == "disk":
            assert acknowledged == 0
        broken.unlink()
        server.start()
        tenant.client = Client(server.base_url)
        assert acknowledged <= tenant.current() <= sent
