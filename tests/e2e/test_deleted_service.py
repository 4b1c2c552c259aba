"""A service that is deleted under load and made again starts from nothing."""

import threading

import pytest

from support.apim_client import Client, Tenant
from support.server import Server

pytestmark = pytest.mark.usefixtures("own_server")
ROUNDS = 40


def test_what_was_counted_beside_a_deletion_is_not_the_next_ones(tmp_path):
    with Server(tmp_path, "--set", "http.threads=2") as server:
        tenant = Tenant(Client(server.base_url))

        def make():
            tenant.service()
            tenant.metric("1", "hits")
            tenant.application("a1")
            tenant.limit("1", "eternity", 10**9)

        def call(client, stop):
            used = {"usage[hits]": 1}
            while not stop.is_set():
                answer = client.get("authrep", **tenant.credentials(), **used)
                assert answer.status in (200, 403, 404)

        for _ in range(ROUNDS):
            make()
            clients = [Client(server.base_url) for _ in range(3)]
            stop = threading.Event()
            threads = [threading.Thread(target=call, args=(client, stop)) for client in clients]
            for thread in threads:
                thread.start()
            tenant.client.must(200, "DELETE", f"/internal/services/{tenant.id}")
            stop.set()
            for thread in threads:
                thread.join()
            for client in clients:
                client.close()
            make()
            assert tenant.current() == 0
