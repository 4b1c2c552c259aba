"""Root that binds its ports and then is somebody else. Needs root: who is not sees them skipped."""

import os
import socket

import pytest

from support.apim_client import Client, Tenant
from support.certificates import Certificates
from support.restarting import Restarting
from support.server import Server, refused, run
from support.ws_client import WebSocket

NOBODY = 65534
pytestmark = [
    pytest.mark.usefixtures("own_server"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
]


def low_port(below=1024):
    """A free port that only root may bind."""
    for port in range(below - 1, 600, -1):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    pytest.skip("no low port is free")


def identity(process):
    """Real, effective, saved and file system id of user and group, groups, capabilities."""
    with open(f"/proc/{process}/status") as file:
        fields = dict(line.rstrip("\n").split(":", 1) for line in file)
    names = ("Uid", "Gid", "Groups", "CapPrm", "CapEff", "CapAmb", "NoNewPrivs")
    return {name: fields[name].split() for name in names}


def assert_is_nobody(process):
    found = identity(process)
    assert found["Uid"] == found["Gid"] == [str(NOBODY)] * 4
    assert found["Groups"] == []
    assert all(int(found[name][0], 16) == 0 for name in ("CapPrm", "CapEff", "CapAmb"))
    assert found["NoNewPrivs"] == ["1"]


def test_a_low_port_is_bound_root_given_up_and_the_port_kept_over_restarts(open_path):
    (open_path / "run").mkdir()
    os.chown(open_path / "run", NOBODY, NOBODY)
    port = low_port()
    stations = low_port(port)  # a module's own listener, with TLS
    made = Certificates(open_path)
    made.issue()
    os.chown(made.key, NOBODY, NOBODY)
    with Restarting(open_path / "run", "--user", "nobody",
                    *made.arguments_of("apps.charging.ocpp_"),
                    "--set", "apps.charging.enabled=true",
                    "--set", f"apps.charging.ocpp_tls_listen=127.0.0.1:{stations}",
                    port=port) as server:
        assert server.port == port

        def station_is_unknown():
            with WebSocket(f"https://localhost:{stations}", made.roots) as station:
                return " 404 " in station.open("/charging/ocpp/nobody")

        assert station_is_unknown()
        assert_is_nobody(server.process.pid)
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10)
        tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
        tenant.client.close()
        for path in [server.data, *server.data.rglob("*")]:
            assert path.lstat().st_uid == NOBODY, path
        for _ in range(2):
            server.restart()
            assert_is_nobody(server.process.pid)
            assert station_is_unknown()
            assert tenant.current() == 1
            tenant.client.close()


def test_a_data_folder_of_root_is_refused_with_the_command_that_helps(open_path):
    with Server(open_path) as server:
        Tenant(Client(server.base_url))
    message = refused(open_path, "--user", "nobody")
    assert f"{open_path}/data" in message and "chown -R nobody" in message


def test_users_that_cannot_be_are_refused(open_path):
    for user in ("no such user", "nobody:no such group", "4000000"):
        assert user.split(":")[-1] in refused(open_path, "--user", user)
    assert not (open_path / "data").exists()


def test_a_wide_bind_as_root_is_refused_unless_it_is_said(open_path):
    wide = ("--bind", "0.0.0.0")
    assert "--user" in refused(open_path, *wide, environment="deployment")
    with Server(open_path, *wide, "--user", "root", environment="deployment") as server:
        assert identity(server.process.pid)["Uid"][0] == "0"
    with Server(open_path) as server:
        server.says("mainstay.runs_as_root")


def test_a_check_as_root_leaves_nothing_of_roots_behind(open_path):
    checked = run(open_path, "serve", "--check", "--user", "nobody", "--data", "d", "-p", "0")
    assert checked.returncode == 0, checked.stdout
    made = [open_path / "d", *(open_path / "d").rglob("*")]
    assert all(path.lstat().st_uid == NOBODY for path in made)
