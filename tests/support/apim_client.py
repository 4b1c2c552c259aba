"""A small client of the Service Management API and its internal API, for black-box tests."""

import base64
import http.client
import itertools
import json
import os
import re
import ssl
import urllib.parse

# Saturday 2026-11-21 01:30:54 UTC: the header X-Test-Now of a test that wants a fixed clock.
NOW = 1795224654
BASIC = "Basic " + base64.b64encode(b"test:test").decode()
PERIODS = ("minute", "hour", "day", "week", "month", "year", "eternity")

_serial = itertools.count(1)


def unique(word):
    """An id that no other test of this or any other run has used."""
    return f"{word}{os.getpid()}x{next(_serial)}x{os.urandom(3).hex()}"


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8")

    @property
    def json(self):
        return json.loads(self.body)

    def current(self, metric, period="eternity"):
        """The current value of one usage report of this answer."""
        found = re.search(
            rf'<usage_report metric="{metric}" period="{period}"[^>]*>.*?<current_value>(\d+)<',
            self.text,
        )
        assert found, f"no report of {metric} per {period} in {self.text!r}"
        return int(found.group(1))


class Client:
    """One keep-alive connection. With https, only the certificate in `cafile` is trusted."""

    def __init__(self, base_url, timeout=20, cafile=None):
        url = urllib.parse.urlsplit(base_url)
        if url.scheme == "https":
            trust = ssl.create_default_context(cafile=cafile)
            self.connection = http.client.HTTPSConnection(
                url.hostname, url.port or 443, timeout=timeout, context=trust
            )
        else:
            self.connection = http.client.HTTPConnection(
                url.hostname, url.port or 80, timeout=timeout
            )

    def close(self):
        self.connection.close()

    def call(self, method, target, body=None, headers=None):
        headers = dict(headers or {})
        if target.startswith("/internal") and "Authorization" not in headers:
            headers["Authorization"] = BASIC
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode()
        self.connection.request(method, target, body=body, headers=headers)
        response = self.connection.getresponse()
        return Answer(response.status, response.headers, response.read())

    def must(self, status, method, target, body=None, headers=None):
        answer = self.call(method, target, body, headers)
        assert answer.status == status, f"{method} {target}: {answer.status} {answer.body!r}"
        return answer

    def get(self, endpoint, headers=None, **parameters):
        query = urllib.parse.urlencode(parameters, safe="[]")
        return self.call("GET", f"/transactions/{endpoint}.xml?{query}", headers=headers)

    def report(self, form, headers=None):
        fixed = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
        body = form if isinstance(form, (str, bytes)) else urllib.parse.urlencode(form, safe="[]")
        return self.call("POST", "/transactions.xml", body, fixed)


class Tenant:
    """A service made when constructed, with the metric `hits` and the application `a1`."""

    def __init__(self, client, **service):
        self.client = client
        self.id = unique("svc")
        self.key = "pk" + self.id
        self.service(**service)
        self.metric("1", "hits")
        self.application("a1")

    def path(self, rest):
        return f"/internal/services/{self.id}/{rest}"

    def service(self, **more):
        fields = {"id": self.id, "provider_key": self.key, "state": "active", **more}
        self.client.must(200, "PUT", f"/internal/services/{self.id}", {"service": fields})

    def metric(self, metric_id, name, parent=None):
        fields = {"name": name} | ({"parent_id": parent} if parent else {})
        self.client.must(201, "POST", self.path(f"metrics/{metric_id}"), {"metric": fields})

    def application(self, app_id, **more):
        fields = {"state": "active", "plan_id": "p1", "plan_name": "Basic", **more}
        self.client.must(200, "PUT", self.path(f"applications/{app_id}"), {"application": fields})

    def limit(self, metric_id, period, value):
        target = self.path(f"plans/p1/usagelimits/{metric_id}/{period}")
        self.client.must(200, "PUT", target, {"usagelimit": {period: value}})

    def user_key(self, app_id, key):
        self.client.must(200, "PUT", self.path(f"applications/{app_id}/key/{key}"))

    def app_key(self, app_id, value):
        target = self.path(f"applications/{app_id}/keys/")
        self.client.must(201, "POST", target, {"application_key": {"value": value}})

    def token(self):
        value = unique("tok")
        body = {"service_tokens": {value: {"service_id": self.id}}}
        self.client.must(201, "POST", "/internal/service_tokens/", body)
        return value

    def credentials(self, app_id="a1"):
        return {"provider_key": self.key, "service_id": self.id, "app_id": app_id}

    def current(self, metric="hits", period="eternity", app_id="a1", headers=None):
        return self.client.get("authorize", headers, **self.credentials(app_id)).current(
            metric, period
        )

    def events(self):
        every = self.client.must(200, "GET", "/internal/events/").json["events"]
        return [event for event in every if event["object"].get("service_id") == self.id]
