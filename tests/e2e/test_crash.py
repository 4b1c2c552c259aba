"""kill -9 under load: after the restart all acknowledged is there, and nothing never sent."""

import http.client
import random
import threading

import pytest

from support import usage_store
from support.apim_client import Client, Tenant
from support.server import Server, wait_until

WORKERS = 4
pytestmark = pytest.mark.usefixtures("own_server")


class Load:
    """Workers that call, one call at a time, until the server dies; counts sent, acknowledged."""

    def __init__(self, server, tenant):
        self.server, self.tenant = server, tenant
        self.sent = {"hits": 0, "bytes": 0}
        self.acknowledged = {"hits": 0, "bytes": 0}
        self.calls = 0
        self.refusals = []
        self.lock = threading.Lock()
        jobs = [("hits", 1, self.authrep, 200), ("bytes", 6, self.report, 202)] * (WORKERS // 2)
        self.threads = [threading.Thread(target=self.work, args=job) for job in jobs]

    def authrep(self, client):
        return client.get("authrep", **self.tenant.credentials(), **{"usage[hits]": 1})

    def report(self, client):
        form = {"provider_key": self.tenant.key, "service_id": self.tenant.id}
        for index in range(3):
            form[f"transactions[{index}][app_id]"] = "a1"
            form[f"transactions[{index}][usage][bytes]"] = 2
        return client.report(form)

    def work(self, metric, weight, call, expected):
        client = Client(self.server.base_url)
        try:
            while True:
                with self.lock:
                    self.sent[metric] += weight
                status = call(client).status
                with self.lock:
                    self.calls += 1
                    if status == expected:
                        self.acknowledged[metric] += weight
                    else:
                        self.refusals.append(status)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            client.close()

    def run_and_kill(self, calls):
        """Kills the server in the midst of the work, when it has answered `calls` calls."""
        for thread in self.threads:
            thread.start()
        self.kill_after(calls)

    def kill_after(self, calls):
        """Kills it when it has answered so many more."""
        wanted = self.calls + calls
        wait_until(lambda: self.calls >= wanted, 60, f"{calls} answers")
        self.server.kill()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()
        assert not self.refusals


@pytest.mark.parametrize(
    "durability, rounds, mirror_every",
    [("process", 20, "1s"), ("process", 20, "1ms"), ("disk", 4, "1ms")],
)
def test_kills_lose_nothing_acknowledged(tmp_path, durability, rounds, mirror_every):
    moments = random.Random(20261121)
    counted = {"hits": 0, "bytes": 0}
    settings = [f"journal.durability={durability}", f"apps.apim.mirror_every={mirror_every}"]
    flags = [flag for setting in settings for flag in ("--set", setting)]
    with Server(tmp_path, *flags) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.metric("2", "bytes")
        tenant.limit("1", "eternity", 10**9)
        tenant.limit("2", "eternity", 10**9)
        for round_number in range(1, rounds + 1):
            load = Load(server, tenant)
            load.run_and_kill(moments.randint(50, 500))
            server.start()
            tenant.client = Client(server.base_url)
            for metric in counted:
                least = counted[metric] + load.acknowledged[metric]
                most = counted[metric] + load.sent[metric]
                found = tenant.current(metric)
                message = f"round {round_number}, {metric}: {found} not in {least}..{most}"
                assert least <= found <= most, message
                counted[metric] = found
                for application in ("a1", ""):
                    wait_until(
                        lambda: usage_store.eternity(server, tenant, metric, application) == found,
                        30,
                        f"round {round_number}: {metric} of {application!r} mirrored as {found}",
                    )


def newest_snapshot(server):
    """How far the newest snapshot reaches; 0 without one."""
    found = (server.data / "journal" / "apim").glob("*.snapshot")
    return max((int(path.stem) for path in found), default=0)


def test_kills_around_snapshots_lose_nothing_acknowledged(tmp_path):
    """A snapshot a second and segments of 64 KiB: kills fall before, into and behind snapshots, and
    what a start replays stays small however much was counted."""
    moments = random.Random(20261122)
    settings = ["--set", "journal.snapshot_bytes=8KiB", "--set", "journal.segment_bytes=64KiB"]
    counted = {"hits": 0, "bytes": 0}
    with Server(tmp_path, *settings) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.metric("2", "bytes")
        tenant.limit("1", "eternity", 10**9)
        tenant.limit("2", "eternity", 10**9)
        for round_number in range(1, 9):
            load = Load(server, tenant)
            for thread in load.threads:
                thread.start()
            for _ in range(1 + round_number % 2):
                before = newest_snapshot(server)
                wait_until(lambda before=before: newest_snapshot(server) > before, 60, "a snapshot")
            load.kill_after(moments.randint(0, 200))
            folder = server.data / "journal" / "apim"
            used = sum(path.stat().st_size for path in folder.glob("*.log"))
            assert used < 64 * 65_536, "old segments must go"
            server.start()
            tenant.client = Client(server.base_url)
            for metric in counted:
                least = counted[metric] + load.acknowledged[metric]
                most = counted[metric] + load.sent[metric]
                found = tenant.current(metric)
                message = f"round {round_number}, {metric}: {found} not in {least}..{most}"
                assert least <= found <= most, message
                counted[metric] = found


def test_configuration_that_was_acknowledged_survives(tmp_path):
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        for number in range(50):
            tenant.application(f"app{number}", plan_name=f"Plan {number}")
            tenant.user_key(f"app{number}", f"key{number}")
        token = tenant.token()
        tenant.client.must(
            201, "POST", tenant.path("alert_limits/"), {"alert_limit": {"value": 80}}
        )
        server.kill()
        server.start()
        tenant.client = Client(server.base_url)
        for number in range(50):
            found = tenant.client.must(200, "GET", tenant.path(f"applications/app{number}")).json
            assert found["application"]["plan_name"] == f"Plan {number}"
            found = tenant.client.must(
                200, "GET", tenant.path(f"applications/key/key{number}")
            ).json
            assert found["application"] == {"id": f"app{number}"}
        answer = tenant.client.get(
            "authorize", service_token=token, service_id=tenant.id, app_id="app7"
        )
        assert answer.status == 200
        assert tenant.client.must(200, "GET", tenant.path("alert_limits/")).json[
            "alert_limits"
        ] == [{"service_id": tenant.id, "value": 80}]


def test_sets_deletes_and_all_periods_survive(tmp_path):
    now = {"X-Test-Now": "1795224654"}
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.metric("2", "gauge")
        tenant.metric("3", "gone")
        for metric in "123":
            for period in ("minute", "day", "eternity"):
                tenant.limit(metric, period, 1000)
        for usage in (
            {"hits": 3, "gauge": "#7", "gone": 5},
            {"hits": 4, "gauge": "#9", "gone": "#0"},
        ):
            parameters = {f"usage[{name}]": value for name, value in usage.items()}
            assert (
                tenant.client.get("authrep", now, **tenant.credentials(), **parameters).status
                == 200
            )
        server.kill()
        server.start()
        tenant.client = Client(server.base_url)
        answer = tenant.client.get("authorize", now, **tenant.credentials())
        for period in ("minute", "day", "eternity"):
            values = [answer.current(metric, period) for metric in ("hits", "gauge", "gone")]
            assert values == [7, 9, 0], period


def test_a_kill_loses_no_event_of_what_was_counted(tmp_path):
    names = [f"a{number}" for number in range(200)]
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "day", 10)
        alert = {"alert_limit": {"value": 80}}
        tenant.client.must(201, "POST", tenant.path("alert_limits/"), alert)
        every = [{"id": name, "state": "active", "plan_id": "p1"} for name in names]
        batch = {"applications": every}
        tenant.client.must(200, "PUT", tenant.path("applications/batch"), batch)
        waiting = list(reversed(names))

        def work():
            client = Client(server.base_url)
            try:
                while waiting:
                    client.get("authrep", **tenant.credentials(waiting.pop()), **{"usage[hits]": 8})
            except (OSError, http.client.HTTPException, IndexError):
                pass

        threads = [threading.Thread(target=work) for _ in range(WORKERS)]
        for thread in threads:
            thread.start()
        for left in (150, 100, 50):
            wait_until(lambda left=left: len(waiting) <= left, 60, "some calls")
            server.kill()
            for thread in threads:
                thread.join(30)
            server.start()
            tenant.client = Client(server.base_url)
            counted = {name for name in names if tenant.current("hits", "day", name) == 8}
            assert len(counted) > 0
            for wanted in ("first_traffic", "first_daily_traffic", "alert"):
                told = [e["object"] for e in tenant.events() if e["type"] == wanted]
                assert sorted(e["application_id"] for e in told) == sorted(counted), wanted
            threads = [threading.Thread(target=work) for _ in range(WORKERS)]
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join(60)
