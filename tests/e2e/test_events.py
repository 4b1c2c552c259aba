"""Events, alerts, the ping to the events hook, and what the error list says about a request."""

import http.server
import queue
import re
import threading
import urllib.parse

import pytest

from support.apim_client import NOW, Client, Tenant
from support.server import Server

FIXED = {"X-Test-Now": str(NOW)}


def hit(tenant, count, now=NOW):
    answer = tenant.client.get(
        "authrep", {"X-Test-Now": str(now)}, **tenant.credentials(), **{"usage[hits]": count}
    )
    assert answer.status == 200, answer.body


def test_traffic_events_name_the_application(client):
    tenant = Tenant(client)
    hit(tenant, 1)
    events = tenant.events()
    assert [event["type"] for event in events] == ["first_traffic", "first_daily_traffic"]
    assert events[0]["id"] < events[1]["id"]
    for event in events:
        assert event["timestamp"] == "2026-11-21 01:30:54 UTC"
        assert event["object"]["application_id"] == "a1"


def test_an_alert_tells_how_much_of_which_limit(client):
    tenant = Tenant(client)
    tenant.metric("2", "bytes")
    tenant.limit("1", "day", 100)
    tenant.limit("1", "eternity", 1000)
    tenant.limit("2", "day", 0)
    client.must(201, "POST", tenant.path("alert_limits/"), {"alert_limit": {"value": 80}})
    hit(tenant, 85)
    alerts = [event for event in tenant.events() if event["type"] == "alert"]
    assert len(alerts) == 1
    alert = alerts[0]["object"]
    assert alert["utilization"] == 80
    assert alert["max_utilization"] == pytest.approx(0.85)
    assert alert["application_id"] == "a1"
    assert alert["limit"] == "hits per day: 85/100"
    assert alert["timestamp"].startswith("2026-11-21 01:30:54")
    assert isinstance(alert["id"], int)


def test_an_error_names_the_request_but_not_its_credentials(client):
    tenant = Tenant(client)
    token = tenant.token()
    secret = "hushhushsecret1234"
    client.get(
        "authrep",
        {**FIXED, "User-Agent": "probe/1.0", "3scale-options": "flat_usage=1"},
        service_token=token,
        service_id=tenant.id,
        app_id="a1",
        app_key=secret,
        **{"usage[nope]": 1},
    )
    client.get("authrep", FIXED, provider_key=tenant.key, service_id=tenant.id, app_id="nobody")
    answer = client.must(200, "GET", tenant.path("errors/"))
    assert answer.json["count"] == 2
    for hidden in (tenant.key, token, secret):
        assert (
            hidden not in answer.text
        ), "credentials are shown as *** and their last four characters"
    context = answer.json["errors"][1]["context_info"]
    expected = {
        "url",
        "method",
        "form_vars",
        "user_agent",
        "ip",
        "content_type",
        "content_length",
        "extensions",
    }
    assert expected <= set(context)
    assert context["method"] == "GET"
    assert context["user_agent"] == "probe/1.0"
    assert "/transactions/authrep.xml" in context["url"]
    assert "***1234" in context["url"]


def test_a_service_keeps_its_last_thousand_errors(client):
    tenant = Tenant(client)
    for number in range(1005):
        client.get("authorize", FIXED, **tenant.credentials(f"nobody{number}"))
    first = client.must(200, "GET", tenant.path("errors/")).json
    assert first["count"] == 1000
    assert len(first["errors"]) == 100, "a page has 100 by default"
    assert "nobody1004" in first["errors"][0]["message"]
    last = client.must(200, "GET", tenant.path("errors/?page=10&per_page=100")).json
    assert "nobody5" in last["errors"][-1]["message"]


def test_a_key_of_the_server_is_32_hexadecimal_digits(client):
    tenant = Tenant(client)
    made = [
        client.must(201, "POST", tenant.path("applications/a1/keys/"), {}).json for _ in range(2)
    ]
    values = [answer["application_key"]["value"] for answer in made]
    assert all(re.fullmatch("[0-9a-f]{32}", value) for value in values)
    assert values[0] != values[1]


class Hook:
    """An HTTP server that puts every request it gets into a queue."""

    def __init__(self):
        received = self.received = queue.Queue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                received.put((self.path, self.headers.get("Content-Type"), body))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/events/import?source=backend"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def hook():
    made = Hook()
    yield made
    made.close()


def test_events_ping_the_hook_with_the_shared_secret(hook, own_server, tmp_path):
    variables = {"CONFIG_EVENTS_HOOK": hook.url, "CONFIG_EVENTS_HOOK_SHARED_SECRET": "s3 & cret"}
    with Server(tmp_path, variables=variables) as server:
        tenant = Tenant(Client(server.base_url))
        hit(tenant, 1)
        path, content_type, body = hook.received.get(timeout=20)
        assert path == "/events/import?source=backend"
        assert content_type.startswith("application/x-www-form-urlencoded")
        assert urllib.parse.parse_qs(body) == {"secret": ["s3 & cret"]}
        tenant.application("a2")
        client = tenant.client
        client.get(
            "authrep",
            {"X-Test-Now": str(NOW + 30)},
            **tenant.credentials("a2"),
            **{"usage[hits]": 1},
        )
        with pytest.raises(queue.Empty):  # the server looks for events once a second
            hook.received.get(timeout=1.5)


def test_a_dead_hook_harms_nobody(own_server, tmp_path):
    variables = {
        "CONFIG_EVENTS_HOOK": "http://127.0.0.1:1/",
        "CONFIG_EVENTS_HOOK_SHARED_SECRET": "x",
    }
    with Server(tmp_path, variables=variables) as server:
        tenant = Tenant(Client(server.base_url))
        hit(tenant, 1)
        hit(tenant, 1)
        assert len(tenant.events()) == 2
