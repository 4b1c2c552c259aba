"""Secrets of a server that lives on: rotation, and root that becomes somebody else."""

import os
import shutil
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from support.certificates import Certificates
from support.google_fake import GoogleFake
from support.restarting import Restarting
from support.server import NO_CREDENTIALS

NOBODY = 65534
pytestmark = pytest.mark.usefixtures("own_server")


def status(url, *options, user=None):
    """What curl is answered; credentials go over its standard input."""
    lines = [f'url = "{url}"', *([f'user = "{user}"'] if user else [])]
    asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--config", "-", *options]
    told = subprocess.run(asked, input="\n".join(lines), capture_output=True, text=True, timeout=60)
    return told.stdout


def test_a_rotated_secret_comes_into_use_by_a_restart(tmp_path):
    password = tmp_path / "password"
    password.write_text("first\n")
    settings = {
        "CONFIG_INTERNAL_API_USER": "anna",
        "CONFIG_INTERNAL_API_PASSWORD": f"file:{password}",
    }
    with Restarting(tmp_path, variables={**NO_CREDENTIALS, **settings}) as server:
        url = f"{server.base_url}/internal/check.json"
        assert status(url, user="anna:first") == "200"
        password.write_text("second\n")
        assert status(url, user="anna:second") == "401"
        server.restart()
        assert status(url, user="anna:second") == "200"
        assert status(url, user="anna:first") == "401"


def test_a_restart_whose_secret_is_gone_leaves_the_server_as_it_was(tmp_path):
    password = tmp_path / "password"
    password.write_text("first\n")
    settings = {
        "CONFIG_INTERNAL_API_USER": "anna",
        "CONFIG_INTERNAL_API_PASSWORD": f"file:{password}",
    }
    with Restarting(tmp_path, variables={**NO_CREDENTIALS, **settings}) as server:
        password.unlink()
        word, told = server.ask(signal.SIGHUP)
        assert word == "refused"
        assert "apps.apim.internal_password" in told and "the file does not exist" in told
        assert status(f"{server.base_url}/internal/check.json", user="anna:first") == "200"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_key_in_a_tempfile_is_of_the_user_that_root_becomes(open_path):
    folder = open_path / "run"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    made = Certificates(open_path)
    made.issue()
    made.certificate.chmod(0o644)
    reference = "sm://p/tls-key?destination=tempfile"
    arguments = (
        *("--user", "nobody", "--set", f"http.tls_certificate={made.certificate}"),
        *("--set", f"http.tls_key={reference}"),
    )
    private = Path(f"/dev/shm/mainstay-{NOBODY}")
    try:
        with GoogleFake() as google:
            google.put_secret("p", "tls-key", made.key.read_bytes())
            made.key.unlink()
            with Restarting(folder, *arguments, variables=google.settings()) as server:
                url = f"{server.base_url.replace('127.0.0.1', 'localhost')}/status"
                assert status(url, "--cacert", str(made.roots)) == "200"
                (kept,) = private.iterdir()
                assert kept.stat().st_uid == NOBODY
                assert stat.S_IMODE(kept.stat().st_mode) == 0o600
                server.restart()
                assert status(url, "--cacert", str(made.roots)) == "200"
                assert list(private.iterdir()) == [kept]  # a restart leaves no second one
    finally:
        shutil.rmtree(private, ignore_errors=True)
