"""Stations at the OCPP door: keys and their rotation, security profiles 1 to 3, certificates that
our own root signs, security events."""

import base64
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import urllib.parse

import pytest

from support.auth_client import CHEAP, add_user
from support.certificates import Certificates
from support.server import Server, run, wait_until
from support.ws_client import PING, TEXT, WebSocket, frame

pytestmark = pytest.mark.xdist_group("charging_ocpp")  # one server, or program, for the file

API = "/charging/v1/"
NOW = "2026-11-22T03:30:00Z"
CP_3 = "CP 000003"


class Station:
    """A connection of a station; answers our calls by `answers`, in its own thread."""

    def __init__(self, url, identity, password=None, certificate=None, roots=None):
        self.ws = WebSocket(url.replace("https", "http"))
        if url.startswith("https"):
            context = ssl.create_default_context(cafile=roots)
            if certificate:
                context.load_cert_chain(*certificate)
            self.ws.socket = context.wrap_socket(self.ws.socket, server_hostname="localhost")
        lines = ["Sec-WebSocket-Protocol: ocpp1.6"]
        if password is not None:
            token = base64.b64encode(identity.encode() + b":" + password).decode()
            lines.append(f"Authorization: Basic {token}")
        head = self.ws.open("/charging/ocpp/" + identity.replace(" ", "%20"), *lines)
        self.status = int(head.split()[1]) if head else None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ws.socket.close()

    def send(self, message):
        self.ws.send(frame(TEXT, json.dumps(message).encode()))

    def read(self):
        return json.loads(self.ws.read()[1])

    def ask(self, id_, action, payload):
        self.send([2, id_, action, payload])
        return self.read()


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    folder = tmp_path_factory.mktemp("door")
    certificates = Certificates(folder)
    certificates.issue()
    other, other_key = certificates.issue_rsa()
    assert run(folder, "charging", "ca", "init", "--data", "data").returncode == 0
    variables = {
        **CHEAP,
        "MAINSTAY__APPS__CHARGING__ENABLED": "true",
        "MAINSTAY__APPS__CHARGING__OCPP_TLS_LISTEN": "127.0.0.1:0",
        "MAINSTAY__APPS__CHARGING__OCPP_MUTUAL_TLS_LISTEN": "127.0.0.1:0",
        "MAINSTAY__APPS__CHARGING__OCPP_TLS_CERTIFICATE": str(certificates.certificate),
        "MAINSTAY__APPS__CHARGING__OCPP_TLS_KEY": str(certificates.key),
        "MAINSTAY__APPS__CHARGING__OCPP_TLS_OTHER_CERTIFICATE": str(other),
        "MAINSTAY__APPS__CHARGING__OCPP_TLS_OTHER_KEY": str(other_key),
    }
    with Server(folder, variables=variables) as server:
        server.boss = add_user(server, "boss", "--role", "charging_operator")
        server.roots = certificates.roots
        wait_until(lambda: "profile=3" in server.output(), 10, "the listeners")
        ports = dict(re.findall(r"charging.ocpp.listening port=(\d+) profile=(\d)",
                                server.output()))
        server.urls = {profile: f"https://localhost:{port}" for port, profile in ports.items()}
        server.urls["1"] = server.base_url
        yield server


def call(door, method, path, body=None):
    headers = {"Content-Type": "application/json", "X-CSRF-Token": door.boss.csrf}
    sent = None if body is None else json.dumps(body)
    answer = door.boss.request(method, API + path, sent, headers)
    return answer.status, answer.json


def register(door, identity):
    assert call(door, "POST", "stations", {"identity": identity})[0] == 201
    status, made = call(door, "PUT", f"stations/{urllib.parse.quote(identity)}/security/key", {})
    assert status == 200
    return made["key"]


def test_keys_and_their_rotation(door):
    key = register(door, "K1")
    assert len(key) == 40
    for wrong in (None, b"", b"x" * 20, key[:-2].encode()):
        with Station(door.urls["1"], "K1", wrong) as station:
            assert station.status == 401
    for right in (bytes.fromhex(key), key.encode(), key.upper().encode()):
        with Station(door.urls["1"], "K1", right) as station:
            assert station.status == 101
    with Station(door.urls["1"], "K1", bytes.fromhex(key)) as station:
        assert station.ask("1", "BootNotification",
                           {"chargePointVendor": "V", "chargePointModel": "M"})[0] == 3

        def rotate(answer):
            told = []
            thread = threading.Thread(target=lambda: told.append(
                call(door, "POST", "stations/K1/security/key/rotation", {})))
            thread.start()
            _, id_, action, payload = station.read()
            assert action == "ChangeConfiguration" and payload["key"] == "AuthorizationKey"
            station.send([3, id_, {"status": answer}])
            thread.join()
            assert told[0][0] == 200 and told[0][1]["status"] == answer
            return payload["value"]

        refused = rotate("NotSupported")
        taken = rotate("Accepted")
    for password, status in ((refused, 401), (key, 401), (taken, 101)):
        with Station(door.urls["1"], "K1", bytes.fromhex(password)) as station:
            assert station.status == status
    assert call(door, "POST", "stations/K1/security/key/rotation", {"key": "short"})[0] == 422
    assert call(door, "GET", "stations/K1/security")[1]["key"] == "random"
    stored = b"".join(path.read_bytes() for path in door.data.glob("mainstay.db*"))
    assert taken.encode() not in stored and bytes.fromhex(taken) not in stored
    events = call(door, "GET", "security-events?station=K1")[1]["events"]
    assert {event["kind"] for event in events} == {"AuthenticationFailed"}


def set_key(door, identity, *more, typed=None):
    done = run(door.folder, "charging", "stations", "key", identity, *more, "--env", "test",
               "--data", door.data, typed=typed)
    return done.returncode, done.stdout


def wait_status(door, identity, password, status):
    def is_so():
        with Station(door.urls["1"], identity, password) as station:
            return station.status == status
    wait_until(is_so, 10, f"{identity} gets {status}")


def test_keys_from_the_command_line(door, tmp_path):
    before = register(door, "K3")
    code, said = set_key(door, "K3", "--json", "--dry-run")
    assert code == 0 and json.loads(said) == {"station": "K3"}
    code, said = set_key(door, "K3", "--json")
    made = json.loads(said)["key"]
    assert code == 0 and re.fullmatch("[0-9a-f]{40}", made)
    wait_status(door, "K3", bytes.fromhex(made), 101)
    wait_status(door, "K3", bytes.fromhex(before), 401)
    code, said = set_key(door, "K3", "--file", "-", typed="my own pass phrase\n")
    assert code == 0 and "pass phrase" not in said
    wait_status(door, "K3", b"my own pass phrase", 101)
    kept = tmp_path / "key"
    kept.write_text(before)
    assert set_key(door, "K3", "--file", kept)[0] == 0
    wait_status(door, "K3", bytes.fromhex(before), 101)
    kept.write_text("short")
    code, why = set_key(door, "K3", "--file", kept)
    assert code == 1 and "16 to 40 characters" in why
    code, why = set_key(door, "K3", "--file", tmp_path / "missing")
    assert code == 1 and "missing" in why
    assert set_key(door, "NOBODY")[0] == 1


def test_a_key_that_a_person_chose(door):
    register(door, "K2")
    assert call(door, "PUT", "stations/K2/security/key", {"key": "my own pass phrase"})[0] == 200
    for _ in range(2):
        with Station(door.urls["1"], "K2", b"my own pass phrase") as station:
            assert station.status == 101
    with Station(door.urls["1"], "K2", b"my own pass phrase?") as station:
        assert station.status == 401
    assert call(door, "PUT", "stations/K2/security/key", {"key": "short"})[0] == 422


def test_a_station_that_answers_no_ping_is_cut_off(tmp_path):
    variables = {
        **CHEAP,
        "MAINSTAY__APPS__CHARGING__ENABLED": "true",
        "MAINSTAY__APPS__CHARGING__OCPP_PROFILE": "0",
        "MAINSTAY__APPS__CHARGING__OCPP_PING_INTERVAL": "200ms",
        "MAINSTAY__APPS__CHARGING__OCPP_PONG_TIMEOUT": "300ms",
    }
    with Server(tmp_path, variables=variables) as server:
        server.boss = add_user(server, "boss", "--role", "charging_operator")
        register(server, "MUTE")
        with Station(server.base_url, "MUTE") as station:
            assert station.status == 101
            assert station.ws.read()[0] == PING
            assert station.ws.at_end()  # before its own ten seconds are over


def revoke(door, station):
    """By a command beside the server, which then cuts the station off."""
    listed = call(door, "GET", "certificates?station=CP%20000003")[1]["certificates"]
    assert len(listed) == 1 and listed[0]["revoked_at"] is None
    serial = listed[0]["serial"].lower()
    for more in (["--dry-run"], []):
        done = run(door.folder, "charging", "certificates", "revoke", serial, *more,
                   "--env", "test", "--data", door.data)
        assert done.returncode == 0 and serial.upper() in done.stdout, done.stdout
    assert station.ws.read_close() == 1000
    said = json.loads(run(door.folder, "charging", "certificates", "list", "--station", CP_3,
                          "--json", "--env", "test", "--data", door.data).stdout)
    assert said[0]["serial"] == serial.upper() and said[0]["revoked_at"]


@pytest.mark.parametrize("suite, name", [
    ("ECDHE-ECDSA-AES128-GCM-SHA256", "first"),
    ("ECDHE-ECDSA-AES256-GCM-SHA384", "first"),
    ("ECDHE-RSA-AES128-GCM-SHA256", "other"),
    ("AES128-GCM-SHA256", "other"),  # RSA key exchange: what the security whitepaper calls for
    ("AES256-GCM-SHA384", "other"),
])
def test_stations_of_either_kind_of_key_get_a_certificate_they_can_use(door, suite, name):
    context = ssl.create_default_context(cafile=door.roots)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(suite)
    address = urllib.parse.urlsplit(door.urls["2"])
    with socket.create_connection((address.hostname, address.port), timeout=10) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as link:
            assert link.cipher()[0] == suite
            assert link.compression() is None
            assert link.getpeercert()["subject"] == ((("commonName", name),),)


def test_profiles_rise_and_certificates_are_ours(door, tmp_path):
    key = bytes.fromhex(register(door, CP_3))
    csr, private = tmp_path / "csr.pem", tmp_path / "key.pem"
    subprocess.run(["openssl", "req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", private,
                    "-out", csr, "-subj", f"/O=Mainstay/CN={CP_3}"], check=True,
                   capture_output=True)
    with Station(door.urls["2"], CP_3, key, roots=door.roots) as station:
        assert station.status == 101
        station.ask("1", "BootNotification", {"chargePointVendor": "V", "chargePointModel": "M"})
        assert station.ask("2", "SignCertificate", {"csr": csr.read_text()}) == [
            3, "2", {"status": "Accepted"}]
        _, id_, action, payload = station.read()
        assert action == "CertificateSigned"
        station.send([3, id_, {"status": "Accepted"}])
        assert station.ask("3", "SecurityEventNotification",
                           {"type": "TamperDetectionActivated", "timestamp": NOW}) == [3, "3", {}]
    with Station(door.urls["1"], CP_3, key) as station:
        assert station.status == 403
    chain = tmp_path / "chain.pem"
    chain.write_text(payload["certificateChain"])
    with Station(door.urls["3"], CP_3, certificate=(chain, private), roots=door.roots) as station:
        assert station.status == 101
        assert station.ask("1", "Heartbeat", {})[0] == 3
    # Simulated stations have theirs in a folder.
    (tmp_path / f"{CP_3}.pem").write_text(payload["certificateChain"])
    shutil.copy(private, tmp_path / f"{CP_3}.key")
    url = door.urls["3"].replace("https", "wss") + "/charging/ocpp/"
    said = run(tmp_path, "charging", "simulate", "--json", "--idle", "--until-settled",
               "--duration", "20", "--url", url, "--tls-ca", door.roots, "--tls-certificates", ".",
               "--identity", "CP ", "--first", "3")
    assert said.returncode == 0 and json.loads(said.stdout)["boots_accepted"] == 1, said.stdout
    with Station(door.urls["3"], CP_3, certificate=(chain, private), roots=door.roots) as station:
        revoke(door, station)
    with Station(door.urls["3"], CP_3, certificate=(chain, private), roots=door.roots) as station:
        assert station.status == 401
    assert call(door, "POST", "certificates/00FF/revoke")[1]["code"] == "certificate_unknown"
    assert call(door, "POST", "certificates/00:ff/revoke?foreign=true")[1] == {"revoked": ["FF"]}
    register(door, "CP 4")
    with Station(door.urls["3"], "CP 4", certificate=(chain, private), roots=door.roots) as station:
        assert station.status == 401  # somebody else's
    with pytest.raises((ssl.SSLError, ConnectionError)):
        Station(door.urls["3"], CP_3, key, roots=door.roots).ask("1", "Heartbeat", {})
    events = call(door, "GET", "security-events?station=CP%20000003")[1]["events"]
    assert [event["kind"] for event in events] == [
        "CertificateIssued", "TamperDetectionActivated", "ProfileRefused", "AuthenticationFailed"]
    assert call(door, "GET", "stations/CP%20000003/security")[1]["security_profile"] == 3
    with Station(door.urls["2"], CP_3, key, roots=door.roots) as station:
        assert station.status == 403
    path = "stations/CP%20000003/security/profile"
    assert call(door, "PUT", path, {"security_profile": 1})[0] == 200
    with Station(door.urls["1"], CP_3, key) as station:
        assert station.status == 101
