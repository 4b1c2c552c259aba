import http.client
import os
import pty
import socket

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, accepts, binary, clean_environment, wait_until

pytestmark = pytest.mark.usefixtures("own_server")


def test_sigterm_with_idle_connections_ends_with_zero(tmp_path):
    with Server(tmp_path) as server:
        idle = [Client(server.base_url) for _ in range(20)]
        for client in idle:
            client.must(200, "GET", "/status")
        assert server.stop() == 0
        assert not accepts(server.base_url)


def test_sigterm_lets_a_request_finish_and_counts_it(tmp_path):
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 100)
        body = (
            f"provider_key={tenant.key}&service_id={tenant.id}"
            "&transactions[0][app_id]=a1&transactions[0][usage][hits]=4"
        ).encode()
        head = (
            "POST /transactions.xml HTTP/1.1\r\nHost: localhost\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        with socket.create_connection(("127.0.0.1", server.port), timeout=10) as begun:
            begun.sendall(head + body[:20])
            tenant.client.must(200, "GET", "/status")  # the server has seen what came before
            server.terminate()
            wait_until(lambda: not accepts(server.base_url), 10, "refusing new connections")
            begun.sendall(body[20:])
            response = http.client.HTTPResponse(begun)
            response.begin()
            response.close()  # else the server waits 2 s for our end
            assert response.status == 202
        assert server.ended() == 0
        server.start()
        tenant.client = Client(server.base_url)
        assert tenant.current() == 4


def test_readiness_fails_first_while_all_is_served_for_the_drain_delay(tmp_path):
    with Server(tmp_path, "--set", "http.drain_delay=1h") as server:
        client = Client(server.base_url)
        client.must(200, "GET", "/readiness")
        client.must(200, "HEAD", "/available")
        server.terminate()
        wait_until(lambda: client.call("GET", "/readiness").status == 503, 10, "not ready")
        assert client.must(503, "GET", "/readiness").json["failing"] == ["draining"]
        client.must(200, "GET", "/status")
        answer = client.must(404, "HEAD", "/available")
        assert answer.headers["Content-Type"] == "application/vnd.3scale-v2.0+xml"
        Client(server.base_url).must(200, "GET", "/liveness")
        server.terminate()  # once more: now
        assert server.ended() == 0


def test_a_terminal_that_is_closed_ends_it(tmp_path):
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(tmp_path)
        command = ["mainstay", "serve", "--env", "test", "-p", "0"]
        os.execve(binary(), command, clean_environment({}, tmp_path / "var"))
    said = b""
    while b"listening on" not in said:
        said += os.read(terminal, 4096)
    os.close(terminal)
    ended = []

    def has_ended():
        found, status = os.waitpid(process, os.WNOHANG)
        ended.append(status)
        return found

    wait_until(has_ended, 20, "its end")
    assert os.waitstatus_to_exitcode(ended[-1]) == 0


def test_nothing_is_lost_by_an_orderly_restart(tmp_path):
    with Server(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**6)
        for round_number in range(1, 4):
            for _ in range(25):
                answer = tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
                assert answer.status == 200
            assert server.stop() == 0
            server.start()
            tenant.client = Client(server.base_url)
            assert tenant.current() == 25 * round_number
