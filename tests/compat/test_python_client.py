"""The request shapes of the Python client ThreeScalePY 2.6.0, and its reading of the answers."""

import urllib.parse
import xml.etree.ElementTree as ElementTree

from support.apim_client import Tenant

AGENT = {"X-3scale-User-Agent": "plugin-python-v2.6.0", "User-Agent": "Python-urllib/3.11"}


class PythonClient:
    """Keeps, as the original, what the last answer said: reason, code, plan, reports."""

    def __init__(self, client, **credentials):
        self.client, self.credentials = client, credentials

    def ask(self, endpoint, usage=None, log=None, **more):
        parameters = {**self.credentials, **more}
        for metric, value in (usage or {"hits": "1"}).items():
            parameters[f"usage[{metric}]"] = value
        for name, value in (log or {}).items():
            parameters[f"log[{name}]"] = value
        target = f"/transactions/{endpoint}.xml?{urllib.parse.urlencode(parameters)}"
        return self.read(self.client.call("GET", target, headers=AGENT))

    def report(self, transactions):
        parameters = {name: value for name, value in self.credentials.items() if name != "app_id"}
        for index, transaction in enumerate(transactions):
            for name in ("app_id", "user_key", "timestamp"):
                if name in transaction:
                    parameters[f"transactions[{index}][{name}]"] = transaction[name]
            for metric, value in transaction["usage"].items():
                parameters[f"transactions[{index}][usage][{metric}]"] = value
        headers = {**AGENT, "Content-Type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode(parameters)
        return self.client.call("POST", "/transactions.xml", body, headers).status == 202

    def read(self, answer):
        self.code = self.reason = None
        if answer.status in (403, 404):
            error = ElementTree.fromstring(answer.body)
            assert error.tag == "error"
            self.code, self.reason = error.get("code"), error.text
            return False
        assert answer.status in (200, 409), "the client knows no other"
        status = ElementTree.fromstring(answer.body)
        self.reason = status.findtext("reason")
        self.plan = status.findtext("plan")
        self.reports = [
            {**report.attrib, **{child.tag: child.text for child in report}}
            for report in status.findall("usage_reports/usage_report")
        ]
        return status.findtext("authorized") == "true"


def test_authorize_authrep_and_report(client):
    tenant = Tenant(client)
    tenant.limit("1", "week", 3)
    python = PythonClient(client, **tenant.credentials())
    assert python.ask("authorize"), "its default usage of one hit is only predicted"
    assert python.reports[0]["current_value"] == "0"
    assert python.ask("authrep", log={"code": "200", "request": "GET /?a=b&c", "response": "ok"})
    assert python.reports[0]["current_value"] == "1"
    assert python.report([{"app_id": "a1", "usage": {"hits": "2"}}])
    assert not python.ask("authrep")
    assert python.reason == "usage limits are exceeded"
    assert python.plan == "Basic"
    report = python.reports[0]
    assert (report["metric"], report["period"], report["max_value"], report["current_value"]) == (
        "hits",
        "week",
        "3",
        "3",
    )
    assert report["period_start"] < report["period_end"]


def test_errors_have_code_and_text(client):
    tenant = Tenant(client)
    wrong = PythonClient(client, app_id="a1", provider_key="foo", service_id=tenant.id)
    assert not wrong.ask("authrep")
    assert (wrong.code, wrong.reason) == ("provider_key_invalid", 'provider key "foo" is invalid')
    nobody = PythonClient(client, **tenant.credentials("nobody & co <1>"))
    assert not nobody.ask("authrep")
    assert nobody.reason == 'application with id="nobody & co <1>" was not found'


def test_user_key_with_a_service_token(client):
    tenant = Tenant(client, backend_version="1")
    tenant.user_key("a1", "uk%20with%20blanks")
    python = PythonClient(
        client, user_key="uk with blanks", service_id=tenant.id, service_token=tenant.token()
    )
    assert python.ask("authrep")
    assert python.ask("authorize", usage={"hits": "5"})
