"""What tests with packages of npm share."""

import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = ("3scale", "@seriousme/openapi-schema-validator", "playwright-core")


@pytest.fixture(scope="session")
def node():
    """The command `node`, with the packages of the lock file beside this file."""
    command = shutil.which("node")
    if command is None or shutil.which("npm") is None:
        pytest.skip("npm packages: node and npm are not installed")
    if not all((HERE / "node_modules" / package).is_dir() for package in PACKAGES):
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=HERE, check=True, timeout=300)
    return command
