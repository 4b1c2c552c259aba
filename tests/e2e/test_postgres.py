"""The server on PostgreSQL: the database goes and comes back, processes are killed under load."""

import http.client
import os
import signal
import threading
import time

import pytest

from support import stores
from support.apim_client import Client, Tenant
from support.server import Server, run, wait_until
from support.services import Services

pytestmark = pytest.mark.usefixtures("own_server")
QUICK = ("--set", "apps.apim.mirror_every=1ms")


@pytest.fixture
def services():
    with Services() as started:
        started.must("start", "postgres")
        yield started


def readiness(server):
    return Client(server.base_url).call("GET", "/readiness")


def has_secret(text, url):
    return url.split(":")[2].split("@")[0] in text


def test_a_lost_database_is_shown_and_comes_back(services, tmp_path):
    url = services.url("postgres")
    with Server(tmp_path, *QUICK, variables={"DATABASE_URL": url}) as server:
        tenant = Tenant(Client(server.base_url))
        assert readiness(server).status == 200
        services.must("stop", "postgres")
        wait_until(lambda: readiness(server).status == 503, 30, "not ready")
        assert "store" in readiness(server).json["failing"]
        hit = tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
        assert hit.status == 200, "counting needs no database"
        begun = time.monotonic()
        answer = tenant.client.call("PUT", tenant.path("applications/late"), {
            "application": {"state": "active", "plan_id": "p", "plan_name": "P"}})
        assert answer.status == 503, answer.body
        assert time.monotonic() - begun < 10, "a lost database is said at once"
        services.must("start", "postgres")
        wait_until(lambda: readiness(server).status == 200, 60, "ready again")
        tenant.application("after")
        names = stores.psql("SELECT id FROM apim_applications ORDER BY id", url)
        assert names == [("a1",), ("after",)]
        wait_until(lambda: stores.psql("SELECT value FROM apim_usage LIMIT 1", url) == [("1",)],
                   60, "the mirror has caught up")
        assert not has_secret(server.output(), url)


class Changes:
    """Workers that each make applications, one after another, until their calls fail."""

    def __init__(self, server, tenant, round_, count):
        self.server, self.tenant = server, tenant
        self.acknowledged = []
        self.ended = threading.Event()
        names = [f"r{round_}w{i}" for i in range(count)]
        self.threads = [threading.Thread(target=self.work, args=(name,)) for name in names]
        for thread in self.threads:
            thread.start()

    def work(self, worker):
        client = Client(self.server.base_url)
        fields = {"application": {"state": "active", "plan_id": "p", "plan_name": "P"}}
        number = 0
        try:
            while not self.ended.is_set():
                number += 1
                name = f"{worker}n{number}"
                answer = client.call("PUT", self.tenant.path(f"applications/{name}"), fields)
                if answer.status == 200:
                    self.acknowledged.append(name)
        except (OSError, http.client.HTTPException):
            pass
        finally:
            client.close()

    def join(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive()


@pytest.mark.parametrize("victim", ["mainstay", "postgres"])
def test_kills_under_load_lose_no_change_that_was_acknowledged(services, tmp_path, victim):
    url = services.url("postgres")
    with Server(tmp_path, variables={"DATABASE_URL": url}) as server:
        tenant = Tenant(Client(server.base_url))
        every = []
        for round_ in range(3):
            changes = Changes(server, tenant, round_, 6)
            wait_until(lambda: len(changes.acknowledged) >= 60, 60, "60 changes")
            if victim == "mainstay":
                server.kill()
                changes.join()
                server.start()
            else:
                # The server takes this for a crash: it ends all connections and recovers.
                backends = "SELECT pid FROM pg_stat_activity WHERE application_name = 'mainstay'"
                os.kill(int(stores.psql(backends, url)[0][0]), signal.SIGKILL)
                changes.join()
                wait_until(lambda: stores.answers(url), 120, "the database answers")
                wait_until(lambda: readiness(server).status == 200, 60, "ready again")
            every += changes.acknowledged
            stored = {row[0] for row in stores.psql("SELECT id FROM apim_applications", url)}
            assert set(every) <= stored, set(every) - stored
            client = Client(server.base_url)
            for name in every[-3:]:
                client.must(200, "GET", tenant.path(f"applications/{name}"))


def test_a_start_waits_for_the_database(services, tmp_path):
    url = services.url("postgres")
    services.must("stop", "postgres")
    server = Server(tmp_path, variables={"DATABASE_URL": url}).spawn()
    try:
        wait_until(lambda: "waiting for the database" in server.output(), 30, "a message")
        services.must("start", "postgres")
        wait_until(lambda: "listening on" in server.output(), 60, "it serves")
        assert server.stop() == 0
    finally:
        server.kill()
    assert not has_secret(server.output(), url)


def test_bad_urls_are_refused_without_repeating_them(tmp_path):
    for url in ("postgres://ada:geheim@[::/x", "mysql://ada:geheim@h/x"):
        done = run(tmp_path, "migrate", "status", variables={"DATABASE_URL": url})
        assert done.returncode == 1
        assert "geheim" not in done.stdout and "postgres://" in done.stdout
    done = run(tmp_path, "migrate", "status", "--set", "store.wait=0s",
               variables={"DATABASE_URL": "postgres://ada:geheim@127.0.0.1:1/x"})
    assert done.returncode == 1 and "geheim" not in done.stdout
    assert "postgres://ada@127.0.0.1:1/x" in done.stdout


def test_dbshell_is_psql_and_keeps_the_password_out_of_its_arguments(services, tmp_path):
    url = services.url("postgres")
    asked = run(tmp_path, "dbshell", "--", "-XAtc", "SELECT current_database(), 6 * 7",
                variables={"DATABASE_URL": url})
    assert asked.stdout == "mainstay|42\n", asked.stdout
    shown = run(tmp_path, "dbshell", "--", "-XAtc", r"\! tr '\0' ' ' < /proc/$PPID/cmdline",
                variables={"DATABASE_URL": url})
    assert "psql -XAtc" in shown.stdout and not has_secret(shown.stdout, url)
