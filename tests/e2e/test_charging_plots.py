"""Charging plots over HTTP: imported, made, searched, commented, watched."""

import csv
import io
import json
import time

import pytest

from support.charging_plots import PLOT, SITES, TABLE, Person, ask, found, network
from support.server import run, wait_until
from support.ws_client import WebSocket

pytestmark = pytest.mark.xdist_group("charging_plots")  # one server, or program, for the file

HERE = {"latitude": 47.38, "longitude": 8.54}


@pytest.fixture(scope="module")
def server(tmp_path_factory, pytestconfig):
    """With the two sites of SITES and one of TABLE, and three people."""
    if pytestconfig.getoption("--base-url"):
        pytest.skip("starts servers of its own; --base-url is given")
    folder = tmp_path_factory.mktemp("plots")
    (folder / "sites.json").write_text(json.dumps(SITES))
    (folder / "table.csv").write_bytes(TABLE.encode())
    imported(folder, "sites.json", "ocm")
    with network(folder) as started:
        started.holly = Person(started, "holly", "charging_host")
        started.olga = Person(started, "olga", "charging_operator")
        started.ann = Person(started, "ann")
        yield started


def imported(folder, name, shape, *more):
    done = run(folder, "charging", "import", name, "--format", shape, "--env", "test",
               "--data", folder / "data", "--json", *more)
    return json.loads(done.stdout.splitlines()[-1]), done.returncode


def test_imports_are_idempotent_and_tell_what_failed(server, tmp_path):
    again, code = imported(server.folder, "sites.json", "ocm")
    assert (again["same"], again["added"], code) == (2, 0, 0)
    tried, code = imported(server.folder, "table.csv", "afdc", "--dry-run")
    assert (tried["added"], tried["skipped"], tried["failed"], code) == (1, 1, 1, 1)
    assert tried["problems"][0]["line"] == 4
    assert imported(server.folder, "table.csv", "afdc")[0]["added"] == 1
    assert imported(server.folder, "table.csv", "afdc")[0]["same"] == 1
    done = run(server.folder, "charging", "import", "table.csv", "--format", "xml", "--env", "test")
    assert done.returncode == 2 and "ocm" in done.stdout


def test_an_exports_numbers_are_named_by_reference_data(server, tmp_path):
    sites, names = tmp_path / "export.json", tmp_path / "referencedata.json"
    sites.write_text(json.dumps({
        "ID": 163394, "DataProviderID": 18, "OperatorID": 45,
        "AddressInfo": {"Title": "Inn", "CountryID": 10, "Latitude": 42.5356, "Longitude": 1.583}}))
    names.write_text(json.dumps({
        "Operators": [{"ID": 45, "Title": "Volt"}], "Countries": [{"ID": 10, "ISOCode": "AD"}],
        "DataProviders": [{"ID": 18, "Title": "Town", "License": "CC0"}]}))
    assert imported(server.folder, sites, "ocm", "--reference", names)[0]["added"] == 1
    assert imported(server.folder, sites, "ocm", "--reference", names)[0]["same"] == 1
    assert imported(server.folder, sites, "ocm", "--dry-run")[0]["changed"] == 1
    done = run(server.folder, "charging", "import", "table.csv", "--format", "afdc", "--env",
               "test", "--reference", names)
    assert done.returncode == 2 and "--reference" in done.stdout
    deadline = time.monotonic() + 30
    while not (there := found(server, country="AD", operator="volt")["plots"]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert there[0]["attribution"] == "Town; CC0"


def test_searches_find_the_nearest_first_in_three_formats(server):
    page = found(server, **HERE, connector="ccs2", power_min=100)
    row = next(one for one in page["plots"] if one.get("source_id") == "70001")
    assert row["name"] == "Quay 9" and row["attribution"] == "Town of Testwil; CC BY 4.0"
    assert row["availability"] == {"available": 0, "occupied": 0, "out_of_order": 0, "unknown": 2}
    assert row["distance_m"] == pytest.approx(370, abs=15)
    distances = [one["distance_m"] for one in found(server, **HERE)["plots"]]
    assert distances == sorted(distances) and len(distances) >= 2
    shapes = json.loads(ask(server, "plots", **HERE, format="geojson").text)
    assert shapes["features"][0]["geometry"]["coordinates"][0] == pytest.approx(8.54, abs=0.02)
    rows = list(csv.DictReader(io.StringIO(ask(server, "plots", country="CH", format="csv").text)))
    assert {one["name"] for one in rows} >= {"Quay 9", "Mill"}
    thin = found(server, **HERE, fields="name", limit=1)
    assert set(thin["plots"][0]) == {"id", "name"}
    second = found(server, **HERE, fields="name", limit=1, cursor=thin["next"])
    assert second["plots"][0]["id"] != thin["plots"][0]["id"]


@pytest.mark.parametrize("parameters, code", [
    ({"lat": 47}, "parameter_unknown"),
    ({"latitude": 47}, "parameters_conflict"),
    ({"bbox": "1,2,3"}, "parameter_invalid"),
    ({"route": "!"}, "polyline_invalid"),
    ({"polygon": "[[8,47]]"}, "ring_invalid"),
    ({"cursor": "x"}, "cursor_invalid"),
    ({"connector": "usb"}, "parameter_invalid"),
])
def test_what_cannot_be_searched_is_said(server, parameters, code):
    answer = ask(server, "plots", **parameters)
    assert (answer.status, json.loads(answer.text)["code"]) == (400, code)


def test_hosts_make_plots_and_others_do_not(server):
    holly, ann, olga = server.holly, server.ann, server.olga
    assert ann.send("POST", "plots", PLOT).status == 403
    plot = holly.must("POST", "plots", PLOT, 201)
    path = f"plots/{plot['id']}"
    assert plot["connectors"][0]["price_per_kwh"] == 0.59
    assert ann.send("PATCH", path, {"name": "Mine"}).status == 403
    assert holly.must("PATCH", path, {"name": "Nordbahnhof"})["name"] == "Nordbahnhof"
    assert holly.send("PATCH", path, {"hours": "late"}).json["code"] == "hours_invalid"
    mapped = [{"standard": "ccs2", "station": 1, "connector": 1}]
    assert holly.send("PATCH", path, {"connectors": mapped}).status == 403
    assert olga.send("PATCH", path, {"name": "Ours"}).status == 403
    own = olga.must("POST", "plots", {**PLOT, "name": "Depot", "connectors": mapped}, 201)
    assert olga.send("POST", "plots", {**PLOT, "connectors": mapped}).status == 409
    assert found(server, text="nordbahnhof")["plots"][0]["id"] == plot["id"]
    assert holly.must("PUT", path, PLOT)["name"] == "Bahnhof Nord"
    olga.must("DELETE", f"plots/{own['id']}", status=204)
    assert ask(server, f"plots/{own['id']}").status == 404


def test_people_comment_check_in_propose_and_remember(server):
    holly, ann = server.holly, server.ann
    path = f"plots/{holly.must('POST', 'plots', PLOT, 201)['id']}"
    ann.must("POST", f"{path}/comments", {"text": "Good <b>", "rating": 5}, 201)
    comment = ann.must("POST", f"{path}/comments", {"text": "Better", "rating": 4}, 201)
    holly.must("POST", f"{path}/comments", {"rating": 2}, 201)
    assert json.loads(ask(server, path).text)["rating"] == {"average": 3, "count": 2}
    listed = json.loads(ask(server, f"{path}/comments").text)["comments"]
    assert [(one["author"], one["rating"]) for one in listed] == [("holly", 2), ("ann", 4)]
    ann.must("DELETE", f"{path}/comments/{comment['id']}", status=204)
    assert json.loads(ask(server, path).text)["rating"] == {"average": 2, "count": 1}
    ann.must("POST", f"{path}/check_ins", {"worked": True}, 201)
    assert ann.send("POST", f"{path}/photos", {"url": "http://a.example/b.jpg"}).status == 422
    ann.must("POST", f"{path}/photos", {"url": "https://a.example/b.jpg"}, 201)

    edit = ann.must("POST", f"{path}/edits", {"changes": {"hours": "24/7"}}, 201)
    assert ann.send("GET", f"{path}/edits").status == 403
    assert ann.send("POST", f"{path}/edits/{edit['id']}/accept").status == 403
    assert holly.must("GET", f"{path}/edits")["edits"][0]["changes"] == {"hours": "24/7"}
    holly.must("POST", f"{path}/edits/{edit['id']}/accept", status=204)
    assert holly.send("POST", f"{path}/edits/{edit['id']}/refuse").status == 409
    assert json.loads(ask(server, path).text)["hours"] == "24/7"

    number = path.split("/")[1]
    ann.must("PUT", f"favourites/{number}", status=204)
    assert [one["id"] for one in ann.must("GET", "favourites")["plots"]] == [int(number)]
    ann.must("DELETE", f"favourites/{number}", status=204)
    assert ann.must("GET", "favourites")["plots"] == []
    assert ask(server, "favourites").status == 401


def test_a_stream_tells_what_changes_in_its_box(server):
    plot = server.holly.must("POST", "plots", {**PLOT, "latitude": 10, "longitude": 179.99}, 201)
    with WebSocket(server.base_url) as stream:
        assert " 101 " in stream.open("/charging/v1/plots/stream?bbox=179,9,-179,11")
        told = lambda: json.loads(stream.read()[1])  # noqa: E731
        assert [one["plot"] for one in told()["plots"]] == [plot["id"]]
        server.holly.must("PATCH", f"plots/{plot['id']}", {"connectors": []})
        assert told()["plots"][0]["connectors"] == []
        server.holly.must("DELETE", f"plots/{plot['id']}", status=204)
        assert told() == {"removed": [plot["id"]]}
    assert ask(server, "plots/stream", bbox="1,2").status == 400


def test_plots_from_the_command_line(server):
    def told(*words, code=0):
        done = run(server.folder, "charging", "plots", *words, "--env", "test",
                   "--data", server.data)
        assert done.returncode == code, done.stdout
        return done.stdout

    def listed(*words):
        return [one["name"] for one in json.loads(told("list", *words, "--json"))]

    wanted = {**PLOT, "name": "Lake 50 %", "city": "Altdorf", "latitude": -10, "longitude": 20}
    plot = server.holly.must("POST", "plots", wanted, 201)
    number = str(plot["id"])
    assert listed("--city", "altdorf") == ["Lake 50 %"]
    assert listed("--text", "lake 50 %", "--country", "CH") == ["Lake 50 %"]
    assert listed("--text", "lake_50") == [] and listed("--country", "XX") == []
    assert set(listed("--source", "ocm")) >= {"Quay 9", "Mill"}
    assert len(listed("--limit", "1")) == 1
    (heading, row) = told("list", "--city", "Altdorf").splitlines()
    assert heading.split() == ["id", "name", "city", "country", "connectors", "kW", "source",
                               "changed"]
    assert row.split()[0] == number and "2           150" in row
    shown = json.loads(told("show", number))
    seen = json.loads(ask(server, f"plots/{number}").text)
    assert shown["connectors"][0]["price_per_kwh"] == 0.59 and "state" not in shown["connectors"][0]
    assert {name: shown[name] for name in ("name", "hours", "created_at")} == {
        name: seen[name] for name in ("name", "hours", "created_at")}
    assert shown["host"] == server.holly.client.get("/auth/me").json["id"]
    assert "charging plots list" in told("show", "99999", code=1)
    assert "charging plots list" in told("show", "north", code=2)

    told("remove", number, "--dry-run")
    assert json.loads(told("show", number)) == shown
    with WebSocket(server.base_url) as stream:
        assert " 101 " in stream.open("/charging/v1/plots/stream?bbox=19,-11,21,-9")
        assert [one["plot"] for one in json.loads(stream.read()[1])["plots"]] == [plot["id"]]
        assert f"removed plot {number}" in told("remove", number)
        stream.socket.settimeout(30)  # the server looks every few seconds
        assert json.loads(stream.read()[1]) == {"removed": [plot["id"]]}
    wait_until(lambda: ask(server, f"plots/{number}").status == 404, 20, "the server drops it")
    assert "no such plot" in told("remove", number, code=1)
