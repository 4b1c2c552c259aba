"""Many connections hammer one application; it never gets one call more than its limit."""

import http.client
import threading
import urllib.parse

import pytest

from support.apim_client import NOW, PERIODS, Client, Tenant

THREADS = 6
CONNECTIONS = 4  # of each thread, all with a request in flight at once


def hammer(base_url, target, rounds):
    """Sends `target` on all connections, round after round; answers how many were let through."""
    url = urllib.parse.urlsplit(base_url)
    statuses, failures, start = [], [], threading.Barrier(THREADS)

    def work():
        open_connections = [
            http.client.HTTPConnection(url.hostname, url.port, timeout=30)
            for _ in range(CONNECTIONS)
        ]
        try:
            for connection in open_connections:
                connection.connect()
            start.wait(30)
            for _ in range(rounds):
                for connection in open_connections:
                    connection.request("GET", target, headers={"X-Test-Now": str(NOW)})
                for connection in open_connections:
                    response = connection.getresponse()
                    response.read()
                    statuses.append(response.status)
        except Exception as failure:  # reported by the test below
            failures.append(failure)
        finally:
            for connection in open_connections:
                connection.close()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not failures, failures
    assert len(statuses) == THREADS * CONNECTIONS * rounds
    assert set(statuses) <= {200, 409}
    return statuses.count(200)


def target(tenant, usage):
    query = urllib.parse.urlencode({**tenant.credentials(), **usage}, safe="[]")
    return "/transactions/authrep.xml?" + query


@pytest.mark.parametrize("period", PERIODS)
def test_one_limit_is_exact(base_url, period):
    tenant = Tenant(Client(base_url))
    tenant.limit("1", period, 100)
    assert hammer(base_url, target(tenant, {"usage[hits]": 1}), rounds=10) == 100
    assert tenant.current("hits", period, headers={"X-Test-Now": str(NOW)}) == 100


def test_calls_of_seven_stop_at_the_last_that_fits(base_url):
    tenant = Tenant(Client(base_url))
    tenant.limit("1", "day", 500)
    assert hammer(base_url, target(tenant, {"usage[hits]": 7}), rounds=6) == 500 // 7
    assert tenant.current("hits", "day", headers={"X-Test-Now": str(NOW)}) == 497


def test_the_tightest_of_several_limits_and_metrics_is_exact(base_url):
    tenant = Tenant(Client(base_url))
    tenant.metric("2", "search", parent="1")
    tenant.metric("3", "bytes")
    for period in PERIODS:
        tenant.limit("1", period, 90)
        tenant.limit("2", period, 120)
    tenant.limit("3", "hour", 400)
    calls = hammer(base_url, target(tenant, {"usage[search]": 1, "usage[bytes]": 5}), rounds=6)
    assert calls == 80
    answer = tenant.client.get("authorize", {"X-Test-Now": str(NOW)}, **tenant.credentials())
    for period in PERIODS:
        assert (answer.current("hits", period), answer.current("search", period)) == (80, 80)
    assert answer.current("bytes", "hour") == 400


def test_reports_beside_the_calls_are_all_counted(base_url):
    tenant = Tenant(Client(base_url))
    tenant.metric("2", "bytes")
    tenant.limit("1", "eternity", 150)
    tenant.limit("2", "eternity", 10**9)
    body = f"provider_key={tenant.key}&service_id={tenant.id}" + "".join(
        f"&transactions[{index}][app_id]=a1&transactions[{index}][usage][bytes]=3"
        for index in range(10)
    )

    def report():
        own = Client(base_url)
        for _ in range(50):
            assert own.report(body, {"X-Test-Now": str(NOW)}).status == 202
        own.close()

    reporter = threading.Thread(target=report)
    reporter.start()
    calls = hammer(base_url, target(tenant, {"usage[hits]": 1}), rounds=10)
    reporter.join(60)
    assert calls == 150
    assert tenant.current("hits") == 150
    assert tenant.current("bytes") == 50 * 10 * 3
