"""The simulated station beside a backend of others: npm's `ocpp-rpc`, which checks every message
of both sides against OCPP's schemas."""

import json
import pathlib
import subprocess

import pytest

from support.server import binary

pytestmark = pytest.mark.xdist_group("ocpp_simulator")  # one server, or program, for the file

HERE = pathlib.Path(__file__).resolve().parent


@pytest.fixture(scope="module")
def seen(node, tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulator")
    keys = folder / "keys"
    keys.write_text("# of all\n* 0123456789abcdef\n")
    backend = subprocess.Popen(
        [node, "ocpp_backend.mjs"], cwd=HERE, stdout=subprocess.PIPE, text=True
    )
    url = f"ws://127.0.0.1:{int(backend.stdout.readline())}/"
    station = subprocess.Popen(
        [binary(), "charging", "simulate", "--url", url, "--keys", keys, "--idle"],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = backend.communicate(timeout=60)[0]
    finally:
        backend.kill()
        station.terminate()
        report = station.communicate(timeout=20)[0]
    return {**json.loads(told), "report": report}


def test_what_the_station_says_fits_the_schemas(seen):
    assert seen["bad"] == []
    assert seen["password"] == "0123456789abcdef"
    assert seen["tagOfStart"] == "ANN"
    for method in ("BootNotification", "StatusNotification", "StartTransaction", "MeterValues",
                   "StopTransaction", "Heartbeat", "DiagnosticsStatusNotification",
                   "FirmwareStatusNotification", "LogStatusNotification",
                   "SignedFirmwareStatusNotification"):  # fmt: skip
        assert seen["calls"][method] >= 1, method


def test_what_the_station_answers_fits_the_schemas(seen):
    answers = seen["answers"]
    assert answers.pop("GetConfiguration") == "configurationKey,unknownKey"
    assert answers.pop("DataTransfer") == "UnknownVendorId"
    assert answers.pop("GetLocalListVersion") == "listVersion"
    assert answers.pop("UnlockConnector") == "Unlocked"
    assert answers.pop("GetDiagnostics") == "fileName"
    assert answers.pop("UpdateFirmware") == ""
    assert answers.pop("DeleteCertificate") == "NotFound"
    assert set(answers.values()) == {"Accepted"}, answers
    assert len(answers) == 20


def test_the_report_counts_it(seen):
    assert "StartTransaction" in seen["report"]
    assert "backend's calls answered" in seen["report"]
