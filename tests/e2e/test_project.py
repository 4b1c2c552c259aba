"""A new project, from the installed package to its first answer, as its developer sees it.

Needs a whole build in build/debug (./dev test makes one)."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from support.server import ROOT, clean_environment, wait_until

BUILD = ROOT / "build/debug"
PLACE = BUILD / "kit"  # the same in every run: the compiler's cache knows its files
POSTGRES = os.environ.get("MAINSTAY_TEST_POSTGRES")
LISTENING = re.compile(r"shop: listening on (http://\S+)")

# One process makes and uses the project, however many there are.
pytestmark = [pytest.mark.usefixtures("own_server"), pytest.mark.xdist_group("project")]


def call(folder, *command, variables=None, timeout=900):
    """Runs it with the installed program on PATH; all that it says, or the test fails."""
    environment = clean_environment({"PATH": f"{PLACE}/prefix/bin:{os.environ['PATH']}",
                                     **(variables or {})})  # fmt: skip
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout)  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:]
    return done.stdout


@pytest.fixture(scope="module")
def shop():
    """An installation, and a project that was made and built with nothing else."""
    if not (BUILD / "build.ninja").is_file() or "MAINSTAY_BINARY" in os.environ:
        pytest.skip("needs the build of build/debug")
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    call(ROOT, "cmake", "--install", BUILD, "--prefix", PLACE / "prefix")
    call(PLACE, "mainstay", "new", "shop", "--title", "The Shop", "--author", "Ada")
    call(PLACE / "shop", "./dev", "build")
    return PLACE / "shop"


class Running:
    """`./dev run`, with these variables."""

    def __init__(self, shop, *arguments, variables=None):
        self.said = shop / "var-output"
        self.output = open(self.said, "w+")
        environment = clean_environment({"PATH": f"{PLACE}/prefix/bin:{os.environ['PATH']}",
                                         **(variables or {})})  # fmt: skip
        self.process = subprocess.Popen(["./dev", "run", "-p", "0", *arguments], cwd=shop,
                                        env=environment, stdin=subprocess.DEVNULL,
                                        stdout=self.output, stderr=self.output)  # fmt: skip

    def __enter__(self):
        wait_until(self.answers, 120, "an address")
        return self

    def answers(self):
        found = LISTENING.search(self.said.read_text())
        assert found or self.process.poll() is None, self.said.read_text()
        self.base_url = found and found[1]
        return found

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(timeout=60)
        self.output.close()
        self.said.unlink()

    def curl(self, path, *arguments):
        return call(ROOT, "curl", "-sS", *arguments, self.base_url + path)


def test_its_tests_pass(shop):
    said = call(shop, "./dev", "test")
    assert "all tests pass" in said
    assert "passed" in said


def test_it_serves_what_it_stores(shop):
    with Running(shop) as server:
        made = json.loads(server.curl("/notes", "-d", '{"text":" milk "}'))
        assert made["text"] == "milk"
        wait_until(lambda: json.loads(server.curl("/notes/" + made["id"]))["words"] == 1, 30,
                   "the job that counts words")
        assert '"code":"text_invalid"' in server.curl("/notes", "-d", "{}")
        assert "The Shop" in server.curl("/openapi.json")
        assert "/notes/{id}" in server.curl("/openapi.json")
        assert "Notes" in server.curl("/")
        server.curl("/readiness", "--fail")
    with Running(shop) as server:
        assert {**made, "words": 1} in json.loads(server.curl("/notes"))["notes"]
    assert (shop / "var/shop.db").is_file()


def test_its_commands_are_its_own(shop):
    program = shop / "build/debug/shop"
    assert "shop 0.1.0" in call(shop, program, "version")
    explained = json.loads(call(shop, program, "settings", "explain", "--json"))
    keys = {one["key"] for one in explained["settings"]}
    assert "http.port" in keys and not any(key.startswith("apps.apim") for key in keys)
    assert "notes" in call(shop, program, "migrate", "status")
    for environment in ("development", "test", "staging", "deployment"):
        call(shop, program, "settings", "check", "--env", environment)
    call(shop, "./dev", "manage", "settings", "lint")
    call(shop, "./dev", "deps", "check")


def test_people_have_accounts(shop):
    program = shop / "build/debug/shop"
    done = subprocess.run([program, "user", "add", "ada", "--email", "ada@example.org",
                           "--password-stdin"], cwd=shop, input="correct horse battery\n",
                          env=clean_environment(None), text=True, capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "ada@example.org" in call(shop, program, "user", "list")
    with Running(shop) as server:
        assert "password" in server.curl("/auth/login")
        status = server.curl("/notes/x", "-X", "DELETE", "-o", "/dev/null", "-w", "%{http_code}")
        assert status == "401"


def test_an_app_that_is_added_builds_and_serves(shop):
    call(shop, "mainstay", "new", "app", "orders")
    assert "all tests pass" in call(shop, "./dev", "test")
    with Running(shop) as server:
        assert json.loads(server.curl("/orders", "-d", '{"text":"1 pen"}'))["text"] == "1 pen"


def new_schema(name):
    """The URL of an empty schema on the tests' server."""
    statement = f"DROP SCHEMA IF EXISTS {name} CASCADE; CREATE SCHEMA {name}"
    call(ROOT, "psql", "-XqAt", "-c", statement, POSTGRES)
    return POSTGRES + ("&" if "?" in POSTGRES else "?") + f"options=-csearch_path%3D{name}"


@pytest.mark.parametrize("store", ["sqlite", "postgres"])
def test_the_store_is_one_setting(shop, store):
    if store == "sqlite":
        variables = {"DATABASE_URL": f"sqlite:{shop}/var/other.db"}
    elif not POSTGRES:
        pytest.skip("postgres: MAINSTAY_TEST_POSTGRES is not set")
    else:
        # Its own black-box tests, each in a database of its own.
        said = call(shop, "./dev", "test", variables={"SHOP_TEST_POSTGRES": POSTGRES})
        assert "skipped" not in said.splitlines()[-2], said
        variables = {"DATABASE_URL": new_schema("ms_kit")}
    with Running(shop, variables=variables) as server:
        made = json.loads(server.curl("/notes", "-d", '{"text":"ink"}'))
        found = json.loads(server.curl("/notes"))["notes"]
        assert made["id"] in [one["id"] for one in found]


def test_its_ops_files_are_sound(shop):
    if shutil.which("systemd-analyze"):
        unit = shop / "ops/shop.service"
        program = Path(shop / "build/debug/shop")
        text = unit.read_text().replace("/usr/local/bin/shop", str(program))
        checked = shop / "build/shop.service"
        checked.write_text(text)
        call(shop, "systemd-analyze", "verify", checked)
    for script in ("dev", ".ci/run"):
        call(shop, "bash", "-n", script)
    call(shop, "python3", "-c", "import tomllib, pathlib\n"
         "for p in pathlib.Path('settings').glob('*.toml*'): tomllib.loads(p.read_text())")
    call(shop, "git", "init", "-q")
    ignored = call(shop, "git", "status", "--porcelain", "--ignored")
    for name in (".env", "var/", "build/"):
        assert f"!! {name}" in ignored, ignored
