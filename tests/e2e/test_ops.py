"""What ops/ has for a machine's own tools: the systemd unit, the rotation of the log."""

import getpass
import gzip
import os
import shlex
import shutil
import subprocess

import pytest

from support.server import ROOT, Server, binary, run, wait_until

UNIT = ROOT / "ops/mainstay.service"
ROTATION = ROOT / "ops/mainstay.logrotate"
pytestmark = pytest.mark.usefixtures("own_server")


def tool(name):
    found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin")
    if not found:
        pytest.skip(f"no {name}")
    return found


def test_the_unit_has_nothing_that_systemd_does_not_know(tmp_path):
    unit = tmp_path / "mainstay.service"
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/mainstay", str(binary())))
    done = subprocess.run([tool("systemd-analyze"), "verify", unit], capture_output=True, text=True,
                          timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_commands_of_the_unit_are_understood(tmp_path):
    places = {"/etc/mainstay/settings": "settings", "/var/lib/mainstay": "data",
              "0.0.0.0": "127.0.0.1", "/var/log/mainstay/mainstay.log": "mainstay.log", "80": "0"}
    for line in UNIT.read_text().splitlines():
        name, _, command = line.partition("=")
        if name not in ("ExecStartPre", "ExecStart"):
            continue
        words = [places.get(word, word) for word in shlex.split(command)[1:]]
        more = ["--check"] if name == "ExecStart" else []
        done = run(tmp_path, *words, *more, variables={"MAINSTAY_ENV": "deployment"})
        assert done.returncode == 0, done.stdout


def test_the_log_is_rotated_while_it_is_written(tmp_path):
    log, pid_file = tmp_path / "mainstay.log", tmp_path / "mainstay.pid"
    rotation = tmp_path / "mainstay.logrotate"
    user = getpass.getuser()
    group = subprocess.run(["id", "-gn"], capture_output=True, text=True, check=True).stdout.strip()
    rotation.write_text(ROTATION.read_text()
                        .replace("/var/log/mainstay/mainstay.log", str(log))
                        .replace("/var/lib/mainstay/mainstay.pid", str(pid_file))
                        .replace("mainstay mainstay", f"{user} {group}")
                        .replace("    daily", f"    daily\n    su {user} {group}"))
    rotation.chmod(0o600)
    program = tool("logrotate")

    def rotate(*more):
        done = subprocess.run([program, "-s", tmp_path / "state", *more, rotation],
                              capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stderr

    with Server(tmp_path, "--log", log, "--pidfile", pid_file) as server:
        files = f"/proc/{server.process.pid}/fd"

        def is_open():
            return str(log) in [os.readlink(f"{files}/{name}") for name in os.listdir(files)]

        assert "error" not in rotate("-d")
        for number in (1, 2):
            wait_until(lambda: log.stat().st_size > 0 or number == 2, 10, "a line")
            with log.open("a") as file:
                file.write(f"line {number}\n")
            rotate("-f")
            wait_until(is_open, 10, "the new file")
            assert log.stat().st_mode & 0o777 == 0o600
    assert "line 2" in (tmp_path / "mainstay.log.1").read_text()
    assert "line 1" in gzip.decompress((tmp_path / "mainstay.log.2.gz").read_bytes()).decode()
    assert "mainstay.stopped" in log.read_text()
