"""What the built program needs to run is what deps/deployment.lock names."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.server import ROOT, binary

LOCK = ROOT / "deps" / "deployment.lock"


def release():
    told = Path("/etc/os-release").read_text()
    names = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    return f"{names['ID']} {names.get('VERSION_ID', '')}".replace('"', "")


def package_of(library):
    """The package that brings a file; Debian knows some by their path before /usr was merged."""
    real = Path(library).resolve()
    for path in (str(real), str(real).removeprefix("/usr"), library):
        found = subprocess.run(["dpkg", "-S", path], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(":")[0]
    return library


def test_every_library_of_the_program_is_locked():
    if shutil.which("dpkg") is None or f"# for: {release()} " not in LOCK.read_text():
        pytest.skip("deployment.lock is for another system")
    locked = {line.split("=")[0] for line in LOCK.read_text().splitlines() if line[0] != "#"}
    told = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"=> (/\S+)", told)
    assert len(libraries) > 5, told
    missing = {package_of(one) for one in libraries} - locked
    advice = "add them to deps/deployment.in, then ./dev deps lock deployment"
    assert not missing, f"{advice}: {missing}"
