"""A charging network to test with: its server, an operator's calls, simulated stations."""

import http.client
import json
import socket
import subprocess
import urllib.parse
from contextlib import contextmanager
from types import SimpleNamespace

from support.auth_client import CHEAP, add_user, user
from support.exchange import make_token
from support.server import Server, binary


class Operator:
    """Who runs the stations: JSON calls with a token, each on a connection of its own."""

    def __init__(self, server, token):
        self._server = server
        self.token = token

    def ask(self, method, path, body=None):
        """(status, text) of a call with that text."""
        url = urllib.parse.urlsplit(self._server.base_url)
        link = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        link.request(method, "/charging/v1/" + path, body, headers)
        answer = link.getresponse()
        got = answer.read()
        link.close()
        return answer.status, got.decode()

    def call(self, method, path, body=None):
        status, got = self.ask(method, path, None if body is None else json.dumps(body))
        return SimpleNamespace(status=status, json=json.loads(got) if got else None)

    def must(self, method, path, body=None):
        answer = self.call(method, path, body)
        assert answer.status < 300, answer
        return answer.json

    def add_station(self, identity, **more):
        return self.must("POST", "stations", {"identity": identity, **more})

    def command(self, station, name, request=None):
        """Carried out, or not: what became of it."""
        made = self.must("POST", f"stations/{station}/commands/{name}", {"request": request or {}})
        path = f"operations/{made['operation']}"
        self.must("GET", path + "?wait=30")
        return self.must("GET", path + "/stations")["stations"][0]


class SignedIn:
    """The same by somebody's session of support/auth_client."""

    def __init__(self, client):
        self.client = client

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self.client.csrf}
        sent = None if body is None else json.dumps(body)
        return self.client.request(method, "/charging/v1/" + path, sent, headers)

    def must(self, status, method, path, body=None):
        """The JSON that is answered; the answer itself where it is something else."""
        answer = self.call(method, path, body)
        assert answer.status == status, (method, path, answer.status, answer.text)
        return answer.json if answer.status != 204 and answer.text.startswith("{") else answer


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def network(folder, *arguments, stations=(), **options):
    """A server that charges for any tag; `server.operator` is somebody who runs it. Its port stays
    the same over restarts: stations come back to it."""
    server = Server(
        folder,
        "--set",
        "apps.charging.enabled=true",
        "--set",
        "apps.charging.accept_unknown_tags=true",
        "--set",
        "apps.charging.ocpp_profile=0",
        *arguments,
        variables=CHEAP,
        port=free_port(),
        **options,
    )
    with server:
        operator = add_user(server, "olga")
        said, code = user(server, "role", "olga", "charging_operator")
        assert code == 0, said
        server.operator = Operator(server, make_token(operator.sign_in("olga")))
        for identity in stations:
            server.operator.add_station(identity)
        yield server


def simulate(server, *arguments, **options):
    """`charging simulate` beside a server, as a process."""
    command = [binary(), "charging", "simulate", "--url",
               server.base_url.replace("http", "ws") + "/charging/ocpp/"]  # fmt: skip
    return subprocess.Popen(
        [*command, *map(str, arguments)], stdout=subprocess.PIPE, text=True, **options
    )
