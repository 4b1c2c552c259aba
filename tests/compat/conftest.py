"""What tests with packages of npm share."""

import fcntl
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
PACKAGES = (
    "3scale",
    "@backstage/catalog-model",
    "@backstage/plugin-scaffolder-node",
    "@kubernetes/client-node",
    "@seriousme/openapi-schema-validator",
    "ccxt",
    "jspurefix",
    "ocpp-rpc",
    "playwright-core",
    "ws",
)


@pytest.fixture(scope="session")
def node():
    """The command `node`, with the packages of the lock file beside this file."""
    command = shutil.which("node")
    if command is None or shutil.which("npm") is None:
        pytest.skip("npm packages: node and npm are not installed")
    with open(HERE / "package-lock.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes test at a time
        if not all((HERE / "node_modules" / package).is_dir() for package in PACKAGES):
            install = ["npm", "ci", "--no-audit", "--no-fund"]
            subprocess.run(install, cwd=HERE, check=True, timeout=300)
    return command
