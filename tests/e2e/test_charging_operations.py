"""The charging network for its operators: stations, tags, commands, the event log, webhooks; and
the commands beside a running server."""

import base64
import hashlib
import hmac
import http.server
import json
import subprocess
import threading
import time

import pytest

from support import stores
from support.auth_client import CHEAP, AuthClient, add_user
from support.charging import SignedIn
from support.server import Server, binary, clean_environment, wait_until
from support.ws_client import PING, PONG, TEXT, WebSocket, frame

ON = {**CHEAP, "MAINSTAY__APPS__CHARGING__ENABLED": "true",
      "MAINSTAY__APPS__CHARGING__WEBHOOKS_PRIVATE": "true",
      "MAINSTAY__APPS__CHARGING__OCPP_PROFILE": "0",
      "MAINSTAY__JOBS__THREADS": "1", "MAINSTAY__JOBS__RETRY_FIRST": "200ms",
      "MAINSTAY__JOBS__POLL": "100ms"}
API = "/charging/v1/"
pytestmark = [pytest.mark.usefixtures("own_server"), pytest.mark.xdist_group("charging_operations")]


class Operator(SignedIn):
    def see(self, path):
        return self.must(200, "GET", path)

    def refusal(self, status, method, path, body=None):
        return self.must(status, method, path, body)["code"]

    def ended(self, operation):
        return self.see(f"operations/{operation}?wait=20")


class Station:
    """A station that says what it is told to, and answers the server's calls in between."""

    def __init__(self, server, identity):
        self.socket = WebSocket(server.base_url)
        head = self.socket.open(f"/charging/ocpp/{identity}", "Sec-WebSocket-Protocol: ocpp1.6")
        assert " 101 " in head, head
        self.last = 0

    def close(self):
        self.socket.socket.close()

    def _read(self):
        while True:
            got = self.socket.read()
            assert got is not None, "the connection has ended"
            if got[0] == PING:
                self.socket.send(frame(PONG, got[1]))
            elif got[0] == TEXT:
                return json.loads(got[1])

    def _say(self, message):
        self.socket.send(frame(TEXT, json.dumps(message).encode()))

    def call(self, action, **payload):
        self.last += 1
        self._say([2, str(self.last), action, payload])
        answer = self._read()
        assert answer[:2] == [3, str(self.last)], answer
        return answer[2]

    def serve(self, action, **answer):
        """Answers the server's next call, which must be this one; gives its payload."""
        kind, message, asked, payload = self._read()
        assert (kind, asked) == (2, action), asked
        self._say([3, message, answer])
        return payload

    def boot(self):
        got = self.call("BootNotification", chargePointVendor="Acme", chargePointModel="A1",
                        firmwareVersion="2.0")
        assert got["status"] == "Accepted", got
        for connector in (0, 1, 2):
            self.status(connector, "Available")
        return self

    def status(self, connector, status):
        self.call("StatusNotification", connectorId=connector, errorCode="NoError", status=status)


class Hook:
    """A consumer of webhooks that refuses the first delivery."""

    def __init__(self):
        self.got, self.refuse, self.hits, self.ids = [], 1, 0, []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.hits += 1
                hook.ids.append(self.headers["webhook-id"])
                if hook.refuse:
                    hook.refuse -= 1
                    self.send_response(500)
                else:
                    hook.got.append((dict(self.headers), body))
                    self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("charging"), variables=ON) as server:
        server.boss = Operator(add_user(server, "boss", "--role", "charging_operator"))
        server.eve = Operator(add_user(server, "eve"))
        server.root = Operator(add_user(server, "root", "--role", "charging_admin"))
        yield server


def command(server, *arguments):
    done = subprocess.run(
        [binary(), "charging", *arguments, "--env", "test", "--data", server.data],
        cwd=server.folder, env=clean_environment(CHEAP, server.data), capture_output=True,
        text=True, timeout=60)
    return done.stdout + done.stderr, done.returncode


def test_stations_are_registered_changed_and_removed(network):
    boss = network.boss
    made = boss.must(201, "POST", "stations", {"identity": "CP 1", "groups": ["north", "fast"]})
    assert made["identity"] == "CP 1" and made["admission"] == "accepted" and not made["online"]
    assert made["registration"] is None and made["connectors"] == []
    assert boss.refusal(409, "POST", "stations", {"identity": "CP 1"}) == "identity_taken"
    assert boss.refusal(422, "POST", "stations", {"identity": "a/b"}) == "identity_invalid"
    assert boss.refusal(400, "POST", "stations", {"identity": "x", "y": 1}) == "member_unknown"
    assert boss.refusal(400, "POST", "stations", {}) == "member_missing"
    assert boss.refusal(400, "POST", "stations", {"identity": "x", "groups": ["NO"]})
    changed = boss.must(200, "PATCH", "stations/CP%201", {"admission": "pending", "name": "Gate"})
    assert changed["admission"] == "pending" and changed["groups"] == ["north", "fast"]
    assert boss.see("stations/CP%201") == changed
    for number in range(5):
        boss.must(201, "POST", "stations", {"identity": f"PAGE-{number}", "groups": ["pages"]})
    page = boss.see("stations?group=pages&limit=3")
    rest = boss.see(f"stations?group=pages&limit=3&cursor={page['next']}")
    names = [one["identity"] for one in page["stations"] + rest["stations"]]
    assert names == [f"PAGE-{number}" for number in range(5)] and "next" not in rest
    assert [one["identity"] for one in boss.see("stations?q=Gate")["stations"]] == ["CP 1"]
    boss.must(204, "DELETE", "stations/CP%201")
    assert boss.refusal(404, "GET", "stations/CP%201") == "station_unknown"
    assert boss.refusal(400, "GET", "stations?nonsense=1") == "member_unknown"


def test_only_operators_may(network):
    assert network.eve.refusal(403, "GET", "stations") == "role_missing"
    assert network.eve.refusal(403, "POST", "commands/Reset", {"all": True}) == "role_missing"
    assert network.root.call("GET", "stations").status == 200


def test_tags(network):
    boss = network.boss
    made = boss.must(200, "PUT", "tags/card-1", {"parent": "fleet", "transactions_max": 2})
    assert made["tag"] == "CARD-1" and made["parent"] == "FLEET"
    again = boss.must(200, "PUT", "tags/CARD-1",
                      {"blocked": True, "expires_at": "2030-01-01T00:00:00Z"})
    assert again["blocked"] and again["made_at"] == made["made_at"]
    assert again["expires_at"].startswith("2030-01-01T00:00:00")
    assert boss.see("tags/Card-1") == again
    assert boss.refusal(422, "PUT", "tags/" + 21 * "x", {}) == "tag_invalid"
    assert boss.refusal(400, "PUT", "tags/x", {"expires_at": "soon"}) == "member_invalid"
    for number in range(3):
        boss.must(200, "PUT", f"tags/page-{number}", {"blocked": number == 1})
    first = boss.see("tags?q=page&limit=2")
    assert [one["tag"] for one in first["tags"]] == ["PAGE-0", "PAGE-1"]
    rest = boss.see("tags?q=PAGE&limit=2&cursor=" + first["next"])
    assert [one["tag"] for one in rest["tags"]] == ["PAGE-2"] and "next" not in rest
    assert [one["tag"] for one in boss.see("tags?q=page&blocked=true")["tags"]] == ["PAGE-1"]
    assert boss.see("tags?owner=nobody")["tags"] == []
    assert boss.refusal(400, "GET", "tags?blocked=maybe") == "member_invalid"
    boss.must(204, "DELETE", "tags/CARD-1")
    assert boss.refusal(404, "DELETE", "tags/CARD-1") == "tag_unknown"


def test_commands_are_operations_that_can_be_watched(network):
    boss = network.boss
    for number in range(3):
        boss.must(201, "POST", "stations", {"identity": f"OP-{number}", "groups": ["ops"]})
    # One that never was accepted is not asked.
    assert boss.refusal(409, "POST", "stations/OP-0/commands/Reset",
                        {"request": {"type": "Soft"}}) == "command_refused"
    assert boss.refusal(404, "POST", "stations/OP-0/commands/Dance", {}) == "command_unknown"
    assert boss.refusal(404, "POST", "stations/NO/commands/ClearCache", {}) == "station_unknown"
    assert boss.refusal(422, "POST", "commands/Reset",
                        {"group": "ops", "request": {"type": "Warm"}}) == "input_invalid"
    assert boss.refusal(422, "POST", "commands/ClearCache", {"group": "none"}) == "no_stations"
    assert boss.refusal(400, "POST", "commands/ClearCache", {}) == "member_invalid"
    answer = boss.call("POST", "commands/ClearCache", {"group": "ops"})
    assert answer.status == 202
    operation = answer.json["operation"]
    assert answer.header("Location") == f"{API}operations/{operation}"
    ended = boss.ended(operation)
    assert ended["state"] == "ended" and ended["command"] == "ClearCache"
    assert ended["stations"] == {"waiting": 0, "sent": 0, "done": 0, "failed": 3, "lost": 0}
    outcomes = boss.see(f"operations/{operation}/stations")["stations"]
    assert [(one["station"], one["outcome"]) for one in outcomes] == [
        (f"OP-{number}", "offline") for number in range(3)]
    assert boss.see("operations")["operations"][0]["id"] == operation
    assert boss.refusal(404, "GET", "operations/999") == "operation_unknown"


def test_an_operation_waits_for_stations_to_come_back(network):
    boss = network.boss
    boss.must(201, "POST", "stations", {"identity": "LATE"})
    operation = boss.must(202, "POST", "commands/ClearCache",
                          {"stations": ["LATE", "OP-0"], "wait_s": 1})
    ended = boss.ended(operation["operation"])
    assert ended["state"] == "ended" and ended["stations"]["failed"] == 2


def test_the_event_log_has_a_cursor(network):
    boss = network.boss
    before = boss.see("events?limit=1000")["after"]
    boss.must(201, "POST", "stations", {"identity": "EVENT-1"})
    boss.must(204, "DELETE", "stations/EVENT-1")
    page = boss.see(f"events?after={before}&kinds=station_changed")
    assert [one["removed"] for one in page["events"]] == [False, True]
    assert boss.see(f"events?after={page['after']}")["events"] == []
    assert boss.refusal(422, "GET", "events?kinds=nonsense") == "input_invalid"


def test_webhooks_are_signed_and_tried_again(network):
    boss, hook = network.boss, Hook()
    try:
        made = boss.must(201, "POST", "webhooks", {"url": hook.url, "kinds": ["station_changed"]})
        assert "secret" not in boss.see("webhooks")["webhooks"][0]
        boss.must(201, "POST", "stations", {"identity": "HOOK-1"})
        wait_until(lambda: hook.got, 20, "the webhook is told")
        headers, body = hook.got[0]
        assert [one["station"] for one in json.loads(body)["events"]] == ["HOOK-1"]
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        digest = hmac.new(base64.b64decode(made["secret"]), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()
        assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
        # One that fails waits longer and longer, unless somebody has it tried again.
        hook.got.clear()
        hook.refuse = 1_000
        boss.must(201, "POST", "stations", {"identity": "HOOK-2"})
        wait_until(lambda: boss.see("webhooks")["webhooks"][0]["failures"] >= 3, 20, "failures")
        assert boss.see("webhooks")["webhooks"][0]["state"] == "failing"
        # What happens meanwhile waits for the next message: this one stays what it is.
        boss.must(201, "POST", "stations", {"identity": "HOOK-3"})
        seen = len(hook.ids)
        wait_until(lambda: len(hook.ids) > seen, 20, "another try")
        hook.refuse = 0
        said, code = command(network, "webhooks", "retry", str(made["id"]))
        assert code == 0, said
        wait_until(lambda: len(hook.got) == 2, 20, "the webhook is told")
        told = [[one["station"] for one in json.loads(body)["events"]] for _, body in hook.got]
        assert told == [["HOOK-2"], ["HOOK-3"]]
        first, second = (headers["webhook-id"] for headers, _ in hook.got)
        assert set(hook.ids[2:-1]) == {first} and second != first
        wait_until(lambda: boss.see("webhooks")["webhooks"][0]["state"] == "ok", 20, "ok")
        boss.must(204, "POST", f"webhooks/{made['id']}/retry")
        assert boss.refusal(404, "POST", "webhooks/99/retry") == "webhook_unknown"
        boss.must(204, "DELETE", f"webhooks/{made['id']}")
        assert boss.refusal(404, "DELETE", f"webhooks/{made['id']}") == "webhook_unknown"
        assert boss.refusal(400, "POST", "webhooks", {"url": "file:///etc/passwd"})
    finally:
        hook.close()


def test_a_webhook_passes_over_events_of_other_kinds(network):
    boss, hook = network.boss, Hook()
    hook.refuse = 0
    try:
        made = boss.must(201, "POST", "webhooks", {"url": hook.url, "kinds": ["security_event"]})
        boss.must(201, "POST", "stations", {"identity": "PASSED-1"})
        newest = boss.see(f"events?after={made['delivered_to']}")["events"][-1]["id"]
        assert newest > made["delivered_to"]
        wait_until(lambda: boss.see("webhooks")["webhooks"][0]["delivered_to"] >= newest, 20,
                   "the cursor")
        assert hook.hits == 0
        boss.must(204, "DELETE", f"webhooks/{made['id']}")
    finally:
        hook.close()


def test_webhooks_never_lead_to_private_addresses_unless_allowed(tmp_path):
    variables = {name: value for name, value in ON.items() if not name.endswith("WEBHOOKS_PRIVATE")}
    hook = Hook()
    hook.refuse = 0
    try:
        with Server(tmp_path, variables=variables) as server:
            boss = Operator(add_user(server, "boss", "--role", "charging_operator"))
            boss.must(201, "POST", "webhooks", {"url": hook.url, "kinds": ["station_changed"]})
            boss.must(201, "POST", "stations", {"identity": "HOOK-1"})
            wait_until(lambda: boss.see("webhooks")["webhooks"][0]["failures"] > 0, 20, "a failure")
            seen = boss.see("webhooks")["webhooks"][0]
            assert (seen["state"], seen["last_error"]) == ("failing", "address_refused"), seen
        assert hook.hits == 0
    finally:
        hook.close()


def test_what_commands_change_beside_the_server_is_taken_up(network):
    said, code = command(network, "stations", "add", "CLI-1", "cli", "--name", "By hand")
    assert code == 0 and "registered CLI-1" in said
    said, code = command(network, "stations", "add", "CLI-1")
    assert code == 1 and "identity" in said
    said, code = command(network, "tags", "add", "cli-tag", "--parent", "fleet")
    assert code == 0
    seen = network.boss
    wait_until(lambda: seen.call("GET", "tags/CLI-TAG").status == 200, 20, "a tag taken up")
    station = network.boss.see("stations/CLI-1")
    assert station["name"] == "By hand" and station["groups"] == ["cli"]
    listed, code = command(network, "stations", "list", "--json")
    assert code == 0 and "CLI-1" in [one["identity"] for one in json.loads(listed)]
    for words in (["tags", "list"], ["transactions", "list"], ["operations", "list"],
                  ["webhooks", "list"], ["certificates", "list"], ["tariffs", "list"],
                  ["tariffs", "uses"], ["invoices", "list"], ["reservations", "list"],
                  ["stops", "list"], ["circuits", "list"], ["plots", "list"]):
        listed, code = command(network, *words, "--json", "--limit", "1")
        assert code == 0 and len(json.loads(listed)) <= 1, words
    said, code = command(network, "tags", "remove", "CLI-TAG", "--dry-run")
    assert code == 0
    said, code = command(network, "stations", "remove", "CLI-1")
    assert code == 0
    wait_until(lambda: seen.call("GET", "stations/CLI-1").status == 404, 20, "a station gone")


def test_lists_that_are_empty_and_csv(network):
    boss = network.boss
    assert boss.see("transactions")["transactions"] == []
    answer = boss.call("GET", "transactions.csv")
    assert answer.status == 200 and answer.header("Content-Type").startswith("text/csv")
    assert answer.text.startswith("id,station,connector,tag")
    assert boss.see("unknown_stops")["unknown_stops"] == []
    assert boss.see("reservations")["reservations"] == []
    assert boss.refusal(404, "GET", "transactions/5") == "transaction_unknown"
    assert boss.refusal(404, "GET", "transactions?station=NO") == "station_unknown"
    assert boss.refusal(400, "GET", "transactions?from=x") == "member_invalid"


def in_seconds(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds))


@pytest.fixture(scope="module")
def station(network):
    network.boss.must(201, "POST", "stations", {"identity": "REAL", "groups": ["real"]})
    for tag in ("R1", "R2"):
        network.boss.must(200, "PUT", f"tags/{tag}", {})
    one = Station(network, "REAL").boot()
    yield one
    one.close()


def test_a_charge_from_start_to_csv(network, station):
    boss = network.boss
    start = {"connectorId": 1, "idTag": "r1", "meterStart": 100, "timestamp": in_seconds(-7200)}
    began = station.call("StartTransaction", **start)
    assert began["idTagInfo"]["status"] == "Accepted"
    again = station.call("StartTransaction", **start)  # 2.4.2: another message id, the same start
    assert again["transactionId"] == began["transactionId"]
    station.status(1, "Charging")  # else it has ended: the connector was free since
    number = began["transactionId"]
    for minutes, value in ((-100, "350"), (-90, "=1+1")):
        sample = {"value": value, "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
        if value.startswith("="):
            sample["format"] = "SignedData"
        station.call("MeterValues", connectorId=1, transactionId=number,
                     meterValue=[{"timestamp": in_seconds(60 * minutes), "sampledValue": [sample]}])
    other = station.call("StartTransaction", connectorId=2, idTag="R1", meterStart=0,
                         timestamp=in_seconds(-3600))
    assert other["idTagInfo"]["status"] == "ConcurrentTx" and other["transactionId"] != number
    stop = {"transactionId": number, "meterStop": 900, "timestamp": in_seconds(-1800),
            "idTag": "R1", "reason": "EVDisconnected"}
    assert station.call("StopTransaction", **stop)["idTagInfo"]["status"] == "Accepted"
    station.call("StopTransaction", **stop)
    assert station.call("StartTransaction", **start)["transactionId"] == number
    shown = boss.see(f"transactions/{number}")
    assert (shown["state"], shown["energy_wh"], shown["tag"]) == ("ended", 800, "R1")
    assert shown["stop_reason"] == "EVDisconnected" and shown["station"] == "REAL"
    values = boss.see(f"transactions/{number}/meter_values")["meter_values"]
    assert [one["values"][0]["samples"][0]["value"] for one in values] == ["350", "=1+1"]
    table = boss.call("GET", f"transactions/{number}/meter_values.csv").text
    assert ",350,Wh," in table and ",'=1+1,Wh," in table
    table = boss.call("GET", f"transactions.csv?station=REAL&limit=1&cursor={number + 1}")
    assert f"{number},REAL,1,R1,Accepted" in table.text
    assert table.header("X-Next-Cursor") == str(number)
    closed = boss.must(200, "POST", f"transactions/{other['transactionId']}/close",
                       {"meter_stop": 10})
    assert closed["state"] == "ended"
    kinds = [one["kind"] for one in boss.see("events?station=REAL&limit=1000")["events"]]
    assert kinds.count("transaction_started") == 2 and kinds.count("transaction_ended") == 2


def test_a_superseded_transaction_is_closed_by_people(network, station):
    boss = network.boss
    lost, newer = (station.call("StartTransaction", connectorId=1, idTag="R2", meterStart=100,
                                timestamp=in_seconds(-at))["transactionId"] for at in (900, 600))
    assert boss.see(f"transactions/{lost}")["state"] == "superseded"
    path = f"transactions/{lost}/close"
    end = {"meter_stop": 600, "stopped_at": in_seconds(-700)}
    assert boss.refusal(422, "POST", path, {**end, "meter_stop": 99}) == "input_invalid"
    closed = boss.must(200, "POST", path, end)
    assert (closed["state"], closed["energy_wh"]) == ("ended", 500)
    assert boss.see(f"transactions/{lost}")["state"] == "ended"
    assert boss.see(f"transactions/{newer}")["state"] == "active"
    assert boss.refusal(409, "POST", path, end) == "transaction_not_active"
    assert boss.refusal(404, "POST", "transactions/99999/close", end) == "transaction_unknown"
    boss.must(200, "POST", f"transactions/{newer}/close", {"meter_stop": 100})


def test_a_stop_of_an_unknown_number_waits_for_people(network, station):
    boss = network.boss
    stop = {"transactionId": 4711, "meterStop": 5000, "timestamp": in_seconds(-60)}
    station.call("StopTransaction", **stop)
    station.call("StopTransaction", **stop)
    (kept,) = boss.see("unknown_stops")["unknown_stops"]
    assert kept["said_transaction"] == 4711 and kept["state"] == "open"
    began = station.call("StartTransaction", connectorId=2, idTag="R2", meterStart=4000,
                         timestamp=in_seconds(-600))
    path = f"unknown_stops/{kept['id']}/attach"
    settled = boss.must(200, "POST", path, {"transaction": began["transactionId"]})
    assert settled["state"] == "attached"
    assert boss.see(f"transactions/{began['transactionId']}")["energy_wh"] == 1000
    assert boss.refusal(409, "POST", path, {"set_aside": True}) == "unknown_stop_settled"


def test_commands_reach_the_station(network, station):
    boss = network.boss
    asked = boss.must(202, "POST", "stations/REAL/commands/Reset", {"request": {"type": "Soft"}})
    assert station.serve("Reset", status="Accepted") == {"type": "Soft"}
    assert boss.ended(asked["operation"])["stations"]["done"] == 1
    (outcome,) = boss.see(f"operations/{asked['operation']}/stations")["stations"]
    assert outcome["outcome"] == "Accepted" and outcome["detail"] == {"status": "Accepted"}

    keys = {"request": {"key": ["A", "B", "C"]}}
    asked = boss.must(202, "POST", "stations/REAL/commands/GetConfiguration", keys)
    assert station.serve("GetConfiguration", configurationKey=[
        {"key": "GetConfigurationMaxKeys", "readonly": True, "value": "2"}])
    for part in (["A", "B"], ["C"]):
        assert station.serve("GetConfiguration", unknownKey=part) == {"key": part}
    boss.ended(asked["operation"])
    (outcome,) = boss.see(f"operations/{asked['operation']}/stations")["stations"]
    assert outcome["detail"]["unknownKey"] == ["A", "B", "C"]

    boot = {"request": {"requestedMessage": "BootNotification"}}  # 2.4.10
    assert boss.refusal(409, "POST", "stations/REAL/commands/TriggerMessage", boot)

    asked = boss.must(202, "POST", "commands/ChangeAvailability",
                      {"group": "real", "request": {"connectorId": 1, "type": "Inoperative"}})
    station.serve("ChangeAvailability", status="Accepted")
    boss.ended(asked["operation"])
    connectors = boss.see("stations/REAL/connectors")["connectors"]
    assert [one["operative"] for one in connectors] == [True, False, True]


def test_reservations_ask_the_station(network, station):
    boss, answers = network.boss, []
    wanted = {"station": "REAL", "connector": 1, "tag": "r2", "expires_at": in_seconds(600)}

    def reserve():
        answers.append(boss.call("POST", "reservations", wanted))

    for status in ("Occupied", "Accepted"):
        asking = threading.Thread(target=reserve)
        asking.start()
        asked = station.serve("ReserveNow", status=status)
        asking.join()
    assert asked["idTag"] == "R2" and asked["connectorId"] == 1
    assert [one.status for one in answers] == [409, 201]
    made = answers[1].json
    assert made["state"] == "active" and asked["reservationId"] == made["id"]
    began = station.call("StartTransaction", connectorId=1, idTag="R2", meterStart=0,
                         timestamp=in_seconds(0), reservationId=made["id"])
    used = boss.see("reservations?limit=1")["reservations"][0]
    assert used["state"] == "used" and used["transaction"] == began["transactionId"]
    assert boss.refusal(404, "DELETE", f"reservations/{made['id']}") == "reservation_unknown"


def test_reservations_and_stops_from_the_command_line(network, station):
    def told(*words, code=0):
        said, status = command(network, *words)
        assert status == code, said
        return said

    boss = network.boss
    held = boss.see("reservations")["reservations"]
    assert json.loads(told("reservations", "list", "--station", "REAL", "--json")) == held
    assert [line.split()[1] for line in told("reservations", "list").splitlines()[1:]] == [
        "REAL" for _ in held]
    assert json.loads(told("reservations", "list", "--open", "--json")) == [
        one for one in held if one["state"] in ("asked", "active")]
    assert "no such station" in told("reservations", "list", "--station", "NO", code=1)

    station.call("StopTransaction", transactionId=4712, meterStop=1, timestamp=in_seconds(-60))
    (waiting,) = json.loads(told("stops", "list", "--json"))
    assert (waiting["said_transaction"], waiting["state"]) == (4712, "open")
    before = [one for one in boss.see("unknown_stops?all=true")["unknown_stops"]
              if one["state"] != "open"]
    assert before and json.loads(told("stops", "list", "--all", "--json")) == [waiting, *before]
    assert json.loads(told("stops", "list", "--all", "--json", "--limit", "1")) == [waiting]
    assert "4712" in told("stops", "list")
    number = str(waiting["id"])
    told("stops", "dismiss", number, "--dry-run")
    assert boss.see("unknown_stops")["unknown_stops"] == [waiting]
    told("stops", "dismiss", number)
    assert boss.see("unknown_stops")["unknown_stops"] == []
    assert "settled" in told("stops", "dismiss", number, code=1)
    assert boss.refusal(409, "POST", f"unknown_stops/{number}/attach",
                        {"set_aside": True}) == "unknown_stop_settled"
    assert "no such unknown stop" in told("stops", "dismiss", "999", code=1)
    assert "charging stops list" in told("stops", "dismiss", "first", code=2)


def test_the_newest_connection_counts(network, station):
    newer = Station(network, "REAL").boot()
    assert station.socket.read_close() == 1008
    assert network.boss.see("stations/REAL")["online"]
    newer.close()
    wait_until(lambda: not network.boss.see("stations/REAL")["online"], 20, "it is offline")


def test_what_is_older_than_the_settings_say_goes(network):
    station = Station(network, "REAL").boot()
    (running,) = network.boss.see("transactions?state=active")["transactions"]
    (settled, *_) = [one for one in network.boss.see("transactions")["transactions"]
                     if one["energy_wh"] == 800]
    sample = {"value": "5", "measurand": "Energy.Active.Import.Register"}
    for transaction in (running["id"], 4711):  # the newest row of a table always stays
        station.call("MeterValues", connectorId=1, transactionId=transaction,
                     meterValue=[{"timestamp": in_seconds(-60), "sampledValue": [sample]}])
    station.close()
    assert network.stop() == 0
    old = 2_000 * 86_400_000_000
    stores.change(network.data, f"UPDATE charging_events SET at = at - {old}",
                  f"UPDATE charging_meter_values SET at = at - {old}",
                  f"UPDATE charging_transactions SET received_at = received_at - {old}")
    network.start()
    boss = Operator(AuthClient(network.base_url).sign_in("boss"))
    wait_until(lambda: boss.call("GET", "events?after=1").status == 410, 20, "events are deleted")
    gone = boss.must(410, "GET", "events?after=1")
    assert gone["code"] == "events_gone" and "after=0" in gone["detail"], gone
    oldest = boss.see("events?limit=1")["events"][0]["id"]
    assert oldest > 2 and f"kept is {oldest}" in gone["detail"]
    assert boss.see(f"events?after={oldest - 1}&limit=1")["events"][0]["id"] == oldest

    def readings(transaction):
        return len(boss.see(f"transactions/{transaction}/meter_values")["meter_values"])

    wait_until(lambda: readings(settled["id"]) == 0, 20, "meter values are deleted")
    assert readings(running["id"]) == 1
    assert boss.see(f"transactions/{settled['id']}")["energy_wh"] == 800
    network.says("charging.history.forgotten")
    metrics = boss.client.get("/metrics").text
    assert 'charging_forgotten_total{what="meter_values"} 2' in metrics
