"""How requests travel: kept connections, pipelines, chunks."""

import http.client
import resource
import select
import socket
import urllib.parse

import pytest

from support.apim_client import Client, Tenant
from support.server import Server


@pytest.fixture
def raw(base_url):
    url = urllib.parse.urlsplit(base_url)
    with socket.create_connection((url.hostname, url.port or 80), timeout=20) as connection:
        yield connection


@pytest.fixture
def tenant(client):
    made = Tenant(client)
    made.limit("1", "eternity", 5)
    return made


def answers(connection, count):
    """The next `count` answers of one connection, by one reader: it buffers ahead."""
    stream = connection.makefile("rb")
    found = []
    for _ in range(count):
        status = int(stream.readline().split()[1])
        headers = http.client.parse_headers(stream)
        found.append((status, stream.read(int(headers.get("Content-Length", 0)))))
    return found


def authrep(tenant):
    query = f"provider_key={tenant.key}&service_id={tenant.id}&app_id=a1&usage[hits]=1"
    return f"GET /transactions/authrep.xml?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def test_pipelined_calls_are_answered_in_order_and_exactly(raw, tenant):
    raw.sendall(authrep(tenant) * 8)
    statuses = [status for status, _ in answers(raw, 8)]
    assert statuses == [200] * 5 + [409] * 3


def test_a_chunked_report_counts(raw, tenant):
    body = f"provider_key={tenant.key}&service_id={tenant.id}&transactions[0][app_id]=a1"
    parts = [body, "&transactions[0][usage]", "[hits]=2"]
    chunks = "".join(f"{len(part):x}\r\n{part}\r\n" for part in parts) + "0\r\n\r\n"
    raw.sendall(
        (
            "POST /transactions.xml HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n\r\n" + chunks
        ).encode()
    )
    assert answers(raw, 1)[0][0] == 202
    assert tenant.current() == 2


def test_a_waiting_client_is_told_to_go_on(raw, tenant):
    body = (
        f"provider_key={tenant.key}&service_id={tenant.id}"
        "&transactions[0][app_id]=a1&transactions[0][usage][hits]=3"
    ).encode()
    raw.sendall(
        (
            "POST /transactions.xml HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
    )
    assert answers(raw, 1)[0][0] == 100
    raw.sendall(body)
    assert answers(raw, 1)[0][0] == 202
    assert tenant.current() == 3


def test_an_authorization_in_single_bytes_is_the_same(raw, tenant):
    for byte in authrep(tenant):
        raw.sendall(bytes([byte]))
    assert answers(raw, 1)[0][0] == 200


@pytest.mark.usefixtures("own_server")
def test_more_clients_than_descriptors_are_told_so_and_the_journal_goes_on(tmp_path):
    def few_descriptors():
        resource.setrlimit(resource.RLIMIT_NOFILE, (400, 400))

    with Server(tmp_path, preexec_fn=few_descriptors) as server:
        tenant = Tenant(Client(server.base_url))
        crowd = [
            socket.create_connection(("127.0.0.1", server.port), timeout=20) for _ in range(151)
        ]
        # Two threads accept: those who are told need not be those who came last.
        told = select.select(crowd, [], [], 20)[0]
        assert answers(told[0], 1)[0][0] == 503
        for link in crowd:
            link.close()
        hit = {**tenant.credentials(), "usage[hits]": 1}
        assert tenant.client.get("authrep", **hit).status == 200
        server.says("mainstay.connections.bounded")
