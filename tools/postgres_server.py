#!/usr/bin/env python3
"""A PostgreSQL server for tests: `tools/postgres_server.py start FOLDER` prints its URL,
`stop FOLDER` ends it and removes the folder.

On a free port of 127.0.0.1, from Debian's package, as another user when root (initdb refuses root).
Nothing is synced to the disk: what survives a power cut is not what these tests ask. Text is sorted
as people do, not by bytes, so that whoever relies on an order says so.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

START_SECONDS = 60
USERS = ("postgres", "nobody")


def program(name):
    """PostgreSQL's own, the newest version's, where Debian keeps them."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    path = found[0] if found else shutil.which(name)
    if not path:
        sys.exit(f"postgres_server: {name} is not installed; apt-get install postgresql")
    return str(path)


def account():
    """Who runs the server: arguments for subprocess, empty when this is no root."""
    if os.geteuid() != 0:
        return {}
    for name in USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    sys.exit(f"postgres_server: root needs another user for it: one of {', '.join(USERS)}")


def can_reach(folder, who):
    if not who:
        return True
    return subprocess.run(["test", "-x", folder], cwd="/", **who).returncode == 0


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def start(folder):
    """The URL of a new server."""
    stop(folder)
    folder.mkdir(parents=True)
    who = account()
    place = folder
    if not can_reach(folder, who):  # a checkout below /root
        place = Path(tempfile.mkdtemp(prefix="mainstay-postgres-"))
        place.chmod(0o755)
    (folder / "place").write_text(str(place))
    data, log = place / "data", place / "log"
    data.mkdir()
    log.touch()
    if who:
        for path in (data, log):
            os.chown(path, who["user"], who["group"])
    with open(log, "ab") as output:
        said = {"stdout": output, "stderr": output, "stdin": subprocess.DEVNULL, "cwd": data, **who}
        subprocess.run(
            [program("initdb"), "-D", data, "-U", "mainstay", "-A", "trust", "-E", "UTF8", "-N",
             "--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"],
            check=True, **said,
        )
        port = free_port()
        options = {
            "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": port,
            "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
            "max_connections": "300", "shared_buffers": "32MB", "autovacuum": "off",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        server = subprocess.Popen(
            [program("postgres"), "-D", data, *words], start_new_session=True, **said
        )
    (folder / "pid").write_text(str(server.pid))
    url = f"postgres://mainstay@127.0.0.1:{port}/postgres"
    deadline = time.monotonic() + START_SECONDS
    while subprocess.run([program("pg_isready"), "-q", "-d", url]).returncode != 0:
        if server.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"postgres_server: it did not start:\n{log.read_text()}")
        time.sleep(0.05)
    return url


def stop(folder):
    """Harmless when there is none."""
    if not folder.exists():
        return
    try:
        pid = int((folder / "pid").read_text())
        place = (folder / "place").read_text()
        if place.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes():
            raise ProcessLookupError  # the number is another's by now
        os.kill(pid, 3)  # SIGQUIT: at once, nothing here is worth a checkpoint
        for _ in range(400):
            os.kill(pid, 0)
            time.sleep(0.025)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        pass
    try:
        place = Path((folder / "place").read_text())
        shutil.rmtree(place, ignore_errors=True)
    except FileNotFoundError:
        pass
    shutil.rmtree(folder, ignore_errors=True)


def main(arguments):
    if len(arguments) != 2 or arguments[0] not in ("start", "stop"):
        sys.exit(__doc__)
    folder = Path(arguments[1]).resolve()
    if arguments[0] == "start":
        print(start(folder))
    else:
        stop(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
