"""Idempotency keys: retried calls count once, over restarts and kill -9; full, they are refused."""

import http.client
import random
import threading

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, wait_until

pytestmark = pytest.mark.usefixtures("own_server")
WORKERS = 4
CALLS = 150  # of each worker in a round


class Retrying:
    """Workers that send every call with a key of its own until it is acknowledged, whatever dies
    meanwhile; now and then they send one again that was acknowledged."""

    def __init__(self, server, tenant, round_number):
        self.server, self.tenant, self.round = server, tenant, round_number
        self.acknowledged = 0
        self.counted = {"hits": 0, "bytes": 0}
        self.wrong = []
        self.lock = threading.Lock()
        self.up = threading.Event()
        self.up.set()
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(WORKERS)]

    def authrep(self, client, key):
        return client.get(
            "authrep", **self.tenant.credentials(), **{"usage[hits]": 1, "idempotency_key": key}
        )

    def report(self, client, key):
        form = {"provider_key": self.tenant.key, "service_id": self.tenant.id}
        for index in range(3):
            form[f"transactions[{index}][app_id]"] = f"a{index % 2 + 1}"
            form[f"transactions[{index}][usage][bytes]"] = 2
        return client.report(form, {"Idempotency-Key": f'"{key}"'})

    def until_acknowledged(self, client, call, key, expected):
        while True:
            try:
                if client is None:
                    assert self.up.wait(60)
                    client = Client(self.server.base_url)
                status = call(client, key).status
                if status != expected:
                    self.wrong.append((key, status))
                return client
            except (OSError, http.client.HTTPException):
                client = None

    def work(self, number):
        client = None
        dice = random.Random(number)
        call, expected, metric, weight = (
            (self.authrep, 200, "hits", 1) if number % 2 else (self.report, 202, "bytes", 6)
        )
        for count in range(CALLS):
            key = f"r{self.round}w{number}c{count}"
            client = self.until_acknowledged(client, call, key, expected)
            with self.lock:
                self.acknowledged += 1
                self.counted[metric] += weight
            if dice.random() < 0.1:
                client = self.until_acknowledged(client, call, key, expected)

    def run(self, kills, moments):
        for thread in self.threads:
            thread.start()
        for moment in moments:
            wait_until(lambda least=moment: self.acknowledged >= least, 60, "acknowledged calls")
            self.up.clear()
            kills(self.server)
            self.server.start()
            self.up.set()
        for thread in self.threads:
            thread.join(120)
            assert not thread.is_alive()
        assert not self.wrong


def used(tenant, app, metric):
    """The current value of a metric of an application, in its eternity."""
    target = tenant.path(f"applications/{app}/utilization/")
    found = Client(tenant.client_url()).must(200, "GET", target).json["utilization"]
    return next(one["current_value"] for one in found if one["metric_name"] == metric)


@pytest.fixture
def tenant_of():
    def make(server):
        tenant = Tenant(Client(server.base_url))
        tenant.client_url = lambda: server.base_url
        tenant.metric("2", "bytes")
        tenant.application("a2")
        tenant.limit("1", "eternity", 10**9)
        tenant.limit("2", "eternity", 10**9)
        return tenant

    return make


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_retried_until_acknowledged_each_call_is_counted_once(tmp_path, tenant_of, durability):
    moments = random.Random(7)
    total = {"hits": 0, "bytes": 0}
    with Server(tmp_path, "--set", f"journal.durability={durability}") as server:
        tenant = tenant_of(server)
        for round_number in range(3):
            kills = Server.kill if round_number < 2 else Server.stop
            load = Retrying(server, tenant, round_number)
            load.run(kills, sorted(moments.sample(range(50, WORKERS * CALLS - 100), 3)))
            for metric, counted in load.counted.items():
                total[metric] += counted
            assert used(tenant, "a1", "hits") == total["hits"]
            together = used(tenant, "a1", "bytes") + used(tenant, "a2", "bytes")
            assert together == total["bytes"]


def test_keys_survive_a_kill_and_a_stop(tmp_path, tenant_of):
    with Server(tmp_path) as server:
        tenant = tenant_of(server)
        usage = {"usage[hits]": 1, "idempotency_key": "first"}
        assert tenant.client.get("authrep", **tenant.credentials(), **usage).status == 200
        for end in (server.kill, server.stop, server.kill):
            end()
            server.start()
            client = Client(server.base_url)
            assert client.get("authrep", **tenant.credentials(), **usage).status == 200
            other = {**usage, "usage[hits]": 2}
            assert client.get("authrep", **tenant.credentials(), **other).status == 422
            assert used(tenant, "a1", "hits") == 1


def test_full_keyed_calls_are_refused_and_others_served(tmp_path, tenant_of):
    with Server(tmp_path, "--set", "apps.apim.idempotency_keys_max=3") as server:
        tenant = tenant_of(server)

        def authrep(key=None, at=None):
            keyed = {"idempotency_key": key} if key else {}
            headers = {"X-Test-Now": str(at)} if at else None
            return tenant.client.get(
                "authrep", headers, **tenant.credentials(), **{"usage[hits]": 1}, **keyed
            )

        now = 1795224654
        for key in "abc":
            assert authrep(key, now).status == 200
        refused = authrep("d", now)
        assert refused.status == 503
        assert '<error code="idempotency_store_full">' in refused.text
        assert refused.headers["Retry-After"] == "60"
        assert authrep("a", now).status == 200  # known: nothing is forgotten
        assert authrep(None, now).status == 200
        assert used(tenant, "a1", "hits") == 4
        server.kill()
        server.start()
        tenant.client = Client(server.base_url)
        assert authrep("d", now).status == 503
        # More than a day later the old ones make room, within a second or two.
        later = now + 86400 + 2 * 3600
        wait_until(lambda: authrep("d", later).status == 200, 20, "room for a key")
        assert authrep("a", later).status == 200
        assert used(tenant, "a1", "hits") == 6
