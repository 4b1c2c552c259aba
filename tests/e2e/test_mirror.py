"""The mirror of the counters in the store: follows, shows its lag, forgets what is erased."""

import re
import urllib.request

import pytest

from support import usage_store
from support.apim_client import Client, Tenant
from support.server import Server, wait_until

FAST = ("--set", "apps.apim.mirror_every=1ms")
pytestmark = pytest.mark.usefixtures("own_server")


def count(tenant, times):
    for _ in range(times):
        answer = tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
        assert answer.status == 200


def mirrored(server, tenant, value):
    wait_until(
        lambda: usage_store.eternity(server, tenant, "hits", "a1") == value, 30, f"{value} stored"
    )


def series(server, name):
    with urllib.request.urlopen(server.base_url + "/metrics", timeout=10) as answer:
        return float(re.search(rf"^{name} (\S+)$", answer.read().decode(), re.M).group(1))


def test_counts_are_mirrored_and_the_lag_is_shown(tmp_path):
    with Server(tmp_path, *FAST) as server:
        tenant = Tenant(Client(server.base_url))
        count(tenant, 3)
        mirrored(server, tenant, 3)
        count(tenant, 2)
        mirrored(server, tenant, 5)
        assert usage_store.eternity(server, tenant, "hits", "") == 5
        assert series(server, "apim_mirror_rows_total") >= 12
        assert series(server, "apim_mirror_failures_total") == 0
        wait_until(lambda: series(server, "apim_mirror_lag_seconds") < 2, 30, "a small lag")


def test_deleted_stats_go_from_the_store_and_new_ones_come(tmp_path):
    with Server(tmp_path, *FAST) as server:
        tenant = Tenant(Client(server.base_url))
        count(tenant, 3)
        mirrored(server, tenant, 3)
        answer = tenant.client.must(200, "DELETE", tenant.path("stats")).json
        assert answer == {"status": "to_be_deleted"}
        count(tenant, 2)
        mirrored(server, tenant, 2)
        server.kill()
        server.start()
        mirrored(server, tenant, 2)


def test_a_service_deleted_just_before_a_kill_starts_from_nothing(tmp_path):
    with Server(tmp_path, *FAST) as server:
        tenant = Tenant(Client(server.base_url))
        count(tenant, 3)
        mirrored(server, tenant, 3)
        tenant.client.must(200, "DELETE", f"/internal/services/{tenant.id}")
        server.kill()
        server.start()
        wait_until(lambda: usage_store.subjects(server, tenant) == 0, 30, "nothing is left")
        marks = "SELECT COUNT(*) FROM apim_deleted_services"
        wait_until(lambda: usage_store.query(server, marks) == [(0,)], 30, "no mark is left")


def test_a_mark_without_a_record_erases_at_the_next_start(tmp_path):
    """As if the process had died between the store's commit and the journal's record."""
    with Server(tmp_path, *FAST) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 1000)
        count(tenant, 3)
        mirrored(server, tenant, 3)
        server.kill()
        with usage_store.writing(server) as store:
            store.execute("INSERT INTO apim_deleted_services VALUES (1, ?)", (tenant.id,))
        server.start()
        tenant.client = Client(server.base_url)
        assert tenant.current("hits") == 0
        count(tenant, 1)
        mirrored(server, tenant, 1)
