"""TLS certificates that are replaced while serving."""

import signal
import socket
import ssl
import urllib.parse

import pytest

from support.apim_client import Client
from support.certificates import Certificates
from support.restarting import Restarting
from support.server import run, wait_until

pytestmark = pytest.mark.usefixtures("own_server")


def served(server, made):
    """The name in the certificate that a new handshake gets."""
    trust = ssl.create_default_context(cafile=made.roots)
    url = urllib.parse.urlsplit(server.base_url)
    with socket.create_connection((url.hostname, url.port), timeout=20) as plain:
        with trust.wrap_socket(plain, server_hostname="localhost") as secure:
            return dict(pair[0] for pair in secure.getpeercert()["subject"])["commonName"]


@pytest.fixture
def made(tmp_path):
    certificates = Certificates(tmp_path)
    certificates.issue("first")
    return certificates


def test_a_reload_takes_new_certificates_and_leaves_connections_alone(tmp_path, made):
    with Restarting(tmp_path, *made.arguments, "--set", "http.tls_watch=0") as server:
        kept = Client(server.base_url, cafile=made.roots)
        kept.must(200, "GET", "/status")
        made.issue("second")
        assert served(server, made) == "first"
        assert server.ask(signal.SIGUSR2) == ("good", "reloaded")
        assert served(server, made) == "second"
        socket_before = kept.connection.sock
        kept.must(200, "GET", "/status")
        assert kept.connection.sock is socket_before


def test_a_broken_pair_is_refused_and_the_old_one_stays(tmp_path, made):
    with Restarting(tmp_path, *made.arguments, "--set", "http.tls_watch=0") as server:
        for path in (made.certificate, made.key):
            good = path.read_bytes()
            for bad in (b"", b"no PEM", good[: len(good) // 2]):
                path.write_bytes(bad)
                word, text = server.ask(signal.SIGUSR2)
                assert word == "refused" and str(path) in text
                assert served(server, made) == "first"
            path.write_bytes(good)
        old_key = made.key.read_bytes()
        made.issue("second")
        made.key.write_bytes(old_key)
        word, text = server.ask(signal.SIGUSR2)
        assert word == "refused" and "not the key" in text
        assert served(server, made) == "first"
        server.says("mainstay.certificates.refused")


def test_changed_files_are_noticed_without_being_told(tmp_path, made):
    with Restarting(tmp_path, *made.arguments, "--set", "http.tls_watch=20ms") as server:
        made.issue("second")
        wait_until(lambda: served(server, made) == "second", 20, "the new certificate")
        made.key.write_bytes(b"no PEM")
        server.says("certificates.refused")
        assert served(server, made) == "second"
        made.issue("third")
        wait_until(lambda: served(server, made) == "third", 20, "the mended certificate")


def test_the_reload_command_tells_what_came_of_it(tmp_path, made):
    with Restarting(tmp_path, *made.arguments) as server:
        command = ("reload", "--pidfile", server.pid_file)
        done = run(tmp_path, *command)
        assert done.returncode == 0 and "reloaded" in done.stdout
        made.key.write_bytes(b"no PEM")
        refused = run(tmp_path, *command)
        assert refused.returncode == 1 and str(made.key) in refused.stdout
    assert run(tmp_path, *command).returncode == 3


def test_sigusr1_reopens_the_log(tmp_path):
    log = tmp_path / "here.log"
    with Restarting(tmp_path, "-l", log) as server:
        client = Client(server.base_url)
        client.must(200, "GET", "/status")
        log.rename(tmp_path / "rotated.log")
        server.process.send_signal(signal.SIGUSR1)
        wait_until(log.exists, 10, "the new log")
        client.must(200, "GET", "/status")
        wait_until(lambda: "GET /status" in log.read_text(), 10, "a line in the new log")
