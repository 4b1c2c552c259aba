"""`doctor`, `routes`, `api` and the aliases rundev, runproduct and runtests."""

import json
import subprocess

import pytest

from support.certificates import Certificates
from support.server import CREDENTIALS, NO_CREDENTIALS, Server, accepts, run, wait_until

pytestmark = pytest.mark.usefixtures("own_server")


def examined(folder, *arguments, **options):
    done = run(folder, "doctor", "--json", *arguments, **options)
    answer = json.loads(done.stdout)
    assert answer["ok"] == (done.returncode == 0)
    return {one["subject"]: one for one in answer["checks"]}


def free_port():
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


# --- doctor --------------------------------------------------------------------------------------


def test_a_new_installation_is_well_and_stays_untouched(tmp_path):
    checks = examined(tmp_path, "-p", free_port())
    for subject in ("settings", "data", "store", "listener", "time zones"):
        assert checks[subject]["state"] == "ok", checks
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_told_with_the_place(tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "base.toml").write_text("http.port = 'x'\n")
    checks = examined(tmp_path)
    assert checks["settings"]["state"] == "fail"
    assert "settings/base.toml:1" in checks["settings"]["text"]
    assert "settings lint" in checks["settings"]["advice"]


def test_a_running_server_is_seen(tmp_path):
    port = free_port()
    with Server(tmp_path, "--pidfile", tmp_path / "data" / "mainstay.pid", port=port):
        checks = examined(tmp_path, "--data", "data", "--env", "test", "-p", port)
        assert checks["listener"]["state"] == "ok"
        assert "of ours serves" in checks["listener"]["text"]
        assert checks["journal"]["state"] == "ok"
        assert checks["store"]["text"] == "reachable, schema current"


def test_a_port_that_others_have_is_told(tmp_path):
    with Server(tmp_path) as server:
        checks = examined(tmp_path, "--data", "elsewhere", "-p", server.port)
        assert checks["listener"]["state"] == "fail"
        assert "ss -ltnp" in checks["listener"]["advice"]


def test_folders_open_to_others_missing_migrations_and_damage_are_told(tmp_path):
    with Server(tmp_path) as server:
        assert server.stop() == 0
    (tmp_path / "data").chmod(0o755)
    segment = next((tmp_path / "data" / "journal").rglob("*.log"))
    segment.write_bytes(b"no journal" * 1000)
    checks = examined(tmp_path, "--data", "data", "-p", free_port())
    assert checks["data"]["state"] == "warn" and "chmod 700" in checks["data"]["advice"]
    assert checks["journal"]["state"] == "fail" and "journal check" in checks["journal"]["advice"]


def test_pending_migrations_are_no_fault_where_the_start_applies_them(tmp_path):
    arguments = ("--data", "data", "-p", free_port())
    assert run(tmp_path, "migrate", "up", *arguments).returncode == 0
    assert run(tmp_path, "migrate", "down", *arguments).returncode == 0
    assert "next start applies" in examined(tmp_path, *arguments)["store"]["text"]
    store = examined(tmp_path, *arguments, "--set", "store.migrate_on_start=false")["store"]
    assert store["state"] == "fail" and "migrate up" in store["advice"]


@pytest.mark.parametrize("days, state", [(100, "ok"), (5, "warn")])
def test_a_certificate_that_ends_soon_is_told(tmp_path, days, state):
    files = Certificates(tmp_path)
    files.issue(days=days)
    arguments = files.arguments
    checks = examined(tmp_path, "-p", free_port(), *arguments)
    assert checks["certificate"]["state"] == state, checks["certificate"]
    checks = examined(tmp_path, "-p", free_port(), *arguments[:2])
    assert checks["certificate"]["state"] == "fail"


def test_a_reference_that_cannot_be_read_is_told(tmp_path):
    arguments = ("--set", "apps.apim.internal_password=file:none", "-p", free_port())
    secrets = examined(tmp_path, *arguments, variables=NO_CREDENTIALS)["secrets"]
    assert secrets["state"] == "fail"
    assert "apps.apim.internal_password = file:none" in secrets["text"]


def test_the_table_says_what_to_do(tmp_path):
    done = run(tmp_path, "doctor", "--set", "http.tls_key=key.pem", "-p", free_port())
    assert done.returncode == 1
    assert "FAIL  certificate" in done.stdout and "-> set both" in done.stdout


# --- routes --------------------------------------------------------------------------------------


def test_routes_are_those_that_would_be_served(tmp_path):
    done = run(tmp_path, "routes", "--json", "--set", "http.admin_listen=127.0.0.1:1")
    assert done.returncode == 0, done.stdout
    routes = {(one["method"], one["path"]): one for one in json.loads(done.stdout)}
    authrep = routes["GET", "/transactions/authrep.xml"]
    assert (authrep["module"], authrep["listener"], authrep["gated"]) == ("apim", "http", False)
    metrics = routes["GET", "/metrics"]
    assert (metrics["module"], metrics["listener"]) == ("platform", "admin")
    assert list(tmp_path.iterdir()) == []
    gated = ("--set", "apps.demo.echo=true", "--set", "apps.demo.gate=nobody")
    routes = json.loads(run(tmp_path, "routes", "--json", *gated).stdout)
    assert {one["path"] for one in routes if one["gated"]} == {"/demo/echo"}
    table = run(tmp_path, "routes").stdout
    assert "/transactions/authrep.xml" in table


# --- api -----------------------------------------------------------------------------------------


def test_api_asks_the_running_server(tmp_path):
    pid = tmp_path / "data" / "mainstay.pid"
    port = free_port()
    with Server(tmp_path, "--pidfile", pid, port=port):
        common = ("--data", "data", "--env", "test", "-p", port)
        done = run(tmp_path, "api", "GET", "/status", *common)
        assert done.returncode == 0 and json.loads(done.stdout)["status"] == "ok"
        done = run(tmp_path, "api", "/internal/check.json", *common)
        assert done.returncode == 1 and "the answer was 401" in done.stdout
        basic = ("--basic", "apps.apim.internal")
        done = run(tmp_path, "api", "/internal/check.json", "--include", *basic, *common)
        assert done.returncode == 0 and done.stdout.startswith("200\n")
        service = json.dumps({"service": {"id": "7", "provider_key": "p", "state": "active"}})
        done = run(tmp_path, "api", "POST", "/internal/services/", "-d", service, *basic, *common)
        assert done.returncode == 0, done.stdout
        assert '  "' in done.stdout  # for people


def test_api_answers_itself_when_no_server_runs(tmp_path):
    done = run(tmp_path, "api", "GET", "/readiness", "--data", "data")
    assert done.returncode == 0 and "no server of these settings runs" in done.stdout
    done = run(tmp_path, "api", "/internal/check.json", "--basic", "apps.apim.internal")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["GET"], "say METHOD /path"),
        (["FETCH", "/x"], "FETCH is no method"),
        (["/x", "--bearer", "hushhush"], "--bearer takes a reference"),
        (["/x", "--bearer", "env:NONE"], "the variable is not set"),
        (["/x", "--basic", "none"], "there are no settings none_user"),
        (["/x", "-d", "@none"], "none cannot be read"),
    ],
)
def test_api_refuses_what_it_cannot_send(tmp_path, arguments, told):
    done = run(tmp_path, "api", *arguments)
    assert done.returncode == 2 and told in done.stdout


# --- aliases -------------------------------------------------------------------------------------


def test_rundev_and_runproduct_prefer_what_they_are_for(tmp_path):
    def would(*arguments):
        return run(tmp_path, *arguments, "--check", variables=CREDENTIALS)

    with Server(tmp_path, port=5000) if not accepts("http://127.0.0.1:5000") else Nothing():
        done = would("rundev")
        assert done.returncode != 0 and "5000" in done.stdout
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "deployment.toml").write_text("http.port = 'deployment'\n")
    done = would("runproduct")
    assert done.returncode == 2 and "settings/deployment.toml:1" in done.stdout
    (tmp_path / "settings" / "environment").write_text("development\n")
    assert "settings/deployment.toml" not in would("runproduct").stdout


class Nothing:
    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


def test_runproduct_runs_in_the_background_too(tmp_path):
    common = ("--data", "data", "-p", free_port())
    assert run(tmp_path, "runproduct", "-d", *common).returncode == 0
    try:
        assert run(tmp_path, "status", *common).returncode == 0
    finally:
        assert run(tmp_path, "stop", *common).returncode == 0
    wait_until(lambda: run(tmp_path, "status", *common).returncode == 3, 20, "it has ended")


def test_runtests_is_the_test_runner_of_a_project(tmp_path):
    done = run(tmp_path, "runtests")
    assert done.returncode == 2 and "there is no ./dev here" in done.stdout
    (tmp_path / "dev").write_text('#!/bin/sh\necho "tests: $@"\nexit 5\n')
    subprocess.run(["chmod", "+x", tmp_path / "dev"], check=True)
    done = run(tmp_path, "runtests", "--", "-k", "x")
    assert (done.returncode, done.stdout) == (5, "tests: test -k x\n")
