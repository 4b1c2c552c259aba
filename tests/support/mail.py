"""What arrives: the outbox's files, and an SMTP server written by others."""

import email
import email.policy
import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


def outbox(data):
    """The messages in a development outbox, oldest first, as Python's email module reads them."""
    files = sorted((data / "outbox").glob("*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default)
            for one in files]


def _python():
    for python in (sys.executable, "/usr/bin/python3"):
        found = subprocess.run([python, "-c", "import aiosmtpd"], stderr=subprocess.DEVNULL)
        if found.returncode == 0:
            return python
    pytest.skip("python3-aiosmtpd is not installed (./dev deps test)")


class SmtpServer:
    """smtp_server.py beside this file, as a process."""

    def __init__(self, *flags):
        self.process = subprocess.Popen(
            [_python(), HERE / "smtp_server.py", *map(str, flags)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().removeprefix("port "))

    def taken(self):
        """The next message that it took; waits for it."""
        return json.loads(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(20)
        self.process.stdout.close()
