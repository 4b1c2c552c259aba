"""A torn tail is cut; a damaged middle stops the start and says where."""

import json
import re
from pathlib import Path

import pytest

from support.apim_client import Client, Tenant
from support.server import Server, run

CALLS = 300
pytestmark = pytest.mark.usefixtures("own_server")


def used_length(path):
    """Bytes up to the last that is not zero: segments are allocated ahead."""
    return len(path.read_bytes().rstrip(b"\0"))


def journal_segment(folder):
    """The file of the counters' log that holds the calls: the fullest that is no SQLite file."""
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and ".db" not in path.name
        and not path.read_bytes().startswith(b"SQLite format 3")
    ]
    assert files, f"no journal among {sorted(map(str, folder.rglob('*')))}"
    return max(files, key=used_length)


def call(tenant, times):
    for _ in range(times):
        answer = tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
        assert answer.status == 200


@pytest.fixture
def killed(tmp_path):
    """A server with CALLS counted calls, killed before a snapshot; and its tenant."""
    # Each call is on the disk before its answer, so that damage to an early one is no torn tail.
    safe = ["--set", "journal.durability=disk", "--set", "journal.sync_every=1ms"]
    with Server(tmp_path, *safe) as server:
        tenant = Tenant(Client(server.base_url))
        tenant.limit("1", "eternity", 10**6)
        call(tenant, CALLS)
        server.kill()
        yield server, tenant


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xFF]))


def restarted_count(server, tenant):
    server.start()
    tenant.client = Client(server.base_url)
    return tenant.current()


def test_a_flipped_byte_in_the_middle_stops_the_start(killed, tmp_path):
    server, tenant = killed
    segment = journal_segment(server.data)
    offset = used_length(segment) // 4
    flip(segment, offset)

    assert server.spawn().ended() > 0
    message = server.output()
    assert segment.name in message
    assert re.search(r"\d+", message.replace(segment.name, "")), "no offset"
    assert "mainstay journal check" in message

    check = run(tmp_path, "journal", "check", "--data", server.data)
    assert check.returncode > 0
    assert segment.name in check.stdout

    flip(segment, offset)
    touched = "the refused start must not have touched the log"
    assert restarted_count(server, tenant) == CALLS, touched


def test_a_torn_tail_is_cut(killed):
    server, tenant = killed
    segment = journal_segment(server.data)
    end = used_length(segment)
    with open(segment, "r+b") as file:
        file.seek(end - 3)
        file.write(b"\0\0\0")
    assert restarted_count(server, tenant) in (CALLS - 1, CALLS)
    answer = tenant.client.get("authrep", **tenant.credentials(), **{"usage[hits]": 1})
    after = answer.current("hits")
    server.kill()
    assert restarted_count(server, tenant) == after


def test_check_says_that_a_sound_log_is_sound(killed, tmp_path):
    server, _ = killed
    check = run(tmp_path, "journal", "check", "--data", server.data)
    assert check.returncode == 0, check.stdout


def test_repair_says_what_is_lost_and_keeps_everything_else(killed, tmp_path):
    server, tenant = killed
    segment = journal_segment(server.data)
    sound = segment.read_bytes()
    # Inside a call's record: between records lie the marks of syncs, which lose nothing.
    flip(segment, sound.index(tenant.id.encode(), used_length(segment) // 4))
    damaged = segment.read_bytes()
    assert server.spawn().ended() > 0
    repair = ["journal", "repair", "apim", "--data", server.data]

    looked = run(tmp_path, *repair, "--json")
    assert looked.returncode == 1, looked.stdout
    plan = json.loads(looked.stdout)["apim"]
    assert not plan["sound"] and not plan["applied"]
    assert sum(one["last"] - one["first"] + 1 for one in plan["lost"]) == 1
    assert segment.read_bytes() == damaged, "looking must change nothing"
    said = run(tmp_path, *repair)
    assert said.returncode == 1
    assert "LOST: records" in said.stdout and "--yes" in said.stdout

    done = run(tmp_path, *repair, "--yes", "--json")
    assert done.returncode == 0, done.stdout
    report = json.loads(done.stdout)["apim"]
    assert report["applied"] and report["lost"] == plan["lost"]
    kept = Path(report["aside"]) / segment.name
    assert kept.read_bytes() == damaged and len(kept.read_bytes()) == len(sound)
    # One record was hit: one call of all is gone.
    assert restarted_count(server, tenant) == CALLS - 1
    busy = run(tmp_path, *repair, "--yes")
    assert busy.returncode == 1
    assert "open already" in busy.stdout
    server.stop()
    assert "nothing to repair" in run(tmp_path, *repair).stdout
