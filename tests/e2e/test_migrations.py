"""Schema changes on both engines: several operators at once, killed ones, SQL for others' clients,
new files, checks."""

import contextlib
import json
import random
import re
import sqlite3
import subprocess

import pytest

from support import stores
from support.server import binary, clean_environment, run

pytestmark = pytest.mark.usefixtures("own_server")


class Database:
    """An empty one: of SQLite in a folder, or a schema on the tests' server."""

    def __init__(self, engine, folder):
        self.engine, self.folder = engine, folder
        self.file = folder / "app.db"
        self.url = f"sqlite:{self.file}"
        if engine == "postgres":
            if not stores.SERVER:
                pytest.skip("postgres: MAINSTAY_TEST_POSTGRES names no server")
            self.url = stores.folder_url(folder / "migrations")
        self.variables = {"DATABASE_URL": self.url}

    def migrate(self, *words):
        return run(self.folder, "migrate", *words, variables=self.variables, timeout=120)

    def must(self, *words):
        done = self.migrate(*words)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def spawn(self, *words):
        return subprocess.Popen(
            [binary(), "migrate", *words], cwd=self.folder, text=True,
            env=clean_environment(self.variables),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )

    def applied(self):
        return [one["applied"] for one in json.loads(self.must("status", "--json"))]

    def query(self, statement):
        if self.engine == "postgres":
            return stores.psql(statement, self.url)
        with contextlib.closing(sqlite3.connect(self.file, timeout=30)) as store, store:
            return store.execute(statement).fetchall()

    def script(self, sql):
        """Runs it with the engine's own client."""
        command = ["sqlite3", self.file] if self.engine == "sqlite" else ["psql", "-Xq", self.url]
        done = subprocess.run(command, input=sql, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "error" not in done.stderr.lower(), done.stderr


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    return Database(request.param, tmp_path)


def test_eight_operators_at_once_apply_each_once(database):
    count = len(database.applied())
    operators = [database.spawn("up") for _ in range(8)]
    said = [operator.communicate(timeout=120)[0] for operator in operators]
    assert [operator.returncode for operator in operators] == [0] * 8, said
    versions = re.findall(r"^applied (\d+)$", "".join(said), re.MULTILINE)
    assert len(versions) == len(set(versions)) == count, said
    assert database.applied() == [True] * count


def test_a_killed_operator_leaves_each_migration_whole_or_not_there(database):
    moments = random.Random(5)
    count = len(database.applied())
    leases = 0
    for _ in range(8):
        operator = database.spawn("up")
        with contextlib.suppress(subprocess.TimeoutExpired):
            operator.wait(moments.uniform(0.02, 0.25))
        operator.kill()
        operator.communicate()
        done = sum(database.applied())
        tried = database.migrate("down")
        if "another operator" in tried.stdout:
            leases += 1
            assert tried.returncode == 1
            assert re.search(r"its lease ends in \d+ s", tried.stdout)
            assert "try again then" in tried.stdout
            database.query("DELETE FROM schema_lease")
        else:
            assert tried.returncode == 0, tried.stdout
            assert sum(database.applied()) == max(0, done - 1)
    database.must("up")
    assert database.applied() == [True] * count
    checked = database.migrate("check")
    assert checked.returncode == 0, checked.stdout


def test_a_lease_that_is_held_is_told_and_waited_for(database):
    database.must("status")
    database.query("INSERT INTO schema_lease (id, owner, expires_at) "
                   "VALUES (1, 'process 7 on elsewhere', 99999999999999999)")
    operator = database.spawn("up")
    line = operator.stdout.readline()
    assert "waiting:" in line and "process 7 on elsewhere" in line
    database.query("DELETE FROM schema_lease")
    operator.communicate(timeout=60)
    assert operator.returncode == 0


def test_offline_sql_is_what_up_and_down_do(database):
    count = len(database.applied())
    up = run(database.folder, "migrate", "sql", "--engine", database.engine,
             variables={"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"})
    assert up.returncode == 0, "it opens no database"
    database.script(up.stdout)
    assert database.applied() == [True] * count
    database.script(database.must("sql", "--engine", database.engine, "--down"))
    assert database.applied() == [False] * count


def test_redo_dry_runs_and_phases(database):
    count = len(database.applied())
    assert database.must("up", "--dry-run").count("would apply") == count
    assert database.applied() == [False] * count
    database.must("up")
    newest = database.must("down", "--dry-run").split()[-1]
    assert database.must("redo").split() == ["redone", newest]
    did = json.loads(database.must("redo", "--json"))
    assert did == {"did": "redone", "versions": [int(newest)]}
    assert database.must("up", "--phase", "expand") == "nothing to do\n"
    assert database.migrate("up", "--phase", "now").returncode == 2
    assert {one["phase"] for one in json.loads(database.must("status", "--json"))} <= {
        "expand", "contract"}


def test_new_files_and_what_check_finds_in_them(tmp_path):
    folder = tmp_path / "src" / "shop" / "migrations"
    folder.mkdir(parents=True)
    assert "would write" in run(tmp_path, "migrate", "new", "add_notes", "--dry-run").stdout
    assert not list(folder.iterdir())
    made = run(tmp_path, "migrate", "new", "add_notes")
    assert made.returncode == 0, made.stdout
    up, down = sorted(folder.iterdir(), key=lambda path: path.name, reverse=True)
    assert re.fullmatch(r"\d{14}_add_notes\.up\.sql", up.name)
    assert re.fullmatch(r"\d{14}_add_notes\.down\.sql", down.name)
    for name in ("../x", "a b", "", "A", "class;drop"):
        refused = run(tmp_path, "migrate", "new", "--", name)
        assert refused.returncode != 0 and len(list(folder.iterdir())) == 2, refused.stdout
    assert run(tmp_path, "migrate", "check").returncode == 0
    down.unlink()
    (folder / "20260101000000_odd.up.sql").write_text("-- phase: later\nSELECT 1;")
    checked = run(tmp_path, "migrate", "check")
    assert checked.returncode == 1
    assert f"{down.name} is missing beside it" in checked.stdout
    assert "`-- phase:` is followed by expand or contract" in checked.stdout
    findings = json.loads(run(tmp_path, "migrate", "check", "--json").stdout)["findings"]
    assert len(findings) == 3


def test_an_edited_migration_is_named_by_check(database):
    database.must("up")
    database.query("UPDATE schema_migrations SET checksum = 'x' WHERE version = "
                   "(SELECT MIN(version) FROM schema_migrations)")
    checked = database.migrate("check")
    assert checked.returncode == 1 and "its text has changed since" in checked.stdout
    refused = database.migrate("up")
    assert refused.returncode == 1 and "has another text now" in refused.stdout


def test_dbshell_is_sqlite3_on_the_store(tmp_path):
    missing = run(tmp_path, "dbshell", variables={"DATABASE_URL": None})
    assert missing.returncode == 1 and "migrate up" in missing.stdout
    database = Database("sqlite", tmp_path)
    database.must("up")
    asked = run(tmp_path, "dbshell", "--", "SELECT count(*) > 0 FROM schema_migrations",
                variables=database.variables)
    assert asked.stdout == "1\n", asked.stdout
