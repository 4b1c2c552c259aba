"""Graces, shadow limits, spike limits, and alerts that reach the consumer's own webhook."""

import base64
import hashlib
import hmac
import http.server
import json
import queue
import re
import threading
import time

import pytest

from support.apim_client import NOW, Client, Tenant
from support.server import Server, wait_until

pytestmark = pytest.mark.usefixtures("own_server")
KEY = b"0123456789abcdef01234567"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
PRIVATE = ("--set", "apps.apim.alert_webhooks_to_private_addresses=true")


class Hook:
    """A consumer's server: keeps what it gets, answers the statuses it is given, then 200."""

    def __init__(self, statuses=()):
        received = self.received = queue.Queue()
        answers = list(statuses)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                received.put((dict(self.headers.items()), body))
                self.send_response(answers.pop(0) if answers else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def verified(received):
    """The payload, after the signature was checked as a consumer would; and the delivery's id."""
    headers, body = received
    headers = {name.lower(): value for name, value in headers.items()}
    signed = b".".join(
        [headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body]
    )
    expected = "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert hmac.compare_digest(headers["webhook-signature"], expected)
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 300
    return json.loads(body), headers["webhook-id"]


def alerting(client, url):
    """A tenant whose application a1 has used 80 % of its limit."""
    tenant = Tenant(client)
    tenant.limit("1", "day", 10)
    client.must(201, "POST", tenant.path("alert_limits/"), {"alert_limit": {"value": 80}})
    webhook = {"alert_webhook": {"url": url, "secret": SECRET}}
    client.must(200, "PUT", tenant.path("applications/a1/alert_webhook"), webhook)
    answer = client.get("authrep", **tenant.credentials(), **{"usage[hits]": 8})
    assert answer.status == 200
    return tenant


def test_an_alert_reaches_the_consumers_webhook_signed(tmp_path):
    hook = Hook()
    with Server(tmp_path, *PRIVATE) as server:
        tenant = alerting(Client(server.base_url), hook.url)
        payload, _ = verified(hook.received.get(timeout=30))
        assert payload["type"] == "alert"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", payload["timestamp"])
        assert payload["data"]["application_id"] == "a1"
        assert payload["data"]["service_id"] == tenant.id
        assert payload["data"]["utilization"] == 80
        assert payload["data"]["limit"] == "hits per day: 8/10"
        shown = tenant.client.must(200, "GET", tenant.path("applications/a1/alert_webhook"))
        assert SECRET not in shown.text and KEY.decode() not in shown.text
    hook.close()
    for file in tmp_path.rglob("*.log"):
        assert SECRET not in file.read_text(errors="replace")


def test_a_refused_delivery_comes_again_with_the_same_id(tmp_path):
    hook = Hook(statuses=[500])
    with Server(tmp_path, *PRIVATE) as server:
        alerting(Client(server.base_url), hook.url)
        _, first = verified(hook.received.get(timeout=30))
        _, second = verified(hook.received.get(timeout=60))
        assert first == second
    hook.close()


def test_a_delivery_survives_a_kill(tmp_path):
    hook = Hook(statuses=[503])
    with Server(tmp_path, *PRIVATE) as server:
        alerting(Client(server.base_url), hook.url)
        _, first = verified(hook.received.get(timeout=30))
        server.kill()
        server.start()
        _, second = verified(hook.received.get(timeout=60))
        assert first == second
    hook.close()


def test_an_address_in_the_operators_network_is_not_called(tmp_path):
    hook = Hook()
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        alerting(client, hook.url)

        def failures():
            text = client.call("GET", "/metrics").text
            return int(re.search(r"^apim_alert_webhook_failures_total (\d+)", text, re.M)[1])

        wait_until(lambda: failures() >= 1, 30, "the delivery was refused")
        assert hook.received.empty()
    hook.close()


def test_a_kill_gives_no_burst_back(tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        spike = {"spikelimit": {"max": 1, "seconds": 3600, "burst": 5}}
        client.must(200, "PUT", tenant.path("plans/p1/spikelimits/1"), spike)
        fixed = {"X-Test-Now": str(NOW)}

        def hit():
            usage = {"usage[hits]": 1}
            return client.get("authrep", fixed, **tenant.credentials(), **usage).status

        assert [hit() for _ in range(3)] == [200] * 3
        server.kill()
        server.start()
        client = tenant.client = Client(server.base_url)
        assert [hit() for _ in range(3)] == [200, 200, 409]
        server.stop()  # leaves a snapshot
        server.start()
        client = tenant.client = Client(server.base_url)
        assert hit() == 409


def test_a_spike_limit_is_exact_among_many_clients(tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        spike = {"spikelimit": {"max": 1, "seconds": 86400, "burst": 25}}
        client.must(200, "PUT", tenant.path("plans/p1/spikelimits/1"), spike)
        passed = []

        def work():
            mine = Client(server.base_url)
            for _ in range(20):
                usage = {"usage[hits]": 1}
                passed.append(mine.get("authrep", **tenant.credentials(), **usage).status)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert passed.count(200) == 25
        assert passed.count(409) == 55


def test_shadow_limits_are_counted_and_told_once(tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        limit = {"usagelimit": {"day": 1, "shadow": True}}
        client.must(200, "PUT", tenant.path("plans/p1/usagelimits/1/day"), limit)
        for _ in range(4):
            answer = client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
            assert answer.status == 200
            assert "usage_report" not in answer.text
        told = [one for one in tenant.events() if one["type"] == "shadow_limit_exceeded"]
        assert [one["object"]["limit"] for one in told] == ["hits per day: 2/1"]
        metrics = client.call("GET", "/metrics").text
        assert re.search(r"^apim_shadow_limits_exceeded_total 3$", metrics, re.M)
