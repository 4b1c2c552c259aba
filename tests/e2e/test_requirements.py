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


def packages_of(libraries):
    """The package that brings each file, or the file where none does; Debian knows some by their
    path before /usr was merged. One question for all: each reads what is installed."""
    paths = {}
    for library in libraries:
        real = str(Path(library).resolve())
        paths[library] = {real, real.removeprefix("/usr"), library}
    told = subprocess.run(
        ["dpkg", "-S", *sorted(set().union(*paths.values()))], capture_output=True, text=True
    ).stdout
    package = {line.rsplit(": ", 1)[-1]: line.split(":")[0] for line in told.splitlines()}
    return {
        next((package[path] for path in found if path in package), library)
        for library, found in paths.items()
    }


def test_every_library_of_the_program_is_locked():
    if shutil.which("dpkg") is None or f"# for: {release()} " not in LOCK.read_text():
        pytest.skip("deployment.lock is for another system")
    locked = {line.split("=")[0] for line in LOCK.read_text().splitlines() if line[0] != "#"}
    told = subprocess.run(["ldd", binary()], capture_output=True, text=True, check=True).stdout
    libraries = re.findall(r"=> (/\S+)", told)
    assert len(libraries) > 5, told
    missing = packages_of(libraries) - locked
    advice = "add them to deps/deployment.in, then ./dev deps lock deployment"
    assert not missing, f"{advice}: {missing}"
