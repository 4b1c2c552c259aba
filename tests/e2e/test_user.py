"""Root that binds its ports and then is somebody else. Needs root: who is not sees them skipped."""

import os
import socket
import stat

import pytest

from support.apim_client import Client, Tenant
from support.restarting import Restarting
from support.server import Server, refused, run

NOBODY = 65534
pytestmark = [
    pytest.mark.usefixtures("own_server"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user"),
]


@pytest.fixture
def folder(tmp_path):
    """One that anybody may pass through, as /var/lib is."""
    for parent in (tmp_path, *tmp_path.parents[:2]):
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH)
    return tmp_path


def low_port():
    """A free port that only root may bind."""
    for port in range(1023, 600, -1):
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


def test_a_low_port_is_bound_root_given_up_and_the_port_kept_over_restarts(folder):
    (folder / "run").mkdir()
    os.chown(folder / "run", NOBODY, NOBODY)
    port = low_port()
    with Restarting(folder / "run", "--user", "nobody", port=port) as server:
        assert server.port == port
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
            assert tenant.current() == 1
            tenant.client.close()


def test_a_data_folder_of_root_is_refused_with_the_command_that_helps(folder):
    with Server(folder) as server:
        Tenant(Client(server.base_url))
    message = refused(folder, "--user", "nobody")
    assert f"{folder}/data" in message and "chown -R nobody" in message


def test_users_that_cannot_be_are_refused(folder):
    for user in ("no such user", "nobody:no such group", "4000000"):
        assert user.split(":")[-1] in refused(folder, "--user", user)
    assert not (folder / "data").exists()


def test_a_wide_bind_as_root_is_refused_unless_it_is_said(folder):
    wide = ("--bind", "0.0.0.0")
    assert "--user" in refused(folder, *wide, environment="deployment")
    with Server(folder, *wide, "--user", "root", environment="deployment") as server:
        assert identity(server.process.pid)["Uid"][0] == "0"
    with Server(folder) as server:
        assert "mainstay.runs_as_root" in server.output()


def test_a_check_as_root_leaves_nothing_of_roots_behind(folder):
    checked = run(folder, "serve", "--check", "--user", "nobody", "--data", "d", "-p", "0")
    assert checked.returncode == 0, checked.stdout
    assert all(path.lstat().st_uid == NOBODY for path in [folder / "d", *(folder / "d").rglob("*")])
