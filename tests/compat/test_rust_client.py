"""The request shapes of the Rust crate threescalers, POST in the body; its reading of answers."""

import time
import urllib.parse
import xml.etree.ElementTree as ElementTree

from support.apim_client import Tenant


class RustClient:
    """Builds requests as the crate does; a transaction: (credentials, usage, Unix seconds)."""

    def __init__(self, client, service):
        self.client, self.service = client, service

    def send(self, kind, transactions, extensions=()):
        pairs = list(self.service)
        for index, transaction in enumerate(transactions):
            prefix = (lambda key: f"transactions[{index}]{key}") if kind == "report" else self.plain
            credentials, usage, timestamp = transaction
            pairs += [(prefix(f"[{name}]"), value) for name, value in credentials]
            if timestamp is not None:
                pairs.append((prefix("[timestamp]"), str(timestamp)))
            pairs += [(prefix(f"[usage][{metric}]"), value) for metric, value in usage]
        encoded = urllib.parse.urlencode(pairs)
        headers = {"User-Agent": "threescalers/0.9.0"}
        if extensions:
            headers["3scale-options"] = "&".join(extensions)
        if kind == "report":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            return self.client.call("POST", "/transactions.xml", encoded, headers)
        return self.client.call("GET", f"/transactions/{kind}.xml?{encoded}", headers=headers)

    @staticmethod
    def plain(key):
        """Of a single transaction [app_id] is app_id, and [usage][hits] is usage[hits]."""
        name, _, rest = key[1:].partition("]")
        return name + rest


def authorization(answer):
    """What the crate reads of an answer: reason, plan, reports, hierarchy, keys, or an error."""
    root = ElementTree.fromstring(answer.body)
    if root.tag == "error":
        return {"error": root.get("code"), "text": root.text}
    return {
        "authorized": root.findtext("authorized") == "true",
        "reason": root.findtext("reason"),
        "plan": root.findtext("plan"),
        "reports": [
            (report.get("metric"), report.get("period"), int(report.findtext("current_value")))
            for report in root.findall("usage_reports/usage_report")
        ],
        "hierarchy": {
            metric.get("name"): metric.get("children").split()
            for metric in root.findall("hierarchy/metric")
        },
        "keys": [
            (keys.get("svc"), keys.get("app"), [key.get("id") for key in keys])
            for keys in root.findall("app_keys")
        ],
    }


def test_authrep_with_hierarchy_and_keys(client):
    tenant = Tenant(client)
    tenant.metric("2", "ticks", parent="1")
    tenant.limit("1", "month", 10)
    tenant.limit("2", "month", 10)
    tenant.app_key("a1", "key1")
    rust = RustClient(client, [("service_token", tenant.token()), ("service_id", tenant.id)])
    app = [("app_id", "a1"), ("app_key", "key1")]
    answer = rust.send(
        "authrep", [(app, [("ticks", 4)], None)], ["hierarchy=1", "list_app_keys=1", "no_body=0"]
    )
    assert answer.status == 200
    assert authorization(answer) == {
        "authorized": True,
        "reason": None,
        "plan": "Basic",
        "reports": [("hits", "month", 4), ("ticks", "month", 4)],
        "hierarchy": {"hits": ["ticks"], "ticks": []},
        "keys": [(tenant.id, "a1", ["key1"])],
    }
    denied = rust.send("authorize", [(app, [("ticks", 7)], None)])
    assert denied.status == 409
    assert authorization(denied)["reason"] == "usage limits are exceeded"
    wrong = rust.send("authorize", [([("app_id", "a1"), ("user_key", "u")], [], None)])
    assert (wrong.status, authorization(wrong)["error"]) == (403, "authentication_error")


def test_report_of_several_transactions(client):
    tenant = Tenant(client)
    tenant.limit("1", "eternity", 100)
    tenant.user_key("a1", "uk1")
    rust = RustClient(client, [("provider_key", tenant.key), ("service_id", tenant.id)])
    now = int(time.time())
    answer = rust.send(
        "report",
        [
            ([("app_id", "a1")], [("hits", 1)], now),
            ([("user_key", "uk1")], [("hits", 2)], now - 3000),
        ],
        ["flat_usage=1"],
    )
    assert (answer.status, answer.body) == (202, b"")
    assert tenant.current() == 3
