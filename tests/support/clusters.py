"""A server with the platform API, with a cluster and a forge of its own: stdlib only."""

import http.client
import json
import time
import urllib.parse
from contextlib import closing, contextmanager

from support.auth_client import CHEAP, Answer
from support.server import Server

ON = {
    **CHEAP,
    "MAINSTAY__APPS__CLUSTERS__ENABLED": "true",
    "MAINSTAY__APPS__CLUSTERS__EMBEDDED_CLUSTER": "true",
    "MAINSTAY__APPS__CLUSTERS__FORGE": "embedded",
}
OPEN = {**ON, "MAINSTAY__APPS__CLUSTERS__ACCESS": "open"}
GROUP = {
    "name": "workers",
    "default_instance_type": "m5.large",
    "alternate_instance_type": "m5.xlarge",
    "ephemeral": "100Gi",
    "min_size": "1",
    "max_size": "4",
    "target_size": "2",
    "skip_pull_request": False,
}
OVER = {"ready", "degraded", "closed", "failed"}


@contextmanager
def platform(folder, variables):
    with Server(folder, variables=variables) as server:
        wait_for(lambda: Api(server.base_url).call("GET", "/api/readiness").status == 200)
        yield server


def wait_for(happened, seconds=30):
    """Asks until it is true, and gives it."""
    deadline = time.monotonic() + seconds
    while not (found := happened()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


class Api:
    """Calls as nobody, or as somebody with an AuthClient."""

    def __init__(self, base_url, client=None):
        self.url = urllib.parse.urlsplit(base_url)
        self.client = client

    def call(self, method, path, body=None, headers=None):
        sent = {} if body is None else {"Content-Type": "application/json"}
        if self.client and self.client.csrf and method != "GET":
            sent["X-CSRF-Token"] = self.client.csrf
        sent.update(headers or {})
        text = body if body is None or isinstance(body, (str, bytes)) else json.dumps(body)
        if self.client:
            return self.client.request(method, path, text, sent)
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        with closing(connection):
            connection.request(method, path, text, sent)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())

    def must(self, status, method, path, body=None, headers=None):
        answer = self.call(method, path, body, headers)
        assert answer.status == status, (method, path, answer.status, answer.text)
        return answer.json if answer.text.startswith(("{", "[")) else answer

    def refusal(self, status, method, path, body=None, headers=None):
        answer = self.call(method, path, body, headers)
        assert answer.status == status, (method, path, answer.status, answer.text)
        return answer.code

    def see(self, path):
        return self.must(200, "GET", path)

    def request(self, request):
        return self.see(f"/api/requests/{request}")

    def until(self, request, *states):
        def reached():
            found = self.request(request)
            assert found["state"] in states or found["state"] not in OVER, found
            return found if found["state"] in states else None

        return wait_for(reached)

    def merge(self, request):
        """As a reviewer of the embedded forge."""
        number = self.request(request)["pull_request"]["number"]
        return self.must(200, "POST", f"/clusters/forge/pulls/{number}/merge", {})

    def stream(self, path):
        """The events of a stream, as (name, data), until it ends."""
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=30)
        with closing(connection):
            connection.request("GET", path, headers={"Accept": "text/event-stream"})
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            assert answer.getheader("Content-Type") == "text/event-stream"
            name = None
            for line in answer:
                text = line.decode().rstrip("\n")
                if text.startswith("event: "):
                    name = text[7:]
                elif text.startswith("data: "):
                    yield name, json.loads(text[6:])
