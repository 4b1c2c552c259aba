"""The mirror of the counters in the server's store, read by others: SQLite's library, psql."""

import contextlib
import sqlite3

from support import stores

ETERNITY = 6
METRIC_IDS = {"hits": "1", "bytes": "2"}


def literal(value):
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"


class Psql:
    """As much of an SQLite connection as the tests use."""

    def __init__(self, server):
        self._url = stores.folder_url(server.data)

    def execute(self, statement, parameters=()):
        first, *others = statement.split("?")
        filled = first + "".join(literal(p) + o for p, o in zip(parameters, others, strict=True))
        self._rows = [tuple(map(number, row)) for row in stores.psql(filled, self._url)]
        return self

    def fetchall(self):
        return self._rows


def number(text):
    return int(text) if text.lstrip("-").isdigit() else text


def query(server, statement, parameters=()):
    if stores.is_postgres():
        return Psql(server).execute(statement, parameters).fetchall()
    with contextlib.closing(sqlite3.connect(server.data / "mainstay.db", timeout=10)) as store:
        return store.execute(statement, parameters).fetchall()


def eternity(server, tenant, metric, application):
    """All that was ever counted, as the store has it: of an application, or with "" of all."""
    rows = query(
        server,
        "SELECT u.value FROM apim_usage u JOIN apim_usage_subjects s ON s.id = u.subject_id"
        " WHERE s.service_id = ? AND s.metric_id = ? AND s.application_id = ? AND u.period = ?",
        (tenant.id, METRIC_IDS[metric], application, ETERNITY),
    )
    return rows[0][0] if rows else 0


def subjects(server, tenant):
    statement = "SELECT COUNT(*) FROM apim_usage_subjects WHERE service_id = ?"
    return query(server, statement, (tenant.id,))[0][0]


@contextlib.contextmanager
def writing(server):
    """A connection whose changes are committed at the end; while the server is down."""
    if stores.is_postgres():
        yield Psql(server)
        return
    with contextlib.closing(sqlite3.connect(server.data / "mainstay.db", timeout=10)) as store:
        with store:
            yield store
