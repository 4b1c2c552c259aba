"""The OCPP door beside stations by others: npm's `ocpp-rpc`, which checks each answer and each call
against OCPP's schemas, and frames that are none by npm's `ws`."""

import json
import pathlib
import subprocess
import time

import pytest

from support.charging import network
from support.server import run

pytestmark = pytest.mark.xdist_group("ocpp_engine")  # one server, or program, for the file

HERE = pathlib.Path(__file__).resolve().parent
LATER = "2040-01-01T00:00:00Z"
FILE = "https://files.example/x"
ROOT = "CentralSystemRootCertificate"
SCHEDULE = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.5}]}
PROFILE = {"chargingProfileId": 9, "stackLevel": 1, "chargingProfilePurpose": "TxDefaultProfile",
           "chargingProfileKind": "Absolute", "chargingSchedule": SCHEDULE}  # fmt: skip
HASH = {"hashAlgorithm": "SHA256", "issuerNameHash": "1", "issuerKeyHash": "2", "serialNumber": "3"}
ENTRY = {"idTag": "ANN", "idTagInfo": {"status": "Accepted", "expiryDate": LATER}}
# What operators can ask; reservations have routes of their own.
COMMANDS = {
    "ChangeAvailability": {"connectorId": 1, "type": "Operative"},
    "ChangeConfiguration": {"key": "HeartbeatInterval", "value": "60"},
    "ClearCache": {},
    "DataTransfer": {"vendorId": "else", "messageId": "x", "data": "y"},
    "GetConfiguration": {},
    "RemoteStartTransaction": {"idTag": "ANN", "connectorId": 1, "chargingProfile": {
        **PROFILE, "chargingProfilePurpose": "TxProfile"}},
    "RemoteStopTransaction": {"transactionId": 1},
    "UnlockConnector": {"connectorId": 1},
    "GetDiagnostics": {"location": FILE, "retries": 1, "startTime": LATER},
    "UpdateFirmware": {"location": FILE, "retrieveDate": LATER},
    "GetLocalListVersion": {},
    "SendLocalList": {"updateType": "Full", "localAuthorizationList": [ENTRY]},
    "SetChargingProfile": {"connectorId": 1, "csChargingProfiles": PROFILE},
    "GetCompositeSchedule": {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"},
    "ClearChargingProfile": {"id": 9},
    "TriggerMessage": {"requestedMessage": "Heartbeat"},
    "ExtendedTriggerMessage": {"requestedMessage": "LogStatusNotification"},
    "InstallCertificate": {"certificateType": ROOT, "certificate": "pem"},
    "GetInstalledCertificateIds": {"certificateType": ROOT},
    "DeleteCertificate": {"certificateHashData": HASH},
    "CertificateSigned": {"certificateChain": "pem"},
    "GetLog": {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": FILE}},
    "SignedUpdateFirmware": {"requestId": 2, "firmware": {
        "location": FILE, "retrieveDateTime": LATER, "signingCertificate": "pem",
        "signature": "s"}},
    "Reset": {"type": "Soft"},
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with network(tmp_path_factory.mktemp("ocpp"), stations=["RDAM 123", "fresh", "asked"]) as made:
        yield made


@pytest.fixture(scope="module")
def seen(node, server):
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


def test_whatever_an_operator_asks_arrives_as_the_schemas_want(node, server):
    station = subprocess.Popen(
        [node, "ocpp_station.mjs", server.base_url.replace("http", "ws") + "/charging/ocpp",
         "asked"],  # fmt: skip
        cwd=HERE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert station.stdout.readline() == "ready\n"
        operator = server.operator
        for name, request in COMMANDS.items():
            outcome = operator.command("asked", name, request)
            assert outcome["state"] == "done", (name, outcome)
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        kept = operator.must("POST", "reservations", {"station": "asked", "connector": 1,
                                                      "tag": "ANN", "expires_at": until})
        operator.must("DELETE", f"reservations/{kept['id']}")
        told = json.loads(station.communicate(timeout=60)[0])
    finally:
        station.kill()
    assert told["bad"] == []
    assert set(told["asked"]) == {*COMMANDS, "ReserveNow", "CancelReservation"}
    assert len(told["asked"]) == 26
    for name in ("ChangeAvailability", "ChangeConfiguration", "DataTransfer", "SetChargingProfile",
                 "RemoteStopTransaction", "GetCompositeSchedule"):
        assert told["asked"][name] == COMMANDS[name], name


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
