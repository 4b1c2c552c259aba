"""Which engine the servers under test keep their rows in: SQLite, or with
MAINSTAY_TEST_STORE=postgres PostgreSQL, in a schema of the data folder's own on the server of
MAINSTAY_TEST_POSTGRES."""

import atexit
import hashlib
import os
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

SERVER = os.environ.get("MAINSTAY_TEST_POSTGRES", "")
_made = set()


def is_postgres():
    wanted = os.environ.get("MAINSTAY_TEST_STORE", "sqlite")
    assert wanted in ("sqlite", "postgres"), f"MAINSTAY_TEST_STORE={wanted}"
    assert wanted == "sqlite" or SERVER, "MAINSTAY_TEST_POSTGRES names no server"
    return wanted == "postgres"


def _run(statement, url):
    return subprocess.run(
        ["psql", "-XqAt", "-F", "\x1f", "-v", "ON_ERROR_STOP=1", "-c", statement, url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
    )


def psql(statement, url=SERVER):
    """The rows of one statement (or several), each a tuple of texts."""
    done = _run(statement, url)
    assert done.returncode == 0, f"{statement}\n{done.stderr}"
    return [tuple(line.split("\x1f")) for line in done.stdout.splitlines()]


def answers(url):
    """Whether the server serves; one that recovers from a crash refuses all."""
    return _run("SELECT 1", url).returncode == 0


def schema_url(name):
    """The URL of a schema, made when it is not there and dropped when the tests end."""
    if name not in _made:
        psql(f"CREATE SCHEMA IF NOT EXISTS {name}")
        _made.add(name)
    separator = "&" if "?" in SERVER else "?"
    return f"{SERVER}{separator}options=-csearch_path%3D{name}"


def folder_url(data):
    digest = hashlib.sha256(str(Path(data).resolve()).encode()).hexdigest()[:12]
    return schema_url("ms_e2e_" + digest)


def variables(data):
    """What makes a server with this data folder use the engine wanted."""
    return {"DATABASE_URL": folder_url(data)} if is_postgres() else {}


def rows(data, statement):
    """The rows of one statement on the store of a server with this data folder; on PostgreSQL all
    texts."""
    if is_postgres():
        return psql(statement, folder_url(data))
    with closing(sqlite3.connect(Path(data) / "mainstay.db", timeout=30)) as store:
        return store.execute(statement).fetchall()


def change(data, *statements):
    """The same for statements that write."""
    if is_postgres():
        psql(";".join(statements), folder_url(data))
        return
    with closing(sqlite3.connect(Path(data) / "mainstay.db", timeout=30)) as store, store:
        for statement in statements:
            store.execute(statement)


@atexit.register
def _drop():
    for name in _made:
        psql(f"SET client_min_messages = error; DROP SCHEMA IF EXISTS {name} CASCADE")
