"""`mainstay apim export`, `import` and `import-redis`."""

import json
import os
import random
import stat
import subprocess
import time

import pytest

from support import redis_server
from support.apim_client import PERIODS, Client, Tenant
from support.redis_server import Layout, Redis, utc
from support.server import Server, binary, clean_environment, run

pytestmark = pytest.mark.usefixtures("own_server")


def apim(folder, data, *arguments, **options):
    return run(folder, "apim", *arguments, "--data", folder / data, **options)


def done(result):
    assert result.returncode == 0, result.stdout
    return result.stdout


def report_of(result):
    return json.loads(result.stdout[result.stdout.index("{"):])


@pytest.fixture
def filled(tmp_path):
    """A data folder with two services and some counters; no server runs."""
    folder = tmp_path / "from"
    folder.mkdir()
    with Server(folder) as server:
        client = Client(server.base_url)
        for name in ("one", "two"):
            tenant = Tenant(client)
            tenant.metric("2", "child " + name, "1")
            tenant.limit("1", "day", 100)
            tenant.application("a2", state="suspended")
            tenant.user_key("a1", "key-" + name)
            tenant.app_key("a2", "s3cret\u00e9")
            tenant.token()
            for _ in range(3):
                used = {"usage[hits]": 7, "log[code]": 404}
                assert client.get("authrep", **tenant.credentials(), **used).status == 200
        client.close()
    return folder, tenant


def test_a_round_trip_is_the_same_byte_by_byte(filled, tmp_path):
    folder, tenant = filled
    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    done(apim(folder, "data", "export", "--counters", first))
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert not list(tmp_path.glob("*.partial"))
    done(apim(tmp_path, "to", "import", first))
    done(apim(tmp_path, "to", "export", "--counters", again))
    assert first.read_bytes() == again.read_bytes()
    lines = [json.loads(line) for line in first.read_text().splitlines()]
    assert lines[0] == {"mainstay": "apim-export", "version": 1}
    assert lines[-1] == {"end": {"services": 2}}
    assert any("usage" in line for line in lines)

    with Server(tmp_path, "--data", tmp_path / "to", data=False) as server:
        tenant.client = Client(server.base_url)
        assert tenant.current(period="day") == 21
        tenant.client.close()


def test_an_export_to_standard_output_without_counters(filled):
    folder, _ = filled
    text = subprocess.run(
        [binary(), "apim", "export", "-", "--data", folder / "data"],
        cwd=folder, env=clean_environment(None, folder / "data"), stdout=subprocess.PIPE,
        timeout=60, check=True,
    ).stdout.decode()
    assert '"end_of_service"' in text and '"usage"' not in text.replace('"usage":0', "")


def test_an_export_beside_a_running_server_says_that_counters_lag(tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        Tenant(client)
        said = done(apim(tmp_path, "data", "export", "--counters", tmp_path / "out"))
        assert "a server runs" in said
        refused = apim(tmp_path, "data", "import", tmp_path / "out")
        assert refused.returncode == 1 and "`mainstay stop` it first" in refused.stdout
        client.close()


def test_again_is_unchanged_and_what_differs_needs_replace(filled, tmp_path):
    folder, _ = filled
    out = tmp_path / "out.jsonl"
    done(apim(folder, "data", "export", out))
    assert report_of(apim(tmp_path, "to", "import", out, "--json"))["added"] == 2
    assert report_of(apim(tmp_path, "to", "import", out, "--json"))["unchanged"] == 2
    out.write_text(out.read_text().replace('"suspended"', '"active"'))
    refused = apim(tmp_path, "to", "import", out)
    assert refused.returncode == 1 and "--replace" in refused.stdout
    dry = report_of(apim(tmp_path, "to", "import", out, "--replace", "--dry-run", "--json"))
    assert dry["replaced"] == 2
    assert report_of(apim(tmp_path, "to", "import", out, "--replace", "--json"))["replaced"] == 2
    assert report_of(apim(tmp_path, "to", "import", out, "--json"))["unchanged"] == 2


def counted_tenant(server, times):
    """A tenant whose one application has used so many of its hits."""
    tenant = Tenant(Client(server.base_url))
    tenant.limit("1", "eternity", 100)
    for _ in range(times):
        used = {"usage[hits]": 1}
        assert tenant.client.get("authrep", **tenant.credentials(), **used).status == 200
    return tenant


def check_over_two_starts(folder, tenant, used):
    """The housekeeping of a start erases the counters of deleted services."""
    for _ in range(2):
        with Server(folder) as server:
            tenant.client = Client(server.base_url)
            assert tenant.current() == used
            tenant.client.close()


def test_what_is_replaced_keeps_its_counters(tmp_path):
    out = tmp_path / "out.jsonl"
    with Server(tmp_path) as server:
        tenant = counted_tenant(server, 3)
    done(apim(tmp_path, "data", "export", out))
    plan = "Basic"
    for name, counters in (("Golden", ()), ("Silver", ("--no-counters",))):
        out.write_text(out.read_text().replace(f'"{plan}"', f'"{name}"'))
        plan = name
        said = report_of(apim(tmp_path, "data", "import", out, "--replace", *counters, "--json"))
        assert said["replaced"] == 1
        check_over_two_starts(tmp_path, tenant, 3)


def test_an_import_over_an_unfinished_erasure_keeps_what_it_brings(tmp_path):
    out, again = tmp_path / "out.jsonl", tmp_path / "again.jsonl"
    with Server(tmp_path) as server:
        tenant = counted_tenant(server, 3)
    done(apim(tmp_path, "data", "export", "--counters", out))
    with Server(tmp_path) as server:
        Client(server.base_url).must(200, "DELETE", f"/internal/services/{tenant.id}")
        server.kill()
    assert report_of(apim(tmp_path, "data", "import", out, "--json"))["added"] == 1
    check_over_two_starts(tmp_path, tenant, 3)
    done(apim(tmp_path, "data", "export", "--counters", again))
    assert again.read_text() == out.read_text()


def test_a_file_that_cannot_be_read_whole_stores_nothing(filled, tmp_path):
    folder, _ = filled
    out = tmp_path / "out.jsonl"
    done(apim(folder, "data", "export", out))
    whole = out.read_text()
    out.write_text(whole[: whole.rindex('{"end":')])
    refused = apim(tmp_path, "to", "import", out)
    assert refused.returncode == 1 and "ends too early" in refused.stdout
    out.write_text(whole.replace('{"metric"', '{"meter"', 1))
    refused = apim(tmp_path, "to", "import", out)
    assert refused.returncode == 1 and "line " in refused.stdout
    out.write_text(whole)
    assert report_of(apim(tmp_path, "to", "import", out, "--json"))["added"] == 2


def big_export(path, services, applications):
    """An export with many services, each with counters."""
    day = 1_795_219_200
    with path.open("w") as out:
        def line(kind, **fields):
            out.write(json.dumps({kind: fields}) + "\n")

        out.write('{"mainstay":"apim-export","version":1}\n')
        for i in range(services):
            sid = f"service{i:05}"
            line("service", id=sid, provider_key=f"p{i:05}", backend_version="1", state="active",
                 referrer_filters_required=False)
            line("metric", service_id=sid, id="m", name="hits")
            for n in range(applications):
                line("application", service_id=sid, id=f"a{n:03}", state="active", plan_id="",
                     plan_name="", redirect_url="")
            for n in range(applications):
                line("usage", service_id=sid, application_id=f"a{n:03}", metric_id="m",
                     period="day", begin=day, value=n + 1)
            line("end_of_service", id=sid, rows=2 + applications, usage=applications)
        line("end", services=services)


def as_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_import_that_is_killed_goes_on_and_never_shows_half_a_service(tmp_path):
    services, applications = 150, 40
    out, back = tmp_path / "big.jsonl", tmp_path / "back.jsonl"
    big_export(out, services, applications)
    killed = 0
    chosen = random.Random(11)
    for _ in range(15):
        process = subprocess.Popen(
            [binary(), "apim", "import", out, "--data", tmp_path / "to"],
            env=clean_environment(None, tmp_path / "to"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            process.wait(chosen.uniform(0.2, 1.2))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            killed += 1
            done(apim(tmp_path, "to", "export", back))
            rows = as_lines(back)
            for line in rows:
                if "end_of_service" in line:
                    assert line["end_of_service"]["rows"] == 2 + applications
            continue
        assert process.returncode == 0
        break
    done(apim(tmp_path, "to", "import", out))
    assert killed > 0
    done(apim(tmp_path, "to", "export", "--counters", back))
    assert as_lines(back) == as_lines(out)


# --- apisonator's Redis

@pytest.fixture
def redis(tmp_path):
    if what := redis_server.missing():
        pytest.skip(what)
    folder = tmp_path / "redis"
    folder.mkdir()
    with Redis(folder, "--requirepass", "hunter2") as server:
        server.call("AUTH", "hunter2")
        yield server


PASSWORD = {"MAINSTAY_REDIS_PASSWORD": "hunter2"}


def fill(redis, now):
    layout = Layout(redis)
    layout.service("7", "provider", default=True)
    layout.service("sp ace", "provider", version=None)
    layout.service("loop", "other", default=True)
    layout.metric("7", "1", "hits")
    layout.metric("7", "10", "two words", parent="1")
    layout.metric("sp ace", "m 1", "hits")
    layout.metric("loop", "1", "a", parent="2")
    layout.metric("loop", "2", "b", parent="1")
    layout.application("7", "app one", plan="gold plan", url="https://example.org/")
    layout.application("7", "a2", keys=("k1", "k2"), filters=("*.example.org",))
    layout.application("sp ace", "a")
    for service, app in (("7", "app one"), ("7", "a2"), ("sp ace", "a")):
        layout.user_key(service, f"key-of-{encode(app)}", app)
    layout.user_key("7", "nobody", "gone")
    layout.token("tok", "7")
    layout.token("orphan", "nowhere")
    for period in PERIODS:
        layout.limit("7", "gold plan", "1", period, 1_000_000)
        layout.limit("sp ace", "p1", "m 1", period, 1_000_000)
    layout.alert_limit("7", 80)
    layout.alert_limit("7", 81)
    expected = {}
    steps = [0, 30, 7_200, 86_400, 3 * 86_400, 40 * 86_400, 300 * 86_400]
    for service, app, metric in (("7", "app one", "1"), ("sp ace", "a", "m 1")):
        for value, back in enumerate(steps, 1):
            at = utc(now - back)
            layout.count(service, app, "metric:" + metric, at, value)
            for period in PERIODS:
                begin = None if period == "eternity" else redis_server.window_begin(period, at)
                current = None if period == "eternity" else redis_server.window_begin(
                    period, utc(now))
                if begin == current:
                    key = (service, period)
                    expected[key] = expected.get(key, 0) + value
    layout.count("7", "app one", "response_code:2XX", utc(now), 5)
    layout.count("7", "gone", "metric:1", utc(now), 5)
    layout.count("7", "a2", "metric:gone", utc(now), 5)
    layout.write()
    return expected


def encode(text):
    return text.replace(" ", "-")


def current_values(client, headers, service, **who):
    answer = client.get("authorize", headers, provider_key="provider", service_id=service, **who)
    return {period: answer.current("hits", period) for period in PERIODS}


def test_redis_arrives_whole_and_shows_the_same_usage(redis, tmp_path):
    now = int(time.time())
    expected = fill(redis, now)
    before = redis.call("DBSIZE")
    result = apim(tmp_path, "to", "import-redis", redis.url, "--json", variables=PASSWORD)
    assert result.returncode == 1, "one of its services has a cycle of metrics"
    report = report_of(result)
    assert report["added"] == 2
    assert [one["service"] for one in report["refused"]] == ["loop"]
    assert "cycle" in report["refused"][0]["why"]
    skipped = report["skipped"]
    assert skipped["user keys of applications that are gone"] == 1
    assert skipped["tokens, user keys and limits of services that are gone"] == 1
    assert skipped["alert limits that are none"] == 1
    assert skipped["counters of applications that are gone"] == 7
    assert skipped["counters of metrics that are gone"] == 7
    assert redis.call("DBSIZE") == before

    first, again = tmp_path / "first.jsonl", tmp_path / "again.jsonl"
    done(apim(tmp_path, "to", "export", "--counters", first))
    done(apim(tmp_path, "copy", "import", first))
    done(apim(tmp_path, "copy", "export", "--counters", again))
    assert first.read_bytes() == again.read_bytes()

    headers = {"X-Test-Now": str(now)}
    with Server(tmp_path, "--data", tmp_path / "to", data=False) as server:
        client = Client(server.base_url)
        for service, who in (("7", {"user_key": "key-of-app-one"}), ("sp ace", {"app_id": "a"})):
            found = current_values(client, headers, service, **who)
            assert found == {period: expected[service, period] for period in PERIODS}
        who = {"service_token": "tok", "service_id": "7", "user_key": "key-of-a2"}
        assert client.get("authorize", headers, **who).status == 200
        keys = client.must(200, "GET", "/internal/services/7/applications/a2/keys/").json
        assert sorted(one["value"] for one in keys["application_keys"]) == ["k1", "k2"]
        app = client.must(200, "GET", "/internal/services/7/applications/app%20one").json
        assert app["application"]["redirect_url"] == "https://example.org/"
        assert app["application"]["plan_id"] == "gold plan"
        client.close()


def test_redis_is_only_read(redis, tmp_path):
    fill(redis, int(time.time()))
    # The default user's rights are taken away but for reading; what needs more is refused by Redis.
    redis.call("ACL", "SETUSER", "default", "-@all", "+@read", "+@connection")
    result = apim(tmp_path, "to", "import-redis", redis.url, "--json", variables=PASSWORD)
    assert report_of(result)["added"] == 2


def test_redis_again_is_unchanged_and_replace_brings_newer_counters(redis, tmp_path):
    now = int(time.time())
    expected = fill(redis, now)
    redis.call("SREM", "services_set", "loop")
    redis.call("SREM", "provider_keys_set", "other")
    password = tmp_path / "password"
    password.write_text("hunter2\n")
    arguments = ("import-redis", redis.url, "--json", "--password-file", password)
    assert report_of(apim(tmp_path, "to", *arguments))["added"] == 2
    assert report_of(apim(tmp_path, "to", *arguments))["unchanged"] == 2
    layout = Layout(redis)
    layout.count("7", "app one", "metric:1", utc(now), 100)
    layout.write()
    again = apim(tmp_path, "to", *arguments, "--replace")
    assert again.returncode == 0 and report_of(again)["unchanged"] == 2
    with Server(tmp_path, "--data", tmp_path / "to", data=False) as server:
        client = Client(server.base_url)
        found = current_values(client, {"X-Test-Now": str(now)}, "7", user_key="key-of-app-one")
        assert found["eternity"] == expected["7", "eternity"] + 100
        client.close()


def test_redis_refusals_are_specific(redis, tmp_path):
    wrong = apim(tmp_path, "to", "import-redis", redis.url,
                 variables={"MAINSTAY_REDIS_PASSWORD": "wrong"})
    assert wrong.returncode == 1 and "WRONGPASS" in wrong.stdout
    inline = apim(tmp_path, "to", "import-redis", "redis://:hunter2@localhost")
    assert inline.returncode == 1
    assert "hunter2" not in inline.stdout and "MAINSTAY_REDIS_PASSWORD" in inline.stdout
    empty = apim(tmp_path, "to", "import-redis", redis.url,
                 variables=PASSWORD)
    assert empty.returncode == 1 and "no service of apisonator" in empty.stdout
    nobody = apim(tmp_path, "to", "import-redis", "unix:///nonexistent.sock")
    assert nobody.returncode == 1 and "redis" in nobody.stdout.lower()
