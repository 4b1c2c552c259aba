"""Usage as a series, and limits counted in a service's own time zone, over restarts and crashes."""

import concurrent.futures
import csv
import io
import urllib.parse

import pytest

from support import usage_store
from support.apim_client import NOW, Client, Tenant
from support.server import Server

HOUR = 3600
BERLIN, KOLKATA = "Europe/Berlin", "Asia/Kolkata"


def count(tenant, at, amount=1, app_id="a1"):
    answer = tenant.client.get(
        "authrep", {"X-Test-Now": str(at)}, **tenant.credentials(app_id), **{"usage[hits]": amount}
    )
    assert answer.status == 200, answer.body


def usage(tenant, headers=None, app_id="a1", now=NOW, **query):
    query = urllib.parse.urlencode({"metric": "hits", **query})
    return tenant.client.call(
        "GET",
        tenant.path(f"applications/{app_id}/usage?{query}"),
        headers={"X-Test-Now": str(now), **(headers or {})},
    )


def values(tenant, **query):
    answer = usage(tenant, **query)
    assert answer.status == 200, answer.body
    return {one["period_start"]: one["value"] for one in answer.json["usage"]["values"]}


def set_zone(tenant, zone):
    body = {"service": {"timezone": zone}}
    return tenant.client.must(200, "PUT", f"/internal/services/{tenant.id}", body)


def test_series_of_an_application(client):
    tenant = Tenant(client)
    for hours_ago, amount in ((0, 5), (1, 3), (30, 2)):
        count_at = NOW - hours_ago * HOUR
        client.must(
            202,
            "POST",
            "/transactions.xml",
            urllib.parse.urlencode(
                {
                    "provider_key": tenant.key,
                    "service_id": tenant.id,
                    "transactions[0][app_id]": "a1",
                    "transactions[0][usage][hits]": amount,
                }
            ),
            {
                "X-Test-Now": str(count_at),
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )
    assert values(tenant, period="hour", zeros="0") == {
        "2026-11-21T00:00:00Z": 3,
        "2026-11-21T01:00:00Z": 5,
    }
    whole = usage(tenant, period="day", since="2026-11-19", until="2026-11-22").json["usage"]
    assert whole["total"] == 10
    assert [one["value"] for one in whole["values"]] == [2, 0, 8]


def test_csv_is_read_by_other_programs(client):
    tenant = Tenant(client)
    count(tenant, NOW, 7)
    answer = usage(tenant, {"Accept": "text/csv"}, period="hour")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="usage-')
    rows = list(csv.DictReader(io.StringIO(answer.text, newline=""), strict=True))
    assert len(rows) == 24
    assert rows[-1] == {
        "service_id": tenant.id,
        "application_id": "a1",
        "metric": "hits",
        "period": "hour",
        "period_start": "2026-11-21T01:00:00Z",
        "period_end": "2026-11-21T02:00:00Z",
        "value": "7",
    }


def test_pages_follow_each_other(client):
    tenant = Tenant(client)
    for hour in range(5):
        count(tenant, NOW - hour * HOUR, hour + 1)
    first = usage(tenant, period="hour", zeros="0", per_page="2")
    seen, answer = [], first
    while True:
        body = answer.json["usage"]
        assert body["total"] == 15
        seen += [one["value"] for one in body["values"]]
        if body["next"] is None:
            assert "Link" not in answer.headers
            break
        assert answer.headers["Link"] == f'<{body["next"]}>; rel="next"'
        answer = client.must(200, "GET", body["next"], headers={"X-Test-Now": str(NOW)})
    assert seen == [5, 4, 3, 2, 1]


@pytest.mark.parametrize("crash", (False, True), ids=("stopped", "killed"))
def test_windows_of_a_zone_come_back_as_they_were(own_server, tmp_path, crash):
    """What was counted in one zone stays there, though the service counts in another by then."""
    ranges = [
        {"period": period, "timezone": zone, "since": str(NOW - 3 * 24 * HOUR), "zeros": "0"}
        for period, zone in (("hour", "UTC"), ("day", "UTC"), ("day", BERLIN), ("month", "UTC"))
    ]
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        for period in ("hour", "day", "week", "month", "year"):
            tenant.limit("1", period, 10_000)
        for step, zone in enumerate((BERLIN, "", "America/New_York", BERLIN)):
            set_zone(tenant, zone)
            for hour in range(30):
                count(tenant, NOW + (step * 30 + hour - 60) * HOUR, 1)
        later = NOW + 60 * HOUR

        def state():
            answers = [
                (one.status, one.json) for one in (usage(tenant, now=later, **r) for r in ranges)
            ]
            at = {"X-Test-Now": str(NOW + 59 * HOUR)}
            return answers, client.call("GET", tenant.path("applications/a1/utilization/"),
                                        headers=at).json

        before = state()
        assert before[0][0][1]["usage"]["total"] == 120
        if crash:
            server.kill()
        else:
            server.stop()
        server.start()
        client = tenant.client = Client(server.base_url)
        assert client.call("GET", f"/internal/services/{tenant.id}").json["service"][
            "timezone"] == BERLIN
        assert state() == before


def test_half_hours_make_no_whole_hours(client):
    tenant = Tenant(client)
    set_zone(tenant, KOLKATA)
    count(tenant, NOW)  # 07:00:54 there
    assert values(tenant, period="hour", zeros="0") == {"2026-11-21T07:00:00+05:30": 1}
    refused = usage(tenant, period="day", timezone="UTC")
    assert refused.status == 422
    assert refused.json["error"].endswith("ask for timezone=Asia/Kolkata")


def test_many_readers_at_once_are_answered_or_told_to_wait(base_url):
    tenant = Tenant(Client(base_url))
    count(tenant, NOW, 7)

    def read(_):
        link = Client(base_url)
        query = "metric=hits&period=hour&since=2026-10-20"
        answers = [
            link.call("GET", tenant.path(f"applications/a1/usage?{query}"),
                      headers={"X-Test-Now": str(NOW)})
            for _ in range(25)
        ]
        link.close()
        return answers

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        every = [answer for answers in pool.map(read, range(16)) for answer in answers]
    assert {answer.status for answer in every} <= {200, 503}
    assert all(answer.json["usage"]["total"] == 7 for answer in every if answer.status == 200)
    assert any(answer.status == 200 for answer in every)


def test_totals_and_top_come_from_the_store(own_server, tmp_path):
    """Rows as the mirror of the counters leaves them; names that would be formulas in a sheet."""
    hour = NOW // HOUR * HOUR
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.application("%2Ba2")
        rows = [("a1", 20), ("+a2", 30), ("", 50)]
        with usage_store.writing(server) as store:
            for place, (app_id, value) in enumerate(rows, 1000):
                subject = (place, tenant.id, "1", app_id)
                store.execute("INSERT INTO apim_usage_subjects VALUES (?, ?, ?, ?)", subject)
                store.execute("INSERT INTO apim_usage VALUES (?, 1, ?, ?)", (place, hour, value))
        at = {"X-Test-Now": str(NOW)}

        def get(rest):
            target = tenant.path(f"usage{rest}metric=hits&period=hour")
            return tenant.client.must(200, "GET", target, headers=at)

        assert get("?").json["usage"]["total"] == 50
        top = get("/top?").json["usage"]
        assert [one["application_id"] for one in top["applications"]] == ["+a2", "a1"]
        first = get("/top?per_page=1&").json["usage"]
        assert [one["value"] for one in first["applications"]] == [30]
        second = tenant.client.must(200, "GET", first["next"], headers=at).json["usage"]
        assert [one["value"] for one in second["applications"]] == [20]
        assert second["next"] is None
        lines = get("/top?format=csv&").text.split("\r\n")
        assert lines[1].endswith(",'+a2,30")
        # The store's rows stand below what the counters have counted since.
        count(tenant, NOW, 25)
        assert values(tenant, period="hour", zeros="0") == {"2026-11-21T01:00:00Z": 25}
