"""API management in front of another application's routes, in the same process."""

import concurrent.futures
import json

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, refused

pytestmark = pytest.mark.usefixtures("own_server")
ECHO = ("--set", "apps.demo.echo=true")


class Gated:
    """A tenant of a first start, then the server behind whose gate it stands."""

    def __init__(self, folder, prepare, *arguments, **service):
        with Server(folder) as server:
            self.tenant = Tenant(Client(server.base_url), **service)
            prepare(self.tenant)
        gate = ("--set", f"apps.demo.gate={self.tenant.id}")
        self.server = Server(folder, *ECHO, *gate, *arguments)

    def __enter__(self):
        self.server.__enter__()
        self.client = Client(self.server.base_url)
        self.tenant.client = self.client
        return self

    def __exit__(self, *failure):
        self.client.close()
        self.server.__exit__(*failure)

    def echo(self, query="", headers=None, method="GET"):
        return self.client.call(method, "/demo/echo" + query, headers=headers)

    def used(self, application="a1"):
        answer = self.client.must(
            200, "GET", self.tenant.path(f"applications/{application}/utilization/")
        )
        return [row["current_value"] for row in answer.json["utilization"]]


def by_user_key(most):
    def prepare(tenant):
        tenant.limit("1", "eternity", most)
        tenant.user_key("a1", "the-user-key")

    return prepare


def code(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == answer.status
    return answer.json["code"]


def test_a_key_admits_until_the_limit_and_is_read_from_everywhere(tmp_path):
    with Gated(tmp_path, by_user_key(4), backend_version="1") as gated:
        answers = [
            gated.echo("?user_key=the-user-key"),
            gated.echo(headers={"User-Key": "the-user-key"}),
            gated.echo(headers={"Authorization": "Bearer the-user-key"}),
            gated.echo("?user_key=the-user-key", method="HEAD"),
        ]
        assert [answer.status for answer in answers] == [200] * 4
        assert [answer.headers["RateLimit-Remaining"] for answer in answers] == list("3210")
        assert {answer.headers["RateLimit-Limit"] for answer in answers} == {"4"}
        assert b"the-user-key" not in b"".join(answer.body for answer in answers)
        limited = gated.echo("?user_key=the-user-key")
        assert (limited.status, code(limited)) == (429, "limits_exceeded")
        assert limited.headers["RateLimit-Remaining"] == "0"
        assert limited.headers["Retry-After"] is None  # eternity never ends
        assert gated.used() == [4]
        assert "the-user-key" not in gated.server.output()


def test_the_window_tells_when_to_come_back(tmp_path):
    def prepare(tenant):
        tenant.limit("1", "day", 1)
        tenant.user_key("a1", "u")

    now = {"X-Test-Now": "1795224654"}  # 01:30:54
    with Gated(tmp_path, prepare, backend_version="1") as gated:
        seconds = str(86_400 - (3_600 + 30 * 60 + 54))
        first, second = (gated.echo("?user_key=u", now) for _ in range(2))
        assert (first.status, first.headers["RateLimit-Reset"]) == (200, seconds)
        assert (second.status, second.headers["Retry-After"]) == (429, seconds)


def test_refusals_count_nothing_and_are_told_to_the_owner(tmp_path):
    with Gated(tmp_path, by_user_key(4), backend_version="1") as gated:
        missing, wrong = gated.echo(), gated.echo("?user_key=nobody-knows-this")
        assert (missing.status, code(missing)) == (403, "credentials_missing")
        assert (wrong.status, code(wrong)) == (403, "credentials_invalid")
        both = gated.echo("?user_key=the-user-key&app_id=a1")
        assert (both.status, code(both)) == (403, "credentials_ambiguous")
        assert gated.echo(method="OPTIONS").status == 204
        assert gated.used() == [0]
        errors = gated.client.must(200, "GET", gated.tenant.path("errors/")).json["errors"]
        assert [error["code"] for error in errors] == ["authentication_error", "user_key_invalid"]
        assert "nobody-knows-this" not in json.dumps(errors)


def test_application_id_and_key(tmp_path):
    def prepare(tenant):
        tenant.limit("1", "eternity", 9)
        tenant.app_key("a1", "k1")

    with Gated(tmp_path, prepare, "--set", "gate.app_key_header=x-secret") as gated:
        assert gated.echo("?app_id=a1&app_key=k1").status == 200
        assert gated.echo(headers={"app-id": "a1", "X-Secret": "k1"}).status == 200
        for wrong in ("?app_id=a1", "?app_id=a1&app_key=k2", "?app_id=a2&app_key=k1"):
            assert code(gated.echo(wrong)) == "credentials_invalid"
        gated.tenant.application("a1", state="suspended")
        assert code(gated.echo("?app_id=a1&app_key=k1")) == "application_not_active"
        assert gated.used() == [2]


def test_the_limit_is_exact_beside_authrep_on_many_connections(tmp_path):
    most = 200

    def call(gated, number):
        client = Client(gated.server.base_url)
        echo, authrep = "/demo/echo?user_key=the-user-key", (
            f"/transactions/authrep.xml?provider_key={gated.tenant.key}"
            f"&service_id={gated.tenant.id}&user_key=the-user-key&usage[hits]=1"
        )
        statuses = [client.call("GET", (echo, authrep)[(i + number) % 2]).status for i in range(40)]
        client.close()
        return statuses.count(200)

    with Gated(tmp_path, by_user_key(most), backend_version="1") as gated:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            passed = sum(pool.map(lambda number: call(gated, number), range(8)))
        assert (passed, gated.used()) == (most, [most])


def test_what_was_admitted_survives_a_kill(tmp_path):
    with Gated(tmp_path, by_user_key(10), backend_version="1") as gated:
        assert [gated.echo("?user_key=the-user-key").status for _ in range(3)] == [200] * 3
        gated.server.kill()
        gated.server.start()
        gated.client = gated.tenant.client = Client(gated.server.base_url)
        assert gated.used() == [3]
        assert gated.echo("?user_key=the-user-key").headers["RateLimit-Remaining"] == "6"


def test_a_deleted_service_closes_the_gate(tmp_path):
    with Gated(tmp_path, by_user_key(10), backend_version="1") as gated:
        gated.client.must(200, "DELETE", f"/internal/services/{gated.tenant.id}")
        answer = gated.echo("?user_key=the-user-key")
        assert (answer.status, code(answer)) == (503, "gate_unavailable")


def test_what_a_gate_lacks_closes_its_routes_and_nothing_else(tmp_path):
    """Whoever may configure services must not be able to keep the program from starting."""
    with Server(tmp_path, *ECHO, "--set", "apps.demo.gate=later") as server:
        client = Client(server.base_url)
        server.says("apim.gate.incomplete", "later")

        def refusal():
            answer = client.call("GET", "/demo/echo?user_key=k")
            return answer.status, code(answer)

        assert refusal() == (503, "gate_unavailable")
        client.must(200, "GET", "/readiness")
        tenant = Tenant.__new__(Tenant)
        tenant.client, tenant.id, tenant.key = client, "later", "pk-later"
        tenant.service(backend_version="1")
        tenant.application("a1")
        tenant.user_key("a1", "k")
        assert refusal() == (503, "gate_unavailable")
        tenant.metric("1", "hits")
        client.must(200, "GET", "/demo/echo?user_key=k")
        client.must(200, "PUT", tenant.path("metrics/1"), {"metric": {"name": "calls"}})
        assert refusal() == (503, "gate_unavailable")
        server.stop()
        server.start()
        client.close()
        client = Client(server.base_url)
        client.must(200, "GET", "/readiness")


def test_a_header_name_that_cannot_come_refuses_the_start(tmp_path):
    wrong_header = ("--set", "gate.app_id_header=a b")
    message = refused(tmp_path, *ECHO, "--set", "apps.demo.gate=bare", *wrong_header)
    assert "a b" in message


def test_without_a_gate_the_route_is_open_and_on_loopback_only(tmp_path):
    with Server(tmp_path, *ECHO) as server:
        answer = Client(server.base_url).must(200, "GET", "/demo/echo?secret=not-to-be-seen")
        assert answer.headers["RateLimit-Limit"] is None
        assert answer.json["query"] == "secret=***seen"
    with Server(tmp_path) as server:
        Client(server.base_url).must(404, "GET", "/demo/echo")
    message = refused(tmp_path, *ECHO, "--bind", "0.0.0.0", environment="deployment")
    assert "apps.demo.echo" in message
