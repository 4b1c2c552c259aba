"""The commands that run the server in the background."""

import os
import signal

import pytest

from support.apim_client import BASIC, Client, Tenant
from support.server import LISTENING, accepts, binary, run

pytestmark = pytest.mark.usefixtures("own_server")


class Background:
    def __init__(self, folder):
        self.folder = folder
        self.pidfile = folder / "mainstay.pid"
        self.base_url = None

    def command(self, *arguments):
        """Runs it; keeps the address that a start tells."""
        done = run(self.folder, *arguments, "--pidfile", self.pidfile)
        started = LISTENING.search(done.stdout)
        if started:
            self.base_url = started[1]
        return done

    def start(self):
        return self.command("-p", "0", "-d", "start")

    @property
    def pid(self):
        return int(self.pidfile.read_text())

    def client(self):
        return Client(self.base_url)


@pytest.fixture
def background(tmp_path):
    made = Background(tmp_path)
    yield made
    if made.pidfile.exists():
        try:
            if os.path.samefile(f"/proc/{made.pid}/exe", binary()):
                os.kill(made.pid, signal.SIGKILL)
        except (OSError, ValueError):
            pass


def test_start_status_stop(background):
    assert background.command("status").returncode > 0, "nothing runs yet"
    started = background.start()
    assert started.returncode == 0, started.stdout
    background.client().must(200, "GET", "/status")
    status = background.command("status")
    assert status.returncode == 0
    assert str(background.pid) in status.stdout
    stopped = background.command("stop")
    assert stopped.returncode == 0, stopped.stdout
    assert not accepts(background.base_url)
    assert background.command("status").returncode > 0
    assert not background.pidfile.exists()


def test_a_second_start_is_refused_and_leaves_the_first_alone(background):
    assert background.start().returncode == 0
    client, pid = background.client(), background.pid
    again = background.start()
    assert again.returncode > 0
    assert again.stdout.strip()
    assert background.pid == pid
    client.must(200, "GET", "/status")
    assert background.command("stop").returncode == 0


def test_flags_may_follow_the_verb(background):
    started = background.command("start", "-p", "0", "-d")
    assert started.returncode == 0, started.stdout
    background.client().must(200, "GET", "/status")
    assert background.command("stop").returncode == 0


def test_restart_keeps_the_counters(background):
    assert background.start().returncode == 0
    tenant = Tenant(background.client())
    tenant.limit("1", "eternity", 10)
    assert tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 3}).status == 200
    before = background.pid
    restarted = background.command("-p", "0", "-d", "restart")
    assert restarted.returncode == 0, restarted.stdout
    tenant.client = background.client()
    assert background.pid == before
    assert tenant.current() == 3
    assert background.command("stop").returncode == 0


def test_a_stale_pidfile_is_no_server(background):
    background.pidfile.write_text("999999\n")
    assert background.command("status").returncode > 0
    assert background.start().returncode == 0
    background.client().must(200, "GET", "/internal/check.json", headers={"Authorization": BASIC})
    assert background.command("stop").returncode == 0


def test_a_background_start_logs_into_the_data_folder(background, tmp_path):
    assert background.start().returncode == 0
    background.client().must(200, "GET", "/status")
    assert background.command("stop").returncode == 0
    log = (tmp_path / "var" / "mainstay.log").read_text()
    assert "mainstay.started" in log and "GET /status" in log


def test_a_background_start_logs_where_it_is_told(background, tmp_path):
    assert background.command("-p", "0", "-d", "-l", "here.log", "start").returncode == 0
    assert background.command("stop").returncode == 0
    assert "mainstay.started" in (tmp_path / "here.log").read_text()
    assert not (tmp_path / "var" / "mainstay.log").exists()


def test_a_background_start_that_fails_says_so(background, tmp_path):
    failed = background.command("-p", "0", "-d", "--set", "http.prot=1", "start")
    assert failed.returncode > 0
    assert "http.port" in failed.stdout


def test_version_names_itself(tmp_path):
    done = run(tmp_path, "version")
    assert done.returncode == 0
    assert "mainstay" in done.stdout.lower()
