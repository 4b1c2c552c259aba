"""Smart charging from outside: a site's circuits are shared among stations that are played here,
profiles are checked and kept, and a `kill -9` forgets nothing."""

import contextlib
import datetime
import json
import queue
import threading

import pytest

from support.auth_client import CHEAP, add_user
from support.charging import SignedIn
from support.server import Server, run, wait_until
from support.ws_client import TEXT, WebSocket, frame

ON = {**CHEAP, "MAINSTAY__APPS__CHARGING__ENABLED": "true",
      "MAINSTAY__APPS__CHARGING__OCPP_PROFILE": "0",
      "MAINSTAY__APPS__CHARGING__ACCEPT_UNKNOWN_TAGS": "true"}
pytestmark = [pytest.mark.usefixtures("own_server"), pytest.mark.xdist_group("charging_power")]


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Station:
    """Speaks OCPP 1.6J, keeps the profiles that it is told, and says what follows from them."""

    def __init__(self, base_url, identity):
        self.profiles, self.answers, self.told = {}, queue.Queue(), []
        self.number = 0
        self.socket = WebSocket(base_url)
        head = self.socket.open(f"/charging/ocpp/{identity}", "Sec-WebSocket-Protocol: ocpp1.6")
        assert " 101 " in head, head
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        answer = self.call("BootNotification", chargePointVendor="Tests", chargePointModel="M")
        assert answer["status"] == "Accepted"

    def close(self):
        self.socket.socket.close()

    def _send(self, *message):
        self.socket.send(frame(TEXT, json.dumps(message).encode()))

    def call(self, action, **payload):
        self.number += 1
        self._send(2, str(self.number), action, payload)
        kind, number, answer = self.answers.get(timeout=10)
        assert (kind, number) == (3, str(self.number)), answer
        return answer

    def _read(self):
        with contextlib.suppress(OSError, ValueError):
            self.socket.socket.settimeout(120)
            while (got := self.socket.read()) is not None:
                if got[0] != TEXT:
                    continue
                message = json.loads(got[1])
                if message[0] == 2:
                    self._send(3, message[1], self._obey(message[2], message[3]))
                else:
                    self.answers.put(message[:3])

    def _obey(self, action, payload):
        self.told.append(action)
        if action == "SetChargingProfile":
            profile = payload["csChargingProfiles"]
            place = (payload["connectorId"], profile["chargingProfilePurpose"])
            self.profiles[place] = profile
            return {"status": "Accepted"}
        return {"status": "Unknown" if action == "ClearChargingProfile" else "Rejected"}

    def limit(self):
        """What a vehicle at connector 1 may draw at this moment."""
        profile = self.profiles.get((1, "TxProfile")) or self.profiles[(0, "TxDefaultProfile")]
        schedule = profile["chargingSchedule"]
        begin = datetime.datetime.fromisoformat(schedule["startSchedule"].replace("Z", "+00:00"))
        offset = (now() - begin).total_seconds()
        periods = schedule["chargingSchedulePeriod"]
        return [one["limit"] for one in periods if one["startPeriod"] <= offset][-1]

    def start(self):
        answer = self.call("StartTransaction", connectorId=1, idTag="CARD", meterStart=0,
                           timestamp=now().isoformat())
        self.transaction = answer["transactionId"]

    def stop(self):
        self.profiles.pop((1, "TxProfile"), None)
        self.call("StopTransaction", transactionId=self.transaction, meterStop=10,
                  timestamp=now().isoformat())


class Operator(SignedIn):
    def refusal(self, status, method, path, body=None):
        return self.must(status, method, path, body)["code"]

    def allocation(self, site):
        rows = self.must(200, "GET", f"sites/{site}/allocation")
        assert rows["keeps_limits"] or any(
            one["state"] == "uncontrolled" for one in rows["connectors"]), rows
        return {one["station"]: one for one in rows["connectors"]}

    def shares(self, site):
        return {name: one["confirmed"] for name, one in self.allocation(site).items()}

    def outcome(self, station, command, request):
        made = self.must(202, "POST", f"stations/{station}/commands/{command}",
                         {"request": request})
        self.must(200, "GET", f"operations/{made['operation']}?wait=10")
        return self.must(200, "GET", f"operations/{made['operation']}/stations")["stations"][0]


def circuits(stations, amperes=40):
    return {"circuits": [{"name": "main", "amperes": amperes}],
            "connectors": [{"station": name, "connector": 1, "circuit": "main", "phases": "RST",
                            "max_amperes": 32} for name in stations]}


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("power"), variables=ON) as server:
        server.boss = Operator(add_user(server, "boss", "--role", "charging_operator"))
        server.eve = Operator(add_user(server, "eve"))
        yield server


def test_circuits_are_checked(network):
    boss = network.boss
    boss.must(201, "POST", "stations", {"identity": "A-1"})
    assert network.eve.refusal(403, "PUT", "sites/3/circuits", circuits(["A-1"])) == "role_missing"
    assert boss.refusal(404, "GET", "sites/3/allocation") == "site_unknown"
    assert boss.refusal(404, "PUT", "sites/3/circuits", circuits(["NO"])) == "station_unknown"
    assert boss.refusal(422, "PUT", "sites/3/circuits", circuits(["A-1", "A-1"])) == \
        "circuits_invalid"
    cycle = circuits(["A-1"])
    cycle["circuits"][0]["parent"] = "main"
    assert boss.refusal(422, "PUT", "sites/3/circuits", cycle) == "circuits_invalid"
    cycle["circuits"][0]["parent"] = "attic"
    assert boss.refusal(400, "PUT", "sites/3/circuits", cycle) == "member_invalid"
    assert boss.refusal(400, "PUT", "sites/3/circuits", circuits(["A-1"], 0)) == "member_invalid"
    assert boss.refusal(422, "PUT", "sites/3/circuits",
                        {**circuits(["A-1"]), "time_zone": "Mars/Base"}) == "circuits_invalid"
    made = boss.must(200, "PUT", "sites/3/circuits", circuits(["A-1"]))
    assert made["circuits"][0]["amperes"] == [40, 40, 40]
    assert boss.must(200, "GET", "sites/3/circuits") == made
    assert boss.refusal(409, "PUT", "sites/4/circuits", circuits(["A-1"])) == "connector_taken"
    assert boss.allocation(3)["A-1"]["state"] == "uncontrolled"
    boss.must(204, "DELETE", "sites/3/circuits")
    assert boss.must(200, "GET", "sites")["sites"] == []
    assert boss.refusal(404, "GET", "stations/NO/charging-profiles") == "station_unknown"
    assert boss.refusal(400, "GET", "stations/A-1/composite-schedule?unit=V") == "member_invalid"


def test_circuits_from_the_command_line(network):
    def told(*words, code=0):
        done = run(network.folder, "charging", "circuits", *words, "--env", "test",
                   "--data", network.data)
        assert done.returncode == code, done.stdout
        return done.stdout

    boss = network.boss
    for name in ("B-1", "B-2"):
        boss.must(201, "POST", "stations", {"identity": name})
    wanted = circuits(["B-1", "B-2"], [63, 63, 50.5])
    wanted["circuits"].append({"name": "roof", "parent": "main", "amperes": 32, "watts": 20000})
    wanted["connectors"][1]["circuit"] = "roof"
    made = boss.must(200, "PUT", "sites/5/circuits", wanted)
    table = [line.split() for line in told("list").splitlines()]
    assert table[1:] == [["5", "main", "63", "63", "50.5", "1"],
                         ["5", "roof", "main", "32", "32", "32", "20000", "1"]]
    listed = json.loads(told("list", "--json", "--limit", "1"))
    assert listed == [{"site": 5, "name": "main", "amperes": [63, 63, 50.5], "connectors": 1}]
    assert json.loads(told("show", "5")) == made
    assert "charging circuits list" in told("show", "6", code=1)
    assert "charging circuits list" in told("show", "main", code=2)
    boss.must(204, "DELETE", "sites/5/circuits")
    assert len(told("list").splitlines()) == 1


def test_a_site_is_shared_and_profiles_are_kept(network):
    boss = network.boss
    names = ["CP-1", "CP-2", "CP-3"]
    for name in names:
        boss.must(201, "POST", "stations", {"identity": name})
    one, two, three = [Station(network.base_url, name) for name in names]
    boss.must(200, "PUT", "sites/7/circuits", circuits(names))
    wait_until(lambda: all(each["state"] == "idle" for each in boss.allocation(7).values()), 10,
               "stations confirm their fall-backs")
    assert [each.limit() for each in (one, two, three)] == [0, 0, 0]

    one.start()
    wait_until(lambda: one.limit() == 32, 10, "all for one")
    two.start()
    wait_until(lambda: (one.limit(), two.limit()) == (20, 20), 10, "half for each")
    wait_until(lambda: boss.shares(7) == {"CP-1": 20, "CP-2": 20, "CP-3": None}, 10, "confirmed")
    reason = boss.allocation(7)["CP-2"]["reason"]
    assert reason == {"bound": "amperes", "circuit": "main", "phase": "R"}

    # Others may only lower.
    default = {"connectorId": 0, "csChargingProfiles": {
        "chargingProfileId": 1, "stackLevel": 9, "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Absolute", "chargingSchedule": {
            "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 99}]}}}
    refused = boss.outcome("CP-1", "SetChargingProfile", default)
    assert refused["state"] == "failed", refused
    default["csChargingProfiles"]["chargingProfilePurpose"] = "ChargePointMaxProfile"
    default["csChargingProfiles"]["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] = 10
    kept = boss.outcome("CP-1", "SetChargingProfile", default)
    assert kept["outcome"] == "Accepted", kept
    schedule = boss.must(200, "GET", "stations/CP-1/composite-schedule?connector=1&duration=60")
    assert schedule["periods"] == [{"start": 0, "limit": 10, "phases": 3}]
    held = boss.must(200, "GET", "stations/CP-1/charging-profiles")
    assert held["site"] == 7
    assert sorted(each["profile"]["chargingProfilePurpose"] for each in held["profiles"]) == [
        "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]

    # Killed: what stations have confirmed is known, and nothing is said twice.
    network.kill()
    said = len(one.told)
    for each in (one, two, three):
        each.close()
    network.start()
    boss.client._url = type(boss.client)(network.base_url)._url
    assert boss.shares(7) == {"CP-1": 20, "CP-2": 20, "CP-3": None}
    again = boss.must(200, "GET", "stations/CP-1/charging-profiles")
    for each in (held, again):
        each["profiles"].sort(key=lambda one: one["profile"]["chargingProfileId"])
    assert again == held
    again = []
    for name, before in zip(names, (one, two, three)):
        each = Station(network.base_url, name)
        each.profiles, each.told = before.profiles, before.told
        each.transaction = getattr(before, "transaction", None)
        again.append(each)
    one, two, three = again
    assert len(one.told) >= said
    two.stop()
    wait_until(lambda: one.limit() == 32, 20, "what it had goes to the other")
    three.start()
    wait_until(lambda: (one.limit(), three.limit()) == (20, 20), 10, "a third comes")
    boss.must(204, "DELETE", "sites/7/circuits")
    for each in again:
        each.close()
