"""Settings: what each variable and file does, what `settings explain` shows, what is refused."""

import base64
import json
import re
import urllib.parse
from pathlib import Path

import pytest

from support.apim_client import Client, Tenant
from support.server import CREDENTIALS, NO_CREDENTIALS, Server, accepts, refused, run

pytestmark = pytest.mark.usefixtures("own_server")


def explain(folder, *arguments, **options):
    done = run(folder, "settings", "explain", *arguments, **options)
    assert done.returncode == 0, done.stdout
    return done.stdout


def setting(folder, key, *arguments, **options):
    """The value of a setting and where it came from."""
    every = json.loads(explain(folder, "--json", *arguments, **options))["settings"]
    found = next(one for one in every if one["key"] == key)
    return found["value"], found["source"]


# --- layers --------------------------------------------------------------------------------------

FILES = ("base", "development", "deployment", "staging", "test", "local")


@pytest.mark.parametrize(
    "environment, read",
    [
        ("development", ["base", "development", "local"]),
        ("deployment", ["base", "deployment"]),
        ("staging", ["base", "deployment", "staging"]),
        ("test", ["base", "test"]),
    ],
)
def test_the_files_of_an_environment_lie_on_one_another(tmp_path, environment, read):
    settings = tmp_path / "settings"
    settings.mkdir()
    for number, name in enumerate(FILES, 4001):
        (settings / f"{name}.toml").write_text(f"[http]\nport = {number}\n")
    for winner in reversed(read):
        expected = (str(4001 + FILES.index(winner)), f"settings/{winner}.toml:2")
        assert setting(tmp_path, "http.port", "--env", environment) == expected
        (settings / f"{winner}.toml").unlink()
    assert setting(tmp_path, "http.port", "--env", environment) == ("3000", "default")


def test_flags_win_over_variables_and_variables_over_files(tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "base.toml").write_text("[http]\nport = 4001\n")
    variables = {"PORT": "4002"}
    assert setting(tmp_path, "http.port", variables=variables) == ("4002", "variable PORT")
    variables["MAINSTAY__HTTP__PORT"] = "4003"
    found = setting(tmp_path, "http.port", variables=variables)
    assert found == ("4003", "variable MAINSTAY__HTTP__PORT")
    assert setting(tmp_path, "http.port", "-p", "4004", variables=variables) == ("4004", "flag")


# --- explain -------------------------------------------------------------------------------------

SECRETS = {
    "CONFIG_INTERNAL_API_PASSWORD": "hushhush-password-1111",
    "CONFIG_EVENTS_HOOK": "https://user:hushhush@example.org/2222",
    "CONFIG_EVENTS_HOOK_SHARED_SECRET": "hushhush-secret-3333",
}


def test_explain_is_a_table_of_values_and_sources(tmp_path):
    table = explain(tmp_path, "--set", "log.level=debug", variables={"PORT": "4002"})
    for key, value, source in (
        ("http.port", "4002", "variable PORT"),
        ("log.level", "debug", "flag"),
        ("http.address", "127.0.0.1", "default"),
    ):
        assert re.search(rf"^{key} +{value} +{source}  ", table, re.MULTILINE), table


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["table", "json"])
def test_explain_masks_secrets(tmp_path, form):
    told = explain(tmp_path, *form, variables=SECRETS)
    assert "hushhush" not in told
    for secret in SECRETS.values():
        assert "***" + secret[-4:] in told


# --- what the original's variables do ------------------------------------------------------------


def test_the_variable_port_is_listened_on(tmp_path):
    assert setting(tmp_path, "http.port", variables={"PORT": "4002"})[0] == "4002"
    with Server(tmp_path, port=None, variables={"PORT": "0"}) as server:
        assert server.port not in (0, 3000)
        Client(server.base_url).must(200, "GET", "/status")


def test_listener_workers_are_threads(tmp_path):
    def threads(count):
        with Server(tmp_path, variables={"LISTENER_WORKERS": str(count)}) as server:
            return len(list(Path(f"/proc/{server.process.pid}/task").iterdir()))

    assert threads(6) - threads(1) == 5


def access_lines(folder, **variables):
    """What a server that was asked for /status once wrote into the file of CONFIG_LOG_PATH."""
    log = folder / "own.log"
    variables["CONFIG_LOG_PATH"] = str(log)
    with Server(folder, variables=variables) as server:
        Client(server.base_url).must(200, "GET", "/status")
        assert server.stop() == 0
        assert "mainstay.started" not in server.output()
    written = log.read_text()
    assert "mainstay.started" in written
    return [line for line in written.splitlines() if "/status" in line]


@pytest.mark.parametrize("loggers", ["text", "text,json"])
def test_requests_are_logged_in_text(tmp_path, loggers):
    (line,) = access_lines(tmp_path, CONFIG_REQUEST_LOGGERS=loggers)
    assert re.search(r'^127\.0\.0\.1 - - \[[^]]+\] "GET /status" 200 ', line)


@pytest.mark.parametrize("loggers", ["json", "json,text"])
def test_requests_are_logged_in_json(tmp_path, loggers):
    (line,) = access_lines(tmp_path, CONFIG_REQUEST_LOGGERS=loggers)
    logged = json.loads(line)
    assert (logged["method"], logged["target"], logged["status"]) == ("GET", "/status", 200)


def test_requests_are_not_logged(tmp_path):
    assert access_lines(tmp_path, CONFIG_REQUEST_LOGGERS="none") == []


@pytest.mark.parametrize("legacy, status", [("false", 409), ("true", 200), ("1", 200)])
def test_legacy_referrer_filters_match_anywhere(tmp_path, legacy, status):
    variables = {"CONFIG_LEGACY_REFERRER_FILTERS": legacy}
    with Server(tmp_path, variables=variables) as server:
        tenant = Tenant(Client(server.base_url), referrer_filters_required=True)
        target = tenant.path("applications/a1/referrer_filters")
        tenant.client.must(201, "POST", target, {"referrer_filter": "example.org"})
        for referrer, expected in (("example.org", 200), ("www.example.org.evil", status)):
            answer = tenant.client.get("authorize", **tenant.credentials(), referrer=referrer)
            assert answer.status == expected, answer.body


# --- credentials and addresses -------------------------------------------------------------------


@pytest.mark.parametrize("given", CREDENTIALS)
def test_one_internal_credential_alone_lets_nobody_in(tmp_path, given):
    with Server(tmp_path, variables={**NO_CREDENTIALS, given: "test"}) as server:
        client = Client(server.base_url)
        for pair in (":", "test:", ":test", "test:test"):
            guess = "Basic " + base64.b64encode(pair.encode()).decode()
            client.must(401, "GET", "/internal/check.json", headers={"Authorization": guess})


def test_localhost_is_loopback(tmp_path):
    with Server(tmp_path, "--set", "http.address=localhost", variables=NO_CREDENTIALS) as server:
        assert urllib.parse.urlsplit(server.base_url).hostname in ("127.0.0.1", "localhost")
        assert accepts(f"http://127.0.0.1:{server.port}")


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key, value",
    [
        ("journal.segment_bytes", "2GiB"),
        ("http.drain", "100000h"),
        ("http.head_bytes_max", "1"),
        ("http.tls_certificate", "certificate.pem"),
        ("http.tls_key", "key.pem"),
        ("http.admin_listen", "127.0.0.1"),
        ("apps.apim.listen", "127.0.0.1:70000"),
        ("apps.apim.events_hook", "ftp://user:hushhush@example.org/"),
        ("apps.apim.events_hook", "hushhush"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(tmp_path, key, value):
    message = refused(tmp_path, "--set", f"{key}={value}")
    assert key in message
    assert "hushhush" not in message
