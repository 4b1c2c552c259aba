"""Instance types with prices: imported, asked for, kept fresh by a server; rules that are none."""

import http.server
import json
import subprocess
import sys
import threading
import urllib.request

import pytest

from support.clusters import GROUP, OPEN, Api, platform
from support.server import ROOT, Server, run, wait_until

pytestmark = pytest.mark.xdist_group("clusters_prices")  # one server for the file

GIB = 2**30


def product(name, memory="8 GiB", **more):
    return {"sku": "x", "productFamily": "Compute Instance", "attributes": {
        "instanceType": name, "instanceFamily": "General purpose", "vcpu": "2", "memory": memory,
        "physicalProcessor": "Intel Xeon", "tenancy": "Shared", "operatingSystem": "Linux",
        "preInstalledSw": "NA", "capacitystatus": "Used", "regionCode": "eu-west-1", **more}}


def offer(price):
    dimension = {"unit": "Hrs", "pricePerUnit": {"USD": price}}
    return {"T": {"effectiveDate": "2026-10-01T00:00:00Z", "priceDimensions": {"D": dimension}}}


def offer_file(version="20261101", price="0.1070000000"):
    """Two types that the source loses, and one beside whose price there are others."""
    return {
        "formatVersion": "v1.0", "version": version, "publicationDate": "2026-11-01T00:00:00Z",
        "products": {
            "W": product("m5.large", operatingSystem="Windows"),
            "D": product("m5.large", tenancy="Dedicated"),
            "A": product("m5.large"),
            "B": product("x1e.32xlarge", "3,904 GiB", vcpu="128"),
            "C": product("u-24tb1.metal", "24 TiB", vcpu="448"),
            "E": product("odd.large", "lots"),
        },
        "terms": {
            "OnDemand": {"W": offer("0.2"), "D": offer("0.3"), "A": offer(price),
                         "B": offer("32.0000000000")},
            "Reserved": {"A": {"text": "}]"}},
        },
    }


def prices(folder, *arguments):
    done = run(folder, "clusters", "prices", *arguments, "--env", "test", "--data",
               folder / "data")
    return done.stdout, done.returncode


def listed(folder, *filters):
    said, code = prices(folder, "list", *filters, "--json")
    assert code == 0, said
    return json.loads(said.splitlines()[-1])


class OfferServer(http.server.BaseHTTPRequestHandler):
    """Answers 500 until there is a file, then that, and 304 to who has it."""

    def do_GET(self):
        tags = self.server.tags_asked
        tags.append(self.headers.get("If-None-Match"))
        body = self.server.body
        if body is None:
            self.send_response(500)
        elif tags[-1] == self.server.tag:
            self.send_response(304)
            body = None
        else:
            self.send_response(200)
            self.send_header("ETag", self.server.tag)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def offers():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OfferServer)
    server.body, server.tag, server.tags_asked = None, '"one"', []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def settings_of(offers):
    prefix = "MAINSTAY__APPS__CLUSTERS__"
    return {
        prefix + "ENABLED": "true",
        prefix + "ACCESS": "open",
        prefix + "INSTANCE_TYPES_URL": f"http://127.0.0.1:{offers.server_port}/index.json",
        prefix + "INSTANCE_TYPES_REFRESH": "1s",
        prefix + "INSTANCE_TYPES_RETRY": "1s",
    }


def metric(server, name):
    with urllib.request.urlopen(f"{server.base_url}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line for line in lines if line.startswith(name + " ")).split()[1])


def test_what_ships_is_there_without_a_network(tmp_path):
    said, code = prices(tmp_path, "status")
    assert code == 0 and "in us-east-1" in said and "from shipped" in said
    assert listed(tmp_path, "name=m5.large")[0] == {
        "name": "m5.large", "family": "General purpose", "memory": 8 * GIB, "vcpu": 2, "gpu": 0,
        "architecture": "x86_64", "current": True, "hourly_price": "0.096", "currency": "USD"}
    made = subprocess.run([sys.executable, ROOT / "tools/shipped_prices.py"], check=True,
                          capture_output=True).stdout
    assert made == (ROOT / "src/apps/clusters/outbound/prices/shipped.snapshot").read_bytes()


def test_an_offer_file_is_imported_asked_exported_and_imported_again(tmp_path):
    (tmp_path / "offer.json").write_text(json.dumps(offer_file(), indent=2))
    said, code = prices(tmp_path, "import", "offer.json", "--dry-run", "--json")
    told = json.loads(said.splitlines()[-1])
    assert code == 0 and (told["types"], told["priced"], told["left_out"]) == (3, 2, 1)
    assert told["examples"] == ['odd.large: memory "lots"']
    assert "from shipped" in prices(tmp_path, "status")[0]
    said, code = prices(tmp_path, "import", "offer.json")
    assert code == 0 and "3 instance types, 2 with a price in eu-west-1" in said
    assert 'odd.large: memory "lots"' in said
    names = [one["name"] for one in listed(tmp_path, "sort=-memory")]
    assert names == ["u-24tb1.metal", "x1e.32xlarge", "m5.large"]
    assert listed(tmp_path, "memory_min=1TiB", "cheapest=true")[0]["memory"] == 3904 * GIB
    assert listed(tmp_path, "name=m5.*")[0]["hourly_price"] == "0.107"
    said, code = prices(tmp_path, "list", "vcpu_max=2")
    assert code == 0 and "8 GiB" in said and "78.11 USD" in said
    assert prices(tmp_path, "export", "set.snapshot")[1] == 0
    other = tmp_path / "other"
    other.mkdir()
    assert prices(other, "import", tmp_path / "set.snapshot")[1] == 0
    assert listed(other) == listed(tmp_path)


def test_sizes_of_describe_instance_types_go_with_prices_of_an_offer_file(tmp_path):
    (tmp_path / "offer.json").write_text(json.dumps(offer_file()))
    details = {"InstanceTypes": [{
        "InstanceType": "m5.large", "CurrentGeneration": True, "VCpuInfo": {"DefaultVCpus": 4},
        "MemoryInfo": {"SizeInMiB": 8191},
        "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]}}]}
    (tmp_path / "details.json").write_text(json.dumps(details))
    assert prices(tmp_path, "import", "offer.json", "--details", "details.json")[1] == 0
    one = listed(tmp_path, "name=m5.large")[0]
    assert (one["vcpu"], one["memory"], one["hourly_price"]) == (4, 8191 * 2**20, "0.107")


def test_what_cannot_be_used_is_told_and_changes_nothing(tmp_path):
    (tmp_path / "cut.json").write_text(json.dumps(offer_file())[:-40])
    (tmp_path / "other.json").write_text('{"version": "1"}')
    (tmp_path / "none.json").write_text('{"products": {}}')
    for arguments, words, status in (
        (("import", "missing.json"), "there is no such file", 1),
        (("import", "cut.json"), "at byte", 1),
        (("import", "other.json"), "neither products (an AWS offer file)", 1),
        (("import", "none.json"), "nothing was changed", 1),
        (("import",), "file", 2),
        (("list", "vcpu_min=two"), "vcpu_min: a whole number", 2),
        (("list", "colour=red"), "colour: unknown; there are name, family", 2),
    ):
        said, code = prices(tmp_path, *arguments)
        assert words in said and code == status, said
    assert "from shipped" in prices(tmp_path, "status")[0]


def test_a_server_keeps_the_last_good_set_and_asks_with_its_tag(tmp_path, offers):
    with Server(tmp_path, variables=settings_of(offers)) as server:
        wait_until(lambda: metric(server, "clusters_prices_failing") == 1, 10, "a failure")
        shipped = metric(server, "clusters_instance_types")
        assert shipped > 300
        offers.body = json.dumps(offer_file()).encode()
        wait_until(lambda: metric(server, "clusters_instance_types") == 3, 10, "the offer file")
        wait_until(lambda: '"one"' in offers.tags_asked, 10, "a question with its tag")
        assert metric(server, "clusters_instance_types") == 3
        offers.body = b'{"products":{"A":'  # half of a file, or a proxy's answer
        offers.tag = '"two"'
        wait_until(lambda: metric(server, "clusters_prices_failing") == 1, 10, "a failure")
        assert metric(server, "clusters_instance_types") == 3
    # The next start has it before anybody answers.
    offers.body = None
    with Server(tmp_path, variables=settings_of(offers)) as server:
        assert metric(server, "clusters_instance_types") == 3
        # What a command imports is there without a restart; the source comes again when it can.
        (tmp_path / "set.json").write_text(json.dumps(
            {"products": {"A": product("m5.large"), "B": product("m5.xlarge")}}))
        assert prices(tmp_path, "import", "set.json")[1] == 0
        wait_until(lambda: metric(server, "clusters_instance_types") == 2, 10, "the import")


def test_a_rule_that_is_none_stops_the_start(tmp_path):
    done = run(tmp_path, "serve", "--env", "test", "--data", tmp_path / "data", "-p", "0",
               "--set", "apps.clusters.enabled=true", "--set", "apps.clusters.access=open",
               "--set", "apps.clusters.policy=month <= 5, moon <= 5")
    assert done.returncode != 0
    assert '"moon <= 5" names none of month, month_max' in done.stdout


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    """Of a server with a cluster, a forge and rules of its own."""
    rules = {"MAINSTAY__APPS__CLUSTERS__POLICY":
             "team:frugal month <= 200 USD, type not in *.metal, warn size_max <= 3"}
    with platform(tmp_path_factory.mktemp("ruled"), {**OPEN, **rules}) as server:
        yield Api(server.base_url)


def test_types_are_asked_for_over_http(api):
    every = api.see("/api/instance_types")
    assert len(every) > 300 and list(every[0])[:5] == ["name", "family", "memory", "vcpu", "gpu"]
    fitting = "/api/instance_types?vcpu_min=4&memory_min=16GiB&arch=x86_64"
    (cheapest,) = api.see(fitting + "&cheapest=true")
    assert cheapest["name"] == "t3a.xlarge" and cheapest["hourly_price"] == "0.1504"
    names, cursor = [], ""
    while True:
        answer = api.call("GET", f"{fitting}&sort=-price&limit=100{cursor}")
        names += [one["name"] for one in answer.json]
        if not (following := answer.header("X-Next-Cursor")):
            break
        cursor = f"&cursor={following}"
    assert sorted(names) == sorted(one["name"] for one in api.see(fitting))
    assert api.call("GET", "/api/instance_types?vcpu_min=some").status == 400


def test_a_ceiling_denies_what_goes_beyond_it_and_warnings_pass(api):
    frugal = {**GROUP, "name": "frugal", "team": "frugal", "target_size": "1"}
    made = api.must(200, "POST", "/api/nodegroups", frugal)  # 1 x m5.large: 70.08 USD
    ceiling, types, size = api.request(made["request"])["policies"]
    assert ceiling == "pass: team:frugal month <= 200 USD: 70.08 USD a month of 200.00 USD"
    assert types.startswith("pass: ") and size.startswith("warn: warn size_max <= 3: 4 nodes")
    denied = api.call("POST", "/api/nodegroups",
                      {**frugal, "name": "lavish", "target_size": "4"})
    assert denied.status == 422 and "280.32 USD a month of 200.00 USD" in denied.text
    metal = {**GROUP, "name": "metal", "default_instance_type": "m5.metal"}
    assert "m5.metal is not allowed" in api.call("POST", "/api/nodegroups", metal).text


def test_groups_that_are_not_as_the_repository_says_are_listed(api):
    there = {one["name"] for one in api.see("/api/nodegroups")}
    report = api.see("/api/drift")
    assert {one["name"] for one in report["groups"]} == there  # made without the repository
    assert {one["drift"] for one in report["groups"]} == {"missing_in_repository"}
    made = api.must(200, "POST", "/api/nodegroups", {**GROUP, "name": "agreed"})
    api.merge(made["request"])
    api.until(made["request"], "ready")
    report = api.see("/api/drift")
    assert report["in_repository"] == 1 and report["in_cluster"] == len(there) + 1
    assert "agreed" not in {one["name"] for one in report["groups"]}
