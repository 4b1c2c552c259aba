"""The mirror of the counters in the server's store, read by SQLite's own library."""

import contextlib
import sqlite3

ETERNITY = 6
METRIC_IDS = {"hits": "1", "bytes": "2"}


def query(server, statement, parameters=()):
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
    with contextlib.closing(sqlite3.connect(server.data / "mainstay.db", timeout=10)) as store:
        with store:
            yield store
