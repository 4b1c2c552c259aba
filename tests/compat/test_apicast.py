"""The request shapes of the gateway APIcast, also with its batcher, and its reading of answers."""

import urllib.parse

import pytest

from support.apim_client import NOW, Tenant

OPTIONS = "rejection_reason_header=1&limit_headers=1&no_body=1"


class Gateway:
    """One service of APIcast's configuration; `version` is its backend version."""

    def __init__(self, tenant, version, authentication, now=None):
        self.tenant, self.client, self.version = tenant, tenant.client, version
        self.authentication = authentication  # (type, value), e.g. ("service_token", "...")
        self.headers = {
            "User-Agent": "APIcast/3.14 (Linux; env:production)",
            "Connection": "keep-alive",
        }
        if now is not None:
            self.headers["X-Test-Now"] = str(now)
        self.cached = {}
        self.batch = {}

    def ask(self, call, credentials, usage, referrer=None, code=None):
        arguments = [("service_id", self.tenant.id), self.authentication]
        arguments += [(f"usage[{metric}]", delta) for metric, delta in usage]
        arguments += credentials
        if referrer:
            arguments.append(("referrer", referrer))
        if code:
            arguments.append(("log[code]", code))
        native = "oauth_" if self.version == "oauth" else ""
        options = OPTIONS.replace("&no_body=1", "") if native else OPTIONS
        target = f"/transactions/{native}{call}.xml?" + urllib.parse.urlencode(arguments)
        return self.client.call("GET", target, headers={**self.headers, "3scale-options": options})

    def decide(self, credentials, usage, **more):
        """The status that the gateway's own caller gets, and the seconds of its Retry-After."""
        answer = self.ask("authrep", credentials, usage, **more)
        assert answer.status != 0 and answer.status < 499, "the backend counts as down"
        if answer.status == 200:
            return 200, None
        if answer.headers.get("3scale-rejection-reason") == "limits_exceeded":
            if answer.headers["3scale-limit-max-value"] == "0":
                return 403, None
            return 429, int(answer.headers["3scale-limit-reset"])
        return 403, None

    def batched(self, credential, usage):
        """With the batcher: one authorize per credential and usage; the usage waits."""
        key = (credential, tuple(usage))
        if key not in self.cached:
            self.cached[key] = self.ask("authorize", [credential], usage).status
        if self.cached[key] == 200:
            for metric, delta in usage:
                of_metric = self.batch.setdefault(credential, {})
                of_metric[metric] = of_metric.get(metric, 0) + delta
        return self.cached[key]

    def flush(self):
        """One report of all that was kept; a refusal puts it back."""
        taken, self.batch = self.batch, {}
        query = urllib.parse.urlencode([("service_id", self.tenant.id), self.authentication])
        pairs = []
        for index, ((kind, value), usage) in enumerate(taken.items()):
            pairs.append((f"transactions[{index}][{kind}]", value))
            pairs += [
                (f"transactions[{index}][usage][{metric}]", delta)
                for metric, delta in usage.items()
            ]
        headers = {**self.headers, "Content-Type": "application/x-www-form-urlencoded"}
        target = f"/transactions.xml?{query}"
        answer = self.client.call("POST", target, urllib.parse.urlencode(pairs), headers)
        if answer.status != 202:
            self.batch = taken
        return answer.status


@pytest.mark.parametrize("kind", ["service_token", "provider_key"])
def test_user_keys(client, kind):
    tenant = Tenant(client, backend_version="1")
    tenant.user_key("a1", "uk1")
    tenant.limit("1", "minute", 2)
    value = tenant.token() if kind == "service_token" else tenant.key
    gateway = Gateway(tenant, "1", (kind, value), NOW)
    credentials = [("user_key", "uk1")]
    assert gateway.decide(credentials, [("hits", 1)]) == (200, None)
    assert gateway.decide(credentials, [("hits", 1)], code=200) == (200, None)
    assert gateway.decide(credentials, [("hits", 1)]) == (429, 6)
    assert gateway.decide([("user_key", "nobody")], [("hits", 1)]) == (403, None)


def test_an_answer_has_headers_and_no_body(client):
    tenant = Tenant(client)
    tenant.limit("1", "hour", 5)
    gateway = Gateway(tenant, "2", ("provider_key", tenant.key), NOW)
    answer = gateway.ask("authrep", [("app_id", "a1")], [("hits", 2)])
    assert (answer.status, answer.body) == (200, b"")
    names = ("3scale-limit-remaining", "3scale-limit-reset", "3scale-limit-max-value")
    assert [answer.headers[name] for name in names] == ["1", "1746", "5"]
    assert "3scale-rejection-reason" not in answer.headers


def test_application_id_and_key_with_referrer(client):
    tenant = Tenant(client, backend_version="2", referrer_filters_required=True)
    tenant.app_key("a1", "secret")
    client.must(
        201,
        "POST",
        tenant.path("applications/a1/referrer_filters"),
        {"referrer_filter": "*.example.org"},
    )
    gateway = Gateway(tenant, "2", ("service_token", tenant.token()))
    pair = [("app_id", "a1"), ("app_key", "secret")]
    assert gateway.decide(pair, [("hits", 1)], referrer="www.example.org") == (200, None)
    assert gateway.decide(pair, [("hits", 1)], referrer="evil.test") == (403, None)
    assert gateway.decide([("app_id", "a1"), ("app_key", "x")], [("hits", 1)]) == (403, None)


def test_a_metric_switched_off_is_forbidden_not_too_many(client):
    tenant = Tenant(client)
    tenant.limit("1", "day", 0)
    gateway = Gateway(tenant, "2", ("provider_key", tenant.key))
    assert gateway.decide([("app_id", "a1")], [("hits", 1)]) == (403, None)


def test_oidc_sends_the_client_id_as_application(client):
    tenant = Tenant(client, backend_version="oauth")
    tenant.app_key("a1", "client secret")
    gateway = Gateway(tenant, "2", ("service_token", tenant.token()))
    assert gateway.decide([("app_id", "a1")], [("hits", 1)]) == (200, None)


def test_native_oauth_reads_the_body(client):
    tenant = Tenant(client, backend_version="oauth")
    gateway = Gateway(tenant, "oauth", ("service_token", tenant.token()))
    answer = gateway.ask("authrep", [("app_id", "a1")], [("hits", 1)])
    assert answer.status == 200
    assert "<application><id>a1</id>" in answer.text


@pytest.mark.parametrize("credential", [("user_key", "uk1"), ("app_id", "a1")])
def test_the_batcher_reports_all_that_it_let_through(client, credential):
    tenant = Tenant(client, backend_version="1" if credential[0] == "user_key" else "2")
    tenant.metric("2", "bytes")
    tenant.user_key("a1", "uk1")
    for metric in "12":
        tenant.limit(metric, "eternity", 1000)
    gateway = Gateway(tenant, "1", ("service_token", tenant.token()))
    for _ in range(7):
        assert gateway.batched(credential, [("hits", 1), ("bytes", 20)]) == 200
    assert gateway.flush() == 202
    for _ in range(3):
        assert gateway.batched(credential, [("hits", 1), ("bytes", 20)]) == 200
    assert gateway.flush() == 202
    found = client.must(200, "GET", tenant.path("applications/a1/utilization/")).json["utilization"]
    assert {entry["metric_name"]: entry["current_value"] for entry in found} == {
        "hits": 10,
        "bytes": 200,
    }


def test_the_batcher_keeps_its_usage_when_it_is_refused(client):
    tenant = Tenant(client)
    gateway = Gateway(tenant, "2", ("service_token", tenant.token()))
    assert gateway.batched(("app_id", "a1"), [("hits", 1)]) == 200
    gateway.authentication = ("service_token", "revoked")
    assert gateway.flush() == 403
    assert gateway.batch == {("app_id", "a1"): {"hits": 1}}
