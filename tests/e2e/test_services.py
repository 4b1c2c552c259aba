"""`mainstay services`: local servers from Debian's packages."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

from support import stores
from support.services import Services

pytestmark = pytest.mark.usefixtures("own_server")


@pytest.fixture
def services():
    with Services() as started:
        yield started


def uid_of(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("Uid:")[1].split()[0])


def test_they_start_answer_others_clients_and_stop(services):
    assert services.command("status").returncode == 3, "nothing runs yet"
    assert "would be started" in services.must("start", "--dry-run")
    assert not (services.folder / "var" / "services").exists()
    said = services.must("start")
    assert said.count("ready (started)") == 3, said
    states = services.states()
    for name, state in states.items():
        assert state["ready"] and state["port"] == services.ports[name]
        assert Path(state["log"]).is_relative_to(services.folder)
        assert os.geteuid() != 0 or uid_of(state["pid"]) != 0, f"{name} runs as root"
    assert stores.psql("SELECT 6 * 7", services.url("postgres")) == [("42",)]
    redis = subprocess.run(
        ["redis-cli", "-p", str(services.ports["redis"]), "ping"], stdout=subprocess.PIPE, text=True
    )
    assert redis.stdout == "PONG\n"
    with socket.create_connection(("127.0.0.1", services.ports["nats"]), timeout=10) as nats:
        assert nats.recv(4096).startswith(b"INFO {")

    again = services.must("start")
    assert again.count("ran already") == 3
    assert {n: s["pid"] for n, s in services.states().items()} == {
        n: s["pid"] for n, s in states.items()
    }
    assert services.must("stop").count("stopped") == 3
    assert services.must("stop").count("did not run") == 3
    assert services.command("status").returncode == 3


def test_data_and_the_password_stay_over_a_stop(services):
    services.must("start", "postgres")
    url = services.url("postgres")
    stores.psql("CREATE TABLE kept (id BIGINT); INSERT INTO kept VALUES (7)", url)
    services.must("stop", "postgres")
    services.must("start", "postgres")
    assert services.url("postgres") == url
    assert stores.psql("SELECT id FROM kept", url) == [("7",)]
    user, rest = url.split(":", 2)[1], url.split("@")[1]
    command = ["psql", "-c", "SELECT 1", f"postgres:{user}:wrong@{rest}"]
    wrong = subprocess.run(command, capture_output=True)
    assert wrong.returncode != 0, "it lets in only who has the password"


def test_what_stands_in_the_way_is_said(services):
    unknown = services.command("start", "mysql")
    assert unknown.returncode == 2 and "postgres, redis and nats" in unknown.stdout
    missing = services.command("start", "redis", variables={"PATH": "/nowhere"})
    assert missing.returncode == 1 and "apt-get install redis-server" in missing.stdout
    with socket.create_server(("127.0.0.1", services.ports["redis"])):
        taken = services.command("start", "redis")
    assert taken.returncode == 1
    assert f"somebody else listens on 127.0.0.1:{services.ports['redis']}" in taken.stdout
    assert "services.redis_port" in taken.stdout
