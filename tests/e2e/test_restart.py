"""Restarts under load: no request fails, and everything acknowledged is counted exactly once."""

import os
import random
import shutil
import signal
import socket
import subprocess

import pytest

from support.apim_client import Client, Tenant
from support.certificates import Certificates
from support.restarting import Restarting
from support.server import binary, run, wait_until
from support.steady_load import Load, Worker

pytestmark = pytest.mark.usefixtures("own_server")


def authrep(tenant, app="a1"):
    query = f"provider_key={tenant.key}&service_id={tenant.id}&app_id={app}&usage[hits]=1"
    return f"GET /transactions/authrep.xml?{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def mixed(server, request, cafile=None):
    """Kept, pipelining and passing connections."""
    shapes = [{}, {"each": 7}, {"pipeline": 8}, {"pipeline": 3, "each": 30}] + [{"each": 1}] * 2
    return [Worker(server.base_url, request, cafile=cafile, **shape) for shape in shapes]


def wait_for_step(server, step):
    """Of a restart: 0 has been asked for, 1 begun, 2 given all up, 3 is over."""
    steps = ((), ("handing_over", 1), ("mainstay.stopped", 1), ("mainstay.started", 2))
    if step > 0:
        event, times = steps[step]
        wait_until(lambda: server.output().count(event) >= times, 30, event)


def restart_under_load(server, tenant, workers, times):
    process = server.process.pid
    with Load(workers) as load:
        for round_number in range(times):
            seen = load.acknowledged
            wait_until(lambda: load.failures or load.acknowledged >= seen + 50, 30, "answers")
            assert not load.failures, f"round {round_number}: {load.failures}"
            server.restart()
    assert not load.failures
    assert server.process.pid == process and server.process.poll() is None
    assert all(worker.acknowledged > 0 for worker in workers)
    tenant.client.close()
    assert tenant.current() == load.acknowledged


def open_files(server):
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def test_fifty_restarts_under_load_fail_nothing_and_count_exactly(tmp_path):
    with Restarting(tmp_path, "--set", "http.threads=3") as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        opened = open_files(server)
        restart_under_load(server, tenant, mixed(server, authrep(tenant)), 50)
        # The load's connections end when the server has seen that they were closed.
        wait_until(lambda: open_files(server) <= opened + 3, 30, "files of 50 restarts closed")


def test_restarts_over_tls_under_load_fail_nothing_and_count_exactly(tmp_path):
    made = Certificates(tmp_path)
    made.issue()
    with Restarting(tmp_path, *made.arguments) as server:
        tenant = Tenant(Client(server.base_url, cafile=made.roots))
        tenant.limit("1", "eternity", 10**9)
        workers = mixed(server, authrep(tenant), cafile=made.roots)
        restart_under_load(server, tenant, workers, 10)


def test_disk_durability_and_changing_thread_counts_lose_nothing(tmp_path):
    settings = tmp_path / "settings"
    settings.mkdir()
    counts = [4, 1, 3, 2, 5]
    with Restarting(tmp_path, "--set", "journal.durability=disk") as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        workers = mixed(server, authrep(tenant))
        process = server.process.pid
        with Load(workers) as load:
            for count in counts:
                seen = load.acknowledged
                (settings / "test.toml").write_text(f"[http]\nthreads = {count}\n")
                wait_until(lambda: load.failures or load.acknowledged >= seen + 50, 30, "answers")
                server.restart()
        assert not load.failures
        assert server.process.pid == process
        tenant.client.close()
        assert tenant.current() == load.acknowledged


def test_kills_in_the_midst_of_restarts_lose_nothing_acknowledged(tmp_path):
    moments = random.Random(20261121)
    with Restarting(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**9)
        counted = 0
        for round_number in range(8):
            workers = mixed(server, authrep(tenant))
            with Load(workers) as load:
                wait_until(lambda: load.failures or load.acknowledged >= 50, 30, "answers")
                assert not load.failures
                os.kill(server.process.pid, signal.SIGHUP)
                wait_for_step(server, moments.randrange(4))
                server.kill()
            server.start()
            tenant.client = Client(server.base_url)
            least = counted + load.acknowledged
            most = counted + sum(worker.sent for worker in workers)
            counted = tenant.current()
            tenant.client.close()
            assert least <= counted <= most, f"round {round_number}"


def test_a_stop_that_comes_during_a_restart_is_not_lost(tmp_path):
    for _ in range(4):
        with Restarting(tmp_path) as server:
            os.kill(server.process.pid, signal.SIGHUP)
            os.kill(server.process.pid, signal.SIGHUP)
            server.terminate()
            assert server.ended() == 0


def test_all_listeners_are_handed_over(tmp_path):
    made = Certificates(tmp_path)
    made.issue()
    own = {
        "apps.apim.listen": "127.0.0.1:0",
        "http.admin_listen": "[::1]:0",
        "apps.charging.enabled": "true",
        "apps.charging.ocpp_tls_listen": "127.0.0.1:0",
        "apps.charging.ocpp_tls_certificate": made.certificate,
        "apps.charging.ocpp_tls_key": made.key,
    }
    flags = [flag for key, value in own.items() for flag in ("--set", f"{key}={value}")]
    with Restarting(tmp_path, *flags) as server:
        before = server.addresses
        assert len(set(before)) == 4
        server.restart()
        after = server.addresses[-4:]
        assert after == before
        paths = ("/", "/status", "/readiness", "/nothing")
        for address, path in zip(after, paths, strict=True):
            status = 404 if path == "/nothing" else 200
            Client(address, cafile=made.roots).must(status, "GET", path)


def test_a_request_that_has_begun_is_answered_by_the_old_program(tmp_path):
    with Restarting(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10)
        tenant.client.close()
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as begun:
            request = authrep(tenant)
            begun.sendall(request[:40])
            tenant.client.must(200, "GET", "/status")  # the server has seen what came before
            os.kill(server.process.pid, signal.SIGHUP)
            server.says("handing_over")
            # Everybody else is served while it is waited for.
            Client(server.base_url).must(200, "GET", "/status")
            assert server.outcome()[0] == 0
            begun.sendall(request[40:])
            answer = begun.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ") and b"Connection: close" in answer
        wait_until(lambda: server.outcome()[0] == 1, 30, "the restart's end")
        tenant.client.close()
        assert tenant.current() == 1


def test_what_would_not_start_is_refused_and_the_old_goes_on(tmp_path):
    settings = tmp_path / "settings"
    settings.mkdir()
    file = settings / "test.toml"
    with Restarting(tmp_path) as server:
        tenant = Tenant(Client(server.base_url))
        for text, says in (
            ("[http]\nprot = 1\n", "http.port"),
            ("[http]\ntls_key = 'x'\n", "go together"),
            ("[http]\ntls_key = 'x'\ntls_certificate = 'y'\n", "y"),
            ("[http]\nadmin_listen = '192.0.2.1:80'\n", "192.0.2.1"),
            ("[apps.exchange]\nenabled = true\nfix_listen = '192.0.2.1:80'\n", "192.0.2.1"),
            ("[store]\nurl = 'mysql://x'\n", "sqlite:"),
            ("[log]\nfile = '/nonexistent/x'\n", "/nonexistent/x"),
            ("[process]\nuser = 'no such user'\n", "no such user"),
        ):
            file.write_text(text)
            word, told = server.ask(signal.SIGHUP)
            assert word == "refused" and says in told, (word, told)
            assert tenant.client.call("GET", "/status").status == 200  # the same connection
        server.says("mainstay.restart.refused")
        file.unlink()
        server.restart()


def test_a_bad_program_is_refused_and_a_good_one_taken(tmp_path):
    program = tmp_path / "bin" / "mainstay"
    program.parent.mkdir()
    shutil.copy(binary(), program)
    with Restarting(tmp_path, program=program) as server:
        client = Client(server.base_url)
        client.must(200, "GET", "/status")
        for text in (b"#!/bin/sh\necho broken >&2; exit 1\n", b"no program"):
            replaced = program.with_suffix(".new")
            replaced.write_bytes(text)
            replaced.chmod(0o755)
            replaced.rename(program)
            word, _ = server.ask(signal.SIGHUP)
            assert word == "refused"
            client.must(200, "GET", "/status")
        program.unlink()
        assert server.ask(signal.SIGHUP)[0] == "refused"
        shutil.copy(binary(), program)
        server.restart()
        assert os.path.samefile(f"/proc/{server.process.pid}/exe", program)


def test_a_program_that_passes_its_check_and_then_fails_gives_way_to_the_former(tmp_path):
    program = tmp_path / "bin" / "mainstay"
    program.parent.mkdir()
    shutil.copy(binary(), program)
    with Restarting(tmp_path, program=program) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10)
        hit = {**tenant.credentials(), "usage[hits]": 1}
        assert tenant.client.get("authrep", **hit).status == 200
        tenant.client.close()
        replaced = program.with_suffix(".new")
        other_format = program.read_bytes().replace(b"mainjrnl", b"otherfmt")
        assert b"otherfmt" in other_format, "the journal's magic is no bytes of the program"
        replaced.write_bytes(other_format)
        replaced.chmod(0o755)
        replaced.rename(program)
        word, told = server.ask(signal.SIGHUP)
        assert word == "refused" and "journal" in told, told
        tenant.client.must(200, "GET", "/status")
        assert tenant.current() == 1
        assert os.readlink(f"/proc/{server.process.pid}/exe").endswith("(deleted)")
        shutil.copy(binary(), program.with_suffix(".good"))
        program.with_suffix(".good").rename(program)
        server.restart()
        tenant.client.close()
        assert tenant.current() == 1


def test_the_restart_command_tells_what_came_of_it(tmp_path):
    started = run(tmp_path, "-p", "0", "-d", "start", "--env", "test")
    assert started.returncode == 0, started.stdout
    pid_file = tmp_path / "var" / "mainstay.pid"
    try:
        pid = pid_file.read_text()
        done = run(tmp_path, "-p", "0", "-d", "restart", "--env", "test")
        assert done.returncode == 0 and "restarted" in done.stdout
        assert pid_file.read_text() == pid
        other = run(tmp_path, "-p", "1", "restart", "--env", "test")
        assert other.returncode == 2 and "http.port" in other.stdout
        (tmp_path / "settings").mkdir()
        (tmp_path / "settings" / "test.toml").write_text("[log]\nfile = '/nonexistent/x'\n")
        refused = run(tmp_path, "restart", "--data", "var")
        assert refused.returncode == 1 and "/nonexistent/x" in refused.stdout
    finally:
        assert run(tmp_path, "stop").returncode == 0
    assert not list((tmp_path / "var").glob("mainstay.pid*"))


def test_asking_for_the_status_never_hinders_a_start(tmp_path):
    asks = [
        subprocess.Popen(
            ["/bin/sh", "-c", f"for i in $(seq 40); do {binary()} status; done"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        )
        for _ in range(2)
    ]
    try:
        for _ in range(5):
            started = run(tmp_path, "-p", "0", "-d", "start", "--env", "test")
            assert started.returncode == 0, started.stdout
            assert run(tmp_path, "stop").returncode == 0
    finally:
        for one in asks:
            one.kill()
            one.wait()
