"""The charging network dies at any moment under load: what it acknowledged to a station is there
again, once, and transactions that were open go on."""

import csv
import json
import sqlite3
from contextlib import closing
from datetime import datetime

import pytest

from support.charging import network, simulate
from support.server import wait_until

ROUNDS = 4
STATIONS = 16
MESSAGES_A_ROUND = 300
pytestmark = pytest.mark.usefixtures("own_server")


def micros(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000) * 1000


def read_acknowledged(path):
    """The lines that are whole."""
    text = path.read_text()
    rows = csv.reader(text[: text.rfind("\n") + 1].splitlines())
    for station, action, connector, transaction, tag, meter, at in rows:
        told = (station, int(connector), int(transaction), tag.upper(), int(meter))
        yield action, told, micros(at)


def read_transactions(database):
    rows = database.execute(
        "SELECT t.id, s.identity, t.connector, t.tag, t.meter_start, t.started_at / 1000 * 1000, "
        "t.state, t.meter_stop, t.stopped_at / 1000 * 1000 "
        "FROM charging_transactions t JOIN charging_stations s ON s.id = t.station_id"
    ).fetchall()
    return {row[0]: row[1:] for row in rows}


def check(database, acknowledged):
    kept = read_transactions(database)
    metered = {}
    for number, count in database.execute(
        "SELECT transaction_id, count(*) FROM charging_meter_values GROUP BY 1"
    ):
        metered[number] = count
    meters = {}
    for action, (station, connector, number, tag, meter), at in acknowledged:
        row = kept[number]
        assert row[:3] == (station, connector, tag)
        if action == "StartTransaction":
            assert row[3:5] == (meter, at)
        elif action == "StopTransaction":
            assert row[5:8] == (1, meter, at)
        else:
            meters[number] = meters.get(number, 0) + 1
    for number, count in meters.items():
        assert metered[number] >= count, number
    begun = {(row[0], row[1], row[4]) for row in kept.values()}
    assert len(begun) == len(kept), "a transaction is there twice"
    still_open = [row[0] for row in kept.values() if row[5] == 0]
    assert len(set(still_open)) == len(still_open) <= STATIONS


def test_what_stations_were_told_survives_kill_9_under_load(tmp_path):
    names = [f"SIM-{number:06}" for number in range(1, STATIONS + 1)]
    told = tmp_path / "acknowledged.csv"
    with network(tmp_path, stations=names) as server:
        load = simulate(
            server, "--cycles", "--cycle-meters", 3, "--stations", STATIONS, "--acknowledged", told,
            "--back-off", 0, "--back-off-range", 1, "--message-timeout", 10, "--json",
        )  # fmt: skip
        try:
            for number in range(1, ROUNDS + 1):
                wait_until(
                    lambda number=number: told.exists()
                    and told.read_text().count("\n") > number * MESSAGES_A_ROUND,
                    60,
                    "load",
                )
                server.kill()
                with closing(sqlite3.connect(server.data / "mainstay.db")) as database:
                    check(database, list(read_acknowledged(told)))
                server.start()
        finally:
            load.terminate()
            report = json.loads(load.communicate(timeout=20)[0].splitlines()[-1])
        assert report["dropped"] == 0
        assert report["connections_lost"] >= STATIONS  # some were still coming back
        assert report["calls"]["refused"] == 0
