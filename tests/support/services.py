"""Servers of `mainstay services` for one test, on free ports, in a folder that other users reach:
run by root, PostgreSQL gives root up."""

import json
import shutil
import socket
import tempfile
from pathlib import Path

from support.server import run

NO_STORE = {"DATABASE_URL": None}


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Services:
    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="mainstay-services-"))
        self.folder.chmod(0o755)
        self.ports = {name: free_port() for name in ("postgres", "redis", "nats")}

    def command(self, verb, *names, variables=None):
        ports = [f"services.{name}_port={port}" for name, port in self.ports.items()]
        settings = [word for port in ports for word in ("--set", port)]
        return run(
            self.folder, "services", verb, *names, *settings, "--data", self.folder / "var",
            variables={**NO_STORE, **(variables or {})}, timeout=300,
        )

    def must(self, verb, *names):
        done = self.command(verb, *names)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def states(self):
        return {one["service"]: one for one in json.loads(self.command("status", "--json").stdout)}

    def url(self, name):
        return self.must("url", name).strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.must("stop")
        shutil.rmtree(self.folder, ignore_errors=True)
