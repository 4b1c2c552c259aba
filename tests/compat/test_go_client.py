"""The request shapes of the Go client, all in the query, reports too; its reading of answers."""

import datetime
import urllib.parse
import xml.etree.ElementTree as ElementTree

import pytest

from support.apim_client import Tenant

HEADERS = {"Accept": "application/xml", "User-Agent": "Go-http-client/1.1"}


def encode(values):
    """url.Values.Encode: sorted by key; all but letters, digits and -_.~ escaped; + for a blank."""
    return "&".join(
        f"{urllib.parse.quote_plus(key)}={urllib.parse.quote_plus(str(value))}"
        for key, value in sorted(values.items())
    )


class GoClient:
    def __init__(self, client, tenant, token=None):
        self.client, self.tenant = client, tenant
        auth = {"service_token": token} if token else {"provider_key": tenant.key}
        self.base = {**auth, "service_id": tenant.id}

    def headers(self, extensions):
        options = (
            {"3scale-options": "&".join(f"{k}={v}" for k, v in extensions.items())}
            if extensions
            else {}
        )
        return {**HEADERS, **options}

    def version(self):
        return self.client.must(200, "GET", "/status", headers=HEADERS).json["version"]["backend"]

    def ask(self, endpoint, usage, extensions=None, **credentials):
        values = {
            **self.base,
            **credentials,
            **{f"usage[{metric}]": n for metric, n in usage.items()},
        }
        target = f"/transactions/{endpoint}.xml?{encode(values)}"
        answer = self.client.call("GET", target, headers=self.headers(extensions))
        return AuthorizeResult(answer, extensions or {})

    def report(self, transactions, extensions=None):
        values = dict(self.base)
        for index, (credentials, usage, timestamp) in enumerate(transactions):
            for name, value in credentials.items():
                values[f"transactions[{index}][{name}]"] = value
            for metric, value in usage.items():
                values[f"transactions[{index}][usage][{metric}]"] = value
            if timestamp is not None:
                values[f"transactions[{index}][timestamp]"] = timestamp
        target = f"/transactions.xml?{encode(values)}"
        answer = self.client.call("POST", target, headers=self.headers(extensions))
        if 200 <= answer.status <= 299:
            return None
        return ElementTree.fromstring(answer.body).get("code")


class AuthorizeResult:
    def __init__(self, answer, extensions):
        self.status = answer.status
        root = ElementTree.fromstring(answer.body)
        self.reason = root.get("code")
        self.success = root.findtext("authorized") == "true"
        self.reports = {}
        for report in root.findall("usage_reports/usage_report"):
            try:
                start, end = (
                    self.time(report.findtext(name)) for name in ("period_start", "period_end")
                )
            except TypeError:
                continue  # an eternity has no times: the client drops it
            self.reports[report.get("metric")] = (
                report.get("period"),
                start,
                end,
                int(report.findtext("max_value")),
                int(report.findtext("current_value")),
            )
        if "hierarchy" in extensions:
            self.hierarchy = {}
            for metric in root.findall("hierarchy/metric"):
                if metric.get("children"):
                    self.hierarchy[metric.get("name")] = metric.get("children").split(" ")
        if "limit_headers" in extensions:
            names = ("3scale-limit-remaining", "3scale-limit-reset")
            self.limits = tuple(int(answer.headers[name]) for name in names)
        self.rejection = answer.headers.get("3scale-rejection-reason")

    @staticmethod
    def time(text):
        return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S %z").timestamp()


def test_the_version_of_the_backend(client):
    assert GoClient(client, Tenant(client)).version() == "3.4.3"


@pytest.mark.parametrize("with_token", [True, False])
def test_authorize_authrep_and_their_extensions(client, with_token):
    tenant = Tenant(client)
    tenant.metric("2", "a&b", parent="1")
    tenant.limit("1", "day", 3)
    tenant.limit("2", "eternity", 100)
    go = GoClient(client, tenant, tenant.token() if with_token else None)
    extensions = {"hierarchy": "1", "limit_headers": "1", "rejection_reason_header": "1"}

    first = go.ask("authrep", {"a&b": 1}, extensions, app_id="a1")
    assert first.success and first.status == 200
    assert list(first.reports) == ["hits"]
    period, start, end, most, current = first.reports["hits"]
    assert (period, end - start, most, current) == ("day", 86400, 3, 1)
    assert first.hierarchy == {"hits": ["a&b"]}
    assert first.limits[0] == 2 and 0 < first.limits[1] <= 86400

    denied = go.ask("authrep", {"a&b": 3}, extensions, app_id="a1")
    assert (denied.success, denied.status, denied.rejection) == (False, 409, "limits_exceeded")
    missing = go.ask("authorize", {"nope": 1}, app_id="a1")
    assert (missing.success, missing.status, missing.reason) == (False, 404, "metric_invalid")


def test_reports_without_body_or_content_type(client):
    tenant = Tenant(client)
    tenant.metric("2", "searches", parent="1")
    tenant.limit("1", "eternity", 100)
    tenant.user_key("a1", "uk1")
    go = GoClient(client, tenant)
    now = int(datetime.datetime.now().timestamp())
    assert (
        go.report(
            [({"app_id": "a1"}, {"hits": 1}, now), ({"user_key": "uk1"}, {"searches": 2}, now - 60)]
        )
        is None
    )
    assert tenant.current() == 3
    flat = {"flat_usage": "1"}
    assert go.report([({"app_id": "a1"}, {"hits": 5, "searches": 5}, None)], flat) is None
    assert tenant.current() == 8
    assert (
        GoClient(client, tenant, "wrong").report([({"app_id": "a1"}, {"hits": 1}, None)])
        == "service_token_invalid"
    )
