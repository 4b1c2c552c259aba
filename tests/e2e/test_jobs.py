"""Jobs in the store: what the server runs, what `mainstay jobs` shows and does, what a kill
costs."""

import json
import re
import socket
import time
from urllib.request import urlopen

import pytest

from support.jobs import Table, jobs_command
from support.mail import SmtpServer, outbox
from support.server import Server, run, wait_until

pytestmark = pytest.mark.usefixtures("own_server")
MESSAGE = {"to": "ada@example.com", "subject": "Hi", "text": "x\n"}
QUICK = ("--set", "jobs.poll=20ms", "--set", "jobs.retry_first=1ms", "--set", "jobs.retry_most=2ms")


@pytest.fixture
def table(tmp_path):
    """Of a folder whose schema is there, without a server."""
    done = run(tmp_path, "migrate", "up", "--data", tmp_path / "data")
    assert done.returncode == 0, done.stdout
    return Table(tmp_path / "data")


def listed(folder, *flags):
    return json.loads(jobs_command(folder, "list", "--json", *flags))


def test_commands_show_run_cancel_and_retry(tmp_path, table):
    first = table.enqueue("mail.send", MESSAGE)
    later = table.enqueue("mail.send", MESSAGE, run_at=time.time() + 3600)
    bad = table.enqueue("mail.send", {"to": "nobody"})
    assert {one["id"] for one in listed(tmp_path)} == {first, later, bad}
    assert [one["id"] for one in listed(tmp_path, "--state", "scheduled")] == [later]
    assert listed(tmp_path, "--kind", "other") == []
    assert jobs_command(tmp_path, "list").splitlines()[0].split()[:4] == [
        "id", "kind", "queue", "state"]

    said = jobs_command(tmp_path, "run", code=1)  # one of them cannot be
    assert "1 done, 1 failed" in said
    assert "jobs.dead" in said
    assert [table.state(one) for one in (first, later, bad)] == ["done", "scheduled", "dead"]
    assert len(outbox(tmp_path / "data")) == 1

    assert jobs_command(tmp_path, "run", later) == "done\n"
    assert "it is done, only a waiting job" in jobs_command(tmp_path, "run", later, code=1)
    assert json.loads(jobs_command(tmp_path, "retry", "--dead", "--json")) == {"queued": 1}
    assert table.state(bad) == "queued"
    rehearsed = jobs_command(tmp_path, "cancel", bad, "--dry-run")
    assert rehearsed == "dry run, nothing is changed: cancelled\n"
    assert table.state(bad) == "queued"
    assert jobs_command(tmp_path, "cancel", bad) == "cancelled\n"
    assert "1 queued" in jobs_command(tmp_path, "retry", bad, "--dry-run")
    assert table.state(bad) == "cancelled"
    assert "only a waiting job can be cancelled" in jobs_command(tmp_path, "cancel", bad, code=1)
    assert jobs_command(tmp_path, "retry", bad) == "1 queued\n"
    assert "0 done" in jobs_command(tmp_path, "run", "--max", "1", code=1)


def test_commands_refuse_what_they_do_not_know(tmp_path, table):
    assert "there is no such job" in jobs_command(tmp_path, "run", "x", code=1)
    assert "--state is scheduled" in jobs_command(tmp_path, "list", "--state", "odd", code=2)
    assert "say which" in jobs_command(tmp_path, "retry", code=2)
    stranger = table.enqueue("nobody.knows", "")
    assert "no handler" in jobs_command(tmp_path, "run", stranger, code=1)
    assert table.state(stranger) == "queued"


def test_the_server_runs_what_is_queued_and_tells_of_strangers(tmp_path):
    with Server(tmp_path, *QUICK) as server:
        table = Table(server.data)
        jobs = [table.enqueue("mail.send", MESSAGE) for _ in range(20)]
        stranger = table.enqueue("nobody.knows", "")
        for job in jobs:
            table.wait(job, "done")
        assert len(outbox(server.data)) == 20, "once each, when nobody is killed"
        assert table.state(stranger) == "queued"
    assert len(outbox(server.data)) == 20


def test_a_failing_job_comes_back_until_it_is_dead(tmp_path):
    with SmtpServer() as smtp, Server(
        tmp_path, *QUICK, "--set", f"mail.url=smtp://localhost:{smtp.port}",
        "--set", "mail.tls=none",
    ) as server:
        table = Table(server.data)
        later = table.enqueue("mail.send", {**MESSAGE, "to": "later@example.com"}, failures_max=3)
        never = table.enqueue("mail.send", {**MESSAGE, "to": "nobody@example.com"})
        table.wait(later, "dead")
        table.wait(never, "dead")
        found = {one["id"]: one for one in listed(tmp_path)}
        assert found[later]["failures"] == 3
        assert "451" in found[later]["last_error"]
        assert found[never]["failures"] == 1, "5xx is final"
        assert "550" in found[never]["last_error"]


def test_a_killed_servers_job_runs_again(tmp_path):
    """The mail server of the first life never answers: the job is under way when it is killed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = (*QUICK, "--set", "jobs.lease=300ms", "--set", "mail.tls=none")
        port = silent.getsockname()[1]
        first = Server(tmp_path, *settings, "--set", f"mail.url=smtp://localhost:{port}").start()
        table = Table(first.data)
        job = table.enqueue("mail.send", MESSAGE, failures_max=1, secret=True)
        silent.settimeout(30)
        connection, _ = silent.accept()
        table.wait(job, "running")
        first.kill()
        connection.close()
    with SmtpServer() as smtp, Server(
        tmp_path, *settings, "--set", f"mail.url=smtp://localhost:{smtp.port}"
    ):
        assert smtp.taken()["to"] == ["ada@example.com"]
        table.wait(job, "done")
        assert table.payload(job) == "", "a secret is forgotten"
    assert listed(tmp_path)[0]["losses"] == 1


def test_a_stop_ends_a_send_that_hangs_and_leaves_the_job(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server(tmp_path, *QUICK, "--set", "mail.tls=none", "--set",
                        f"mail.url=smtp://localhost:{silent.getsockname()[1]}").start()
        table = Table(server.data)
        job = table.enqueue("mail.send", MESSAGE)
        silent.settimeout(30)
        connection, _ = silent.accept()
        assert server.stop() == 0
        connection.close()
    assert table.state(job) in ("queued", "scheduled")


def test_metrics_show_what_waits_and_what_ran(tmp_path, table):
    table.enqueue("nobody.knows", "")
    table.enqueue("mail.send", MESSAGE)
    with Server(tmp_path, *QUICK) as server:
        done = r'jobs_runs_total\{kind="mail.send",outcome="done"\} 1'
        wait_until(lambda: re.search(done, metrics(server)), 30, done)
        # What waits is counted now and then, not with each run.
        wait_until(lambda: "jobs_unknown_kind 1" in metrics(server), 30, "a count of what waits")
        text = metrics(server)
        assert 'jobs{state="queued"}' in text
        assert re.search(r"^jobs_unknown_kind 1$", text, re.MULTILINE)
        assert "jobs_wait_seconds_count 1" in text


def metrics(server):
    with urlopen(server.base_url + "/metrics") as answer:
        return answer.read().decode()


def test_old_history_goes(tmp_path, table):
    for _ in range(5):
        table.enqueue("mail.send", MESSAGE)
    assert "5 done" in jobs_command(tmp_path, "run")
    with Server(tmp_path, "--set", "jobs.keep_rows=2"):
        wait_until(lambda: len(listed(tmp_path)) == 2, 30, "two are kept")
