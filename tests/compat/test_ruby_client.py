"""The request shapes of the Ruby gem 3scale_client, and its reading of the answers."""

import urllib.parse
import xml.etree.ElementTree as ElementTree

from support.apim_client import Tenant

HEADERS = {"X-3scale-User-Agent": "plugin-ruby-v2.11.0", "Host": "localhost"}


def rack_query(value, prefix=""):
    """Pairs joined by hand; nested names begin with a bracket of their own: [usage][hits]=1."""
    pairs = []
    for name, inner in value.items():
        escaped = urllib.parse.quote_plus(str(name))
        if isinstance(inner, dict):
            pairs.append(rack_query(inner, f"{prefix}[{escaped}]"))
        else:
            key = f"{prefix}[{escaped}]" if prefix else escaped
            pairs.append(f"{key}={urllib.parse.quote_plus(str(inner))}")
    return "&".join(pair for pair in pairs if pair)


class RubyClient:
    def __init__(self, client, **credentials):
        self.client, self.credentials = client, credentials

    def ask(self, endpoint, extensions=None, **more):
        headers = dict(HEADERS)
        if extensions:
            headers["3scale-options"] = urllib.parse.urlencode(extensions)
        query = rack_query({**self.credentials, **more})
        return self.read(
            self.client.call("GET", f"/transactions/{endpoint}.xml?{query}", headers=headers)
        )

    def report(self, transactions):
        fields = {name: value for name, value in self.credentials.items() if name != "app_id"}
        pairs = list(fields.items())
        for index, transaction in enumerate(transactions):
            for name, value in transaction.items():
                for key, inner in value.items() if isinstance(value, dict) else [(None, value)]:
                    suffix = f"[{key}]" if key else ""
                    pairs.append((f"transactions[{index}][{name}]{suffix}", inner))
        headers = {**HEADERS, "Content-Type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode(pairs)
        answer = self.client.call("POST", "/transactions.xml", body, headers)
        return answer.status == 202 or self.error(answer)

    def error(self, answer):
        node = ElementTree.fromstring(answer.body)
        self.error_code, self.error_message = node.get("code"), node.text
        return False

    def read(self, answer):
        if answer.status not in (200, 409):
            assert 400 <= answer.status < 500, "everything else is a ServerError to the client"
            return self.error(answer)
        status = ElementTree.fromstring(answer.body)
        self.plan = status.findtext("plan").strip()
        self.app_keys = [key.get("id") for key in status.findall("app_keys/key")]
        self.hierarchy = {
            metric.get("name"): (metric.get("children") or "").split()
            for metric in status.findall("hierarchy/metric")
        }
        self.user_usage_reports = status.findall("user_usage_reports/usage_report")
        self.usage_reports = [
            (
                report.get("metric"),
                report.get("period"),
                int(report.findtext("current_value")),
                int(report.findtext("max_value")),
            )
            for report in status.findall("usage_reports/usage_report")
        ]
        if status.findtext("authorized") != "true":
            self.error_message = status.findtext("reason")
            self.error_code = answer.headers.get("3scale-rejection-reason")
            return False
        return True


def test_authrep_counts_what_the_leading_bracket_names(client):
    tenant = Tenant(client)
    tenant.metric("2", "web searches", parent="1")
    tenant.limit("1", "eternity", 5)
    tenant.limit("2", "eternity", 5)
    ruby = RubyClient(client, **tenant.credentials())
    assert ruby.ask(
        "authrep", usage={"web searches": 2, "hits": 1}, log={"code": 200, "request": "r"}
    )
    assert ruby.usage_reports == [("hits", "eternity", 3, 5), ("web searches", "eternity", 2, 5)]
    assert ruby.user_usage_reports == []
    assert ruby.ask("authorize", usage={"hits": 2})
    assert not ruby.ask("authrep", usage={"hits": 3}, extensions={"rejection_reason_header": 1})
    assert (ruby.error_code, ruby.error_message) == ("limits_exceeded", "usage limits are exceeded")


def test_extensions(client):
    tenant = Tenant(client)
    tenant.metric("2", "searches", parent="1")
    for metric in "12":
        tenant.limit(metric, "day", 9)
    tenant.app_key("a1", "k1")
    ruby = RubyClient(client, **tenant.credentials(), app_key="k1")
    options = {"hierarchy": 1, "list_app_keys": 1, "flat_usage": 1}
    assert ruby.ask("authrep", extensions=options, usage={"hits": 1, "searches": 1})
    assert ruby.hierarchy == {"hits": ["searches"], "searches": []}
    assert ruby.app_keys == ["k1"]
    assert [report[2] for report in ruby.usage_reports] == [1, 1]


def test_oauth_authorize(client):
    tenant = Tenant(client, backend_version="oauth")
    ruby = RubyClient(client, **tenant.credentials())
    assert ruby.ask("oauth_authorize")
    assert not ruby.ask("oauth_authorize", redirect_url="http://example.org/?a=b")
    assert ruby.error_message == 'redirect_url "http://example.org/?a=b" is invalid'


def test_report_as_a_form(client):
    tenant = Tenant(client)
    tenant.limit("1", "eternity", 100)
    ruby = RubyClient(client, **tenant.credentials())
    batch = [
        {"app_id": "a1", "usage": {"hits": 3}, "log": {"code": 404}},
        {"app_id": "a1", "usage": {"hits": 4}, "timestamp": ""},
    ]
    assert ruby.report(batch)
    assert tenant.current() == 7
    assert not RubyClient(client, provider_key="foo", service_id=tenant.id).report(batch)
