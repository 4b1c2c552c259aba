"""Jobs put into the table from outside, and looked at: the table is described in docs/jobs.md."""

import json
import sqlite3
import time
import uuid
from contextlib import closing

from support import stores
from support.server import run, wait_until


def micros(seconds=None):
    return int((time.time() if seconds is None else seconds) * 1_000_000)


def literal(value):
    """A value in SQL."""
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


class Table:
    """Of a server with this data folder, on the engine under test."""

    def __init__(self, data):
        self.data = data

    def _do(self, sql, parameters=()):
        if stores.is_postgres():
            first, *others = sql.split("?")
            whole = first + "".join(literal(value) + part
                                    for value, part in zip(parameters, others, strict=True))
            return stores.psql(whole, stores.folder_url(self.data))
        path = self.data / "mainstay.db"
        with closing(sqlite3.connect(path, timeout=20)) as database, database:
            return database.execute(sql, parameters).fetchall()

    def enqueue(self, kind, payload, failures_max=10, secret=False, run_at=None):
        """As jobs::enqueue() does."""
        job = uuid.uuid4().hex[:24]
        now = micros()
        self._do(
            "INSERT INTO jobs (id, queue, kind, payload, is_secret, state, priority, failures, "
            "failures_max, losses, made_at, run_at) VALUES (?, 'default', ?, ?, ?, ?, 0, 0, ?, 0, "
            "?, ?)",
            (job, kind, payload if isinstance(payload, str) else json.dumps(payload), int(secret),
             "scheduled" if run_at else "queued", failures_max, now,
             micros(run_at) if run_at else now))
        return job

    def state(self, job):
        return self._do("SELECT state FROM jobs WHERE id = ?", (job,))[0][0]

    def payload(self, job):
        return self._do("SELECT payload FROM jobs WHERE id = ?", (job,))[0][0]

    def wait(self, job, state, seconds=30):
        wait_until(lambda: self.state(job) == state, seconds, f"job {job} is {state}")


def jobs_command(folder, *arguments, settings=(), code=0):
    """`mainstay jobs ...` on the data of a server in `folder`."""
    flags = [part for pair in settings for part in ("--set", pair)]
    done = run(folder, "jobs", *arguments, "--data", folder / "data", "--env", "test", *flags)
    assert done.returncode == code, done.stdout
    return done.stdout
