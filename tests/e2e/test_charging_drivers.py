"""Drivers from outside: tags, charges with live cost, receipts, invoices, reservations, visits with
a QR code; money is settled once, over kills too. The station speaks OCPP over a raw WebSocket."""

import json
import time

import pytest

from support import ws_client
from support.auth_client import CHEAP, AuthClient, add_user
from support.ocpp_station import Station
from support.server import Server, run, wait_until

ON = {
    **CHEAP,
    "MAINSTAY__APPS__CHARGING__ENABLED": "true",
    "MAINSTAY__APPS__CHARGING__OCPP_PROFILE": "0",
}
API = "/charging/v1/"
DOOR = "/charging/ocpp/"
pytestmark = [pytest.mark.usefixtures("own_server"), pytest.mark.xdist_group("charging_drivers")]

# An euro, 0.50 a kWh, 6 an hour of parking; 20 % VAT on each; who does not come pays 4.
TARIFF = {
    "currency": "EUR",
    "tariff_alt_text": [{"language": "en", "text": "A fair price"}],
    "elements": [
        {"price_components": [
            {"type": "FLAT", "price": 1, "vat": 20, "step_size": 1},
            {"type": "ENERGY", "price": 0.5, "vat": 20, "step_size": 1},
            {"type": "PARKING_TIME", "price": "6", "vat": 20, "step_size": 60}]},
        {"price_components": [{"type": "FLAT", "price": 4, "vat": 20, "step_size": 1}],
         "restrictions": {"reservation": "RESERVATION_EXPIRES"}}],
}


class Person:
    """Somebody who is signed in."""

    def __init__(self, client):
        self.client = client

    def send(self, method, path, status, body=None):
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.client.csrf or ""}
        text = None if body is None else json.dumps(body)
        answer = self.client.request(method, API + path, text, headers)
        assert answer.status == status, (method, path, answer)
        return answer.json

    def get(self, path, status=200):
        return self.send("GET", path, status)

    def post(self, path, status=201, **body):
        return self.send("POST", path, status, body)

    def put(self, path, status=200, **body):
        return self.send("PUT", path, status, body)

    def delete(self, path, status=200):
        return self.send("DELETE", path, status)


class Town:
    """A server with a tariff for all, and stations as tests want them."""

    def __init__(self, server):
        self.server = server
        self.boss = Person(add_user(server, "boss", "--role", "charging_operator"))
        self.ann = Person(add_user(server, "ann"))
        self.boss.client.now = time.time() - 86_400  # it counts for charges that began since
        self.boss.put("tariffs/day", **TARIFF)
        self.boss.put("tariff_uses/default", tariff="day")
        self.boss.client.now = None
        self.stations = 0

    def station(self):
        """A new one, connected; its first connector is `name`."""
        self.stations += 1
        identity = f"CP-{self.stations}"
        made = self.boss.post("stations", identity=identity, name="Market square")
        station = Station(self.server.base_url, DOOR + identity)
        station.name = f"{made['id']}-1"
        station.status("Available")
        return station


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("charging"), variables=ON) as server:
        yield Town(server)


def settled(person, transaction):
    """The receipt, once it is there."""
    path = f"me/charges/{transaction}"
    wait_until(lambda: person.get(path)["receipt"] is not None, 10, "the receipt")
    return person.get(f"{path}/receipt")


def test_a_charge_from_start_to_receipt(town):
    ann, station = town.ann, town.station()
    ann.put("me/payment_method", method="fake:ok")
    for unknown in (station.name[:-1] + "2", "99-1"):
        refused = ann.post("me/charges", 404, connector=unknown)
        assert refused["code"] == "connector_unknown"
    begun = ann.post("me/charges", 202, connector=station.name)
    asked = station.wait_asked("RemoteStartTransaction")
    assert asked == {"idTag": begun["tag"], "connectorId": 1}
    assert ann.get("me/tags")["tags"][0]["kind"] == "app"
    began = int(time.time()) - 3600
    transaction = station.start(begun["tag"], 1000, at=began)
    station.meter(transaction, 6000, at=began + 1200)
    assert [c["transaction"] for c in ann.get("me/charges?active=true")["charges"]] == [transaction]
    live = ann.get(f"me/charges/{transaction}")
    assert live["use"]["energy_kwh"] == "5"
    assert live["cost"]["gross"] == "4.20"
    assert live["receipt"] is None

    with watching(ann, transaction) as stream:
        assert message(stream)["cost"]["gross"] == "4.20"
        station.meter(transaction, 11000, at=began + 1800)
        assert message(stream)["use"]["energy_kwh"] == "10"
        station.status("SuspendedEV", at=began + 1800)
        ann.post(f"me/charges/{transaction}/stop", 202)
        assert station.wait_asked("RemoteStopTransaction") == {"transactionId": transaction}
        station.stop(transaction, 11000, at=began + 3000)
        last = message(stream)
        while last["state"] == "active":
            last = message(stream)
        assert last["receipt"] is not None
        assert stream.read_close() == 1000

    receipt = settled(ann, transaction)
    assert receipt["use"] == {"energy_kwh": "10", "charging_seconds": 1800,
                              "parking_seconds": 1200, "reserved_seconds": 0}
    assert receipt["cost"]["gross"] == "9.60"  # 1 + 5 + 2, and VAT
    assert receipt["cost"]["rates"] == [{"vat": "20", "net": "8.00", "tax": "1.60"}]
    assert [line["type"] for line in receipt["lines"]] == ["FLAT", "ENERGY", "PARKING_TIME"]
    page = ann.client.get(f"{API}me/charges/{transaction}/receipt.html").text
    assert "9.60 EUR" in page and "Market square" in page

    invoice = ann.get(f"me/invoices/{receipt['invoice']}")
    assert invoice["records"][0]["id"] == receipt["id"]
    path = f"me/invoices/{invoice['id']}"
    wait_until(lambda: ann.get(path)["payment"] == "captured", 10, "the money")
    bob = Person(add_user(town.server, "bob"))
    bob.get(f"me/invoices/{invoice['id']}", 404)
    bob.get(f"me/charges/{transaction}", 404)
    bob.post(f"invoices/{invoice['id']}/credit_note", 403, reason="please")
    note = town.boss.post(f"invoices/{invoice['id']}/credit_note", reason="The cable was broken")
    assert note["number"].endswith("-EUR-C-000001") and note["cost"]["gross"] == "-9.60"
    town.boss.post(f"invoices/{invoice['id']}/credit_note", 409, reason="again")
    assert {i["id"] for i in ann.get("me/invoices")["invoices"]} == {note["id"], invoice["id"]}
    ann.delete("me/payment_method")


def watching(person, transaction):
    stream = ws_client.WebSocket(person.client._url.geturl())
    cookies = "; ".join(f"{n}={v}" for n, v in person.client.cookies.items())
    head = stream.open(f"{API}me/charges/{transaction}/stream", f"Cookie: {cookies}")
    assert head.startswith("HTTP/1.1 101"), head
    return stream


def message(stream):
    opcode, payload, _ = stream.read()
    assert opcode == ws_client.TEXT, (opcode, payload)
    return json.loads(payload)


def test_cards_vehicles_and_prices(town):
    eve, station = Person(add_user(town.server, "eve")), town.station()
    card = eve.post("me/tags", kind="rfid", tag="04a2b3c4", label="blue")
    assert card["tag"] == "04A2B3C4"
    town.ann.post("me/tags", 409, kind="rfid", tag="04A2B3C4")
    eve.post("me/tags", 400, kind="rfid", tag="A-12345")
    transaction = station.start("04A2B3C4", 0, at=int(time.time()) - 60)
    station.stop(transaction, 2000)
    receipt = settled(eve, transaction)
    assert receipt["cost"]["gross"] == "2.40"
    assert eve.get(f"me/invoices/{receipt['invoice']}")["payment"] == "open"
    failed = eve.post(f"me/invoices/{receipt['invoice']}/pay", 200, method="fake:declined")
    assert failed["payment"] == "failed"
    paid = eve.post(f"me/invoices/{receipt['invoice']}/pay", 200, method="fake:ok")
    assert paid["payment"] == "captured"
    eve.post(f"me/invoices/{receipt['invoice']}/pay", 409, method="fake:ok")
    # What operators have decided on a card, its driver does not undo.
    owner = town.boss.get("tags/04A2B3C4")["owner"]
    town.boss.put("tags/04A2B3C4", blocked=True, owner=owner)
    assert eve.post("me/tags", kind="rfid", tag="04A2B3C4", label="red")["blocked"]
    eve.delete("me/tags/04A2B3C4", 409)
    town.boss.put("tags/04A2B3C4", owner=owner)
    eve.delete("me/tags/04A2B3C4")
    assert eve.get("me/tags")["tags"] == []

    car = eve.post("me/vehicles", name="Zoe", connectors=["type2"], battery_wh=52000)
    assert eve.put(f"me/vehicles/{car['id']}", name="Zoe 2")["name"] == "Zoe 2"
    town.ann.put(f"me/vehicles/{car['id']}", 404, name="mine")
    eve.delete(f"me/vehicles/{car['id']}")
    assert eve.get("me/vehicles")["vehicles"] == []

    nobody = Person(AuthClient(town.server.base_url))
    quote = nobody.get(f"prices?connector={station.name}&kwh=10&minutes=30&parking_minutes=20")
    assert quote["cost"]["gross"] == "9.60"
    for unknown in (station.name[:-1] + "2", "99-1"):
        refused = nobody.get(f"prices?connector={unknown}&kwh=10", 404)
        assert refused["code"] == "connector_unknown" and unknown in refused["detail"]
    nobody.get(f"prices?connector={station.name}&kwh=-1", 400)
    nobody.get("me/charges", 401)
    eve.put("tariffs/mine", 403, **TARIFF)
    assert "step_size" in json.dumps(town.boss.put(
        "tariffs/bad", 422, **{**TARIFF, "elements": [{"price_components": [
            {"type": "TIME", "price": 1, "step_size": 4_000_000_000}]}]}))
    assert town.boss.get("tariff_uses")["tariff_uses"][0]["tariff"] == "day"
    assert town.boss.get("records?limit=1")["next"]
    assert town.boss.get("revenue")["plots"] == []


def test_reservations(town):
    ann, station = town.ann, town.station()
    kept = ann.post("me/reservations", connector=station.name, minutes=30)
    asked = station.wait_asked("ReserveNow")
    assert (asked["connectorId"], asked["idTag"]) == (1, kept["tag"])
    assert kept["state"] == "active"
    ann.delete(f"me/reservations/{kept['id']}")
    assert station.wait_asked("CancelReservation") == {"reservationId": kept["id"]}
    station.answers["ReserveNow"] = {"status": "Occupied"}
    ann.post("me/reservations", 409, connector=station.name)
    ann.post("me/reservations", 404, connector="999-1")
    ann.post("me/reservations", 400, connector=station.name, minutes=100_000)
    states = [one["state"] for one in ann.get("me/reservations")["reservations"]]
    assert sorted(states) == ["cancelled", "refused"]


def test_a_visit_from_the_code_to_the_receipt(town):
    station, visitor = town.station(), AuthClient(town.server.base_url)
    code = visitor.get(f"{API}connectors/{station.name}/qr.svg")
    assert code.header("Content-Type") == "image/svg+xml" and code.text.startswith("<svg xmlns=")
    offer = visitor.get(f"/charging/q/{station.name}")
    assert "Market square" in offer.text and "A fair price" in offer.text
    for unknown in (station.name[:-1] + "2", "77-7"):
        assert visitor.get(f"/charging/q/{unknown}").status == 404
        refused = Person(visitor).post("visits", 404, connector=unknown, payment_method="fake:ok")
        assert refused["code"] == "connector_unknown"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    declined = visitor.request("POST", f"/charging/q/{station.name}",
                               "payment_method=fake%3Adeclined", form)
    assert declined.status == 402
    begun = visitor.request("POST", f"/charging/q/{station.name}", "payment_method=fake%3Aok", form)
    assert begun.status == 303, begun
    page = begun.header("Location")
    tag = station.wait_asked("RemoteStartTransaction")["idTag"]
    assert "Plug in" in visitor.get(page).text
    transaction = station.start(tag, 0, at=int(time.time()) - 600)
    station.meter(transaction, 4000)
    watch = f"{API}visits/{page.rsplit('/', 1)[1]}"
    wait_until(lambda: visitor.get(watch).json["state"] == "charging", 10, "the charge")
    assert visitor.get(watch).json["charge"]["cost"]["gross"] == "3.60"
    assert "Stop" in visitor.get(page).text
    assert visitor.request("POST", page, "", form).status == 303
    station.wait_asked("RemoteStopTransaction")
    station.stop(transaction, 5000)
    wait_until(lambda: visitor.get(watch).json["payment"]["state"] == "captured", 10, "the money")
    seen = visitor.get(watch).json
    assert seen["payment"]["captured"] == seen["charge"]["cost"]["gross"] == "4.20"
    assert seen["invoice"] in visitor.get(page).text
    assert visitor.get(f"{API}visits/{'0' * 32}").status == 404

    station.answers["RemoteStartTransaction"] = {"status": "Rejected"}
    refused = Person(visitor).post("visits", 409, connector=station.name, payment_method="fake:ok")
    assert refused["code"] == "station_refused"
    # No tag is left of either: this one's start failed, that one's charge has ended.
    wait_until(lambda: not town.boss.get("tags?q=V-")["tags"], 10, "the tags to go")


def test_a_visitor_is_told_what_is_held(town):
    capped, other = town.station(), town.station()
    town.boss.put("tariffs/capped", **TARIFF, max_price={"excl_vat": 20.75, "incl_vat": 24.9})
    town.boss.put(f"tariff_uses/connector:{capped.name}", tariff="capped")
    for station, amount in ((capped, "24.90"), (other, "50.00")):
        visitor = AuthClient(town.server.base_url)
        offer = visitor.get(f"/charging/q/{station.name}").text
        assert f">{amount} EUR at most are held" in offer, offer
        begun = Person(visitor).post("visits", 202, connector=station.name,
                                     payment_method="fake:ok")
        assert visitor.get(begun["watch"]).json["payment"]["held"] == amount


def test_tariffs_and_invoices_from_the_command_line(town):
    def told(*words):
        done = run(town.server.folder, "charging", *words, "--env", "test",
                   "--data", town.server.data)
        return done.returncode, done.stdout

    station = town.station()
    town.ann.post("me/tags", kind="rfid", tag="BESIDE")
    transaction = station.start("BESIDE", 0, at=int(time.time()) - 60)
    station.stop(transaction, 2000)
    settled(town.ann, transaction)
    newest = town.ann.get("me/invoices")["invoices"][0]
    code, said = told("invoices", "list", "--json", "--limit", "1")
    listed = json.loads(said)
    assert code == 0 and [one["number"] for one in listed] == [newest["number"]]
    assert newest["number"] in told("invoices", "list", "--user", listed[0]["user"])[1]
    code, said = told("invoices", "show", str(listed[0]["id"]))
    shown = json.loads(said)
    assert code == 0 and shown["cost"] == newest["cost"]
    assert [one["cost"]["gross"] for one in shown["charges"]] == [newest["cost"]["gross"]]
    assert told("invoices", "show", "999999")[0] == 1
    assert told("invoices", "show", newest["number"])[0] == 2
    code, said = told("tariffs", "show", "day")
    assert code == 0 and json.loads(said)["currency"] == "EUR"
    assert "A fair price" in told("tariffs", "list")[1]
    assert told("tariffs", "show", "night")[0] == 1
    code, said = told("tariffs", "uses", "--json")
    assert code == 0 and ("default", "day") in [(one["place"], one["tariff"])
                                                for one in json.loads(said)]
    path = f"invoices/{listed[0]['id']}/credit_note"
    note = town.boss.post(path, reason="It did not charge")
    code, said = told("invoices", "list", "--credit-notes", "--json")
    assert code == 0 and json.loads(said)[0]["number"] == note["number"]
    assert all(one["credits"] for one in json.loads(said))
    lines = told("invoices", "list")[1].splitlines()
    assert f"  credits {listed[0]['id']}  " in lines[1] and "  invoice  " in lines[2]


def test_what_ended_before_a_kill_is_settled_once(tmp_path):
    with Server(tmp_path, variables=ON) as server:
        town = Town(server)
        station = town.station()
        town.ann.put("me/payment_method", method="fake:ok")
        town.ann.post("me/tags", kind="rfid", tag="CARD")
        ended = []
        for number in range(20):
            transaction = station.start("CARD", number, at=int(time.time()) - 60)
            station.stop(transaction, number + 1000)
            ended.append(transaction)
        server.kill()
        server.start()
        client = AuthClient(server.base_url)
        client.cookies, client.csrf = town.ann.client.cookies, town.ann.client.csrf
        ann = Person(client)
        for transaction in ended:
            settled(ann, transaction)
        invoices = ann.get("me/invoices?limit=500")["invoices"]
        numbers = sorted(int(one["number"].rsplit("-", 1)[1]) for one in invoices)
        assert numbers == list(range(1, 21))
        assert all(one["cost"]["gross"] == "1.80" for one in invoices)
        wait_until(
            lambda: all(one["payment"] == "captured"
                        for one in ann.get("me/invoices?limit=500")["invoices"]),
            20, "the money")
