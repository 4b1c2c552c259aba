"""The OCPP door beside stations by others: npm's `ocpp-rpc`, which checks each answer against
OCPP's schemas, and frames that are none by npm's `ws`."""

import json
import pathlib
import subprocess

import pytest

from support.server import Server, run

pytestmark = pytest.mark.xdist_group("ocpp_engine")  # one server, or program, for the file

HERE = pathlib.Path(__file__).resolve().parent
SETTINGS = ("--set", "apps.charging.enabled=true", "--set", "apps.charging.ocpp_profile=0")


@pytest.fixture(scope="module")
def seen(node, tmp_path_factory):
    folder = tmp_path_factory.mktemp("ocpp")
    run(folder, "migrate", "up", "--data", "data")
    for identity in ("RDAM 123", "fresh"):
        added = run(folder, "charging", "stations", "add", identity, "--data", "data")
        assert added.returncode == 0, added.stdout
    with Server(folder, *SETTINGS) as server:
        done = subprocess.run(
            [node, "ocpp_calls.mjs", server.base_url.replace("http", "ws") + "/charging/ocpp"],
            cwd=HERE,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_every_action_of_a_station_is_answered_by_the_schemas(seen):
    assert seen["protocol"] == "ocpp1.6"
    assert len(seen["answers"]) == 14
    for action, answer in seen["answers"].items():
        assert isinstance(answer, dict), (action, answer)
    assert seen["answers"]["BootNotification"]["status"] == "Accepted"
    assert seen["answers"]["StartTransaction"]["transactionId"] > 0
    assert seen["answers"]["SignCertificate"] == {"status": "Rejected"}  # no root is made


def test_what_is_wrong_is_refused_with_the_right_error(seen):
    assert seen["errors"] == {
        "Nonsense ": "NotImplemented",
        "Reset Hard": "NotSupported",
        "Authorize ": "OccurenceConstraintViolation",
        "Authorize 7": "TypeConstraintViolation",
        "Authorize xxxx": "PropertyConstraintViolation",
        "Heartbeat 1": "FormationViolation",
    }


def test_frames_that_are_none(seen):
    told = [(id_, rest[0]) for kind, id_, *rest in seen["malformed"]["got"] if kind == 4]
    assert told == [
        ("-1", "FormationViolation"),
        ("-1", "FormationViolation"),
        ("-1", "FormationViolation"),
        ("-1", "FormationViolation"),
        ("-1", "ProtocolError"),
        ("a", "ProtocolError"),
        ("b", "ProtocolError"),
        ("-1", "FormationViolation"),
        ("d", "FormationViolation"),
        ("e", "FormationViolation"),
        ("-1", "FormationViolation"),
        ("-1", "FormationViolation"),
    ]
    assert seen["malformed"]["code"] == 1005  # the client closed, without a code
    assert seen["flood"]["code"] == 1008
    assert len(seen["flood"]["got"]) == 32
    assert seen["large"]["code"] == 1009


def test_handshakes(seen):
    assert seen["unknown"] == {"error": "Unexpected server response: 404"}
    assert seen["before"]["got"][0][2] == "SecurityError"
    assert seen["replaced"] == 1008
    assert seen["newest"] == ["currentTime"]


def test_no_common_subprotocol_is_told_by_a_close(seen):
    # npm's ws refuses a handshake without the subprotocol that it asked for; browsers do too.
    assert seen["other"] == {"error": "Server sent no subprotocol"}


def test_a_root_is_made_once(tmp_path):
    made = run(tmp_path, "charging", "ca", "init", "--data", "data", "--json")
    assert made.returncode == 0, made.stdout
    files = json.loads(made.stdout)
    assert (tmp_path / files["key"]).stat().st_mode & 0o777 == 0o600
    again = run(tmp_path, "charging", "ca", "init", "--data", "data")
    assert again.returncode == 1 and "there is a root already" in again.stdout
