"""Schema changes by hand: `mainstay migrate`, and a start that waits for them."""

import json
import re
import stat

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, refused, run

BY_HAND = ("--set", "store.migrate_on_start=false")
pytestmark = pytest.mark.usefixtures("own_server")


@pytest.fixture
def migrate(tmp_path):
    """Runs `mainstay migrate ...` on the data of a server in the same folder."""

    def command(*arguments):
        done = run(tmp_path, "migrate", *arguments, "--data", tmp_path / "data")
        assert done.returncode == 0, done.stdout
        return done.stdout

    return command


def applied(migrate):
    """Whether each migration is applied, oldest first; table and JSON must agree."""
    every = json.loads(migrate("status", "--json"))
    assert every
    header, *rows = migrate("status").splitlines()
    assert header.split() == ["version", "name", "phase", "state"]
    for row, one in zip(rows, every, strict=True):
        state = r"applied \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC" if one["applied"] else "missing"
        assert re.fullmatch(rf"{one['version']} +{one['name']} +{one['phase']} +{state}", row)
    return [one["applied"] for one in every]


def test_nothing_is_undone_beside_a_server(tmp_path, migrate):
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        for command in (["down"], ["redo"]):
            tried = run(tmp_path, "migrate", *command, "--data", tmp_path / "data")
            assert tried.returncode == 1 and "`mainstay stop` it first" in tried.stdout
        assert "would undo" in migrate("down", "--dry-run")
        tenant.limit("1", "eternity", 1)  # the catalog is still there
    assert all(applied(migrate))


def test_up_and_down_and_what_is_between(migrate):
    count = len(applied(migrate))
    assert applied(migrate) == [False] * count, "looking applies nothing"
    assert "CREATE TABLE" in migrate("sql")
    assert migrate("up").count("applied ") == count
    assert applied(migrate) == [True] * count
    assert "CREATE TABLE" not in migrate("sql")
    assert migrate("up") == "nothing to do\n"
    assert migrate("down").startswith("undone ")
    assert applied(migrate) == [True] * (count - 1) + [False]
    migrate("down", "1000")
    assert applied(migrate) == [False] * count
    assert migrate("down") == "nothing to do\n"
    migrate("up")
    assert applied(migrate) == [True] * count


def test_a_start_that_may_not_migrate_says_what_to_run(migrate, tmp_path):
    assert "mainstay migrate up" in refused(tmp_path, *BY_HAND)
    migrate("up")
    with Server(tmp_path, *BY_HAND) as server:
        Tenant(Client(server.base_url))


def test_looking_leaves_the_mode_of_a_folder_alone(migrate, tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    migrate("status")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
