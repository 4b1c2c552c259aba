"""What a start refuses, with a message that says why, and what an ordinary start brings."""

import os
import re
import resource
import socket
import stat

import pytest

from support.apim_client import Client, Tenant
from support.server import NO_CREDENTIALS, Server, refused, run

pytestmark = pytest.mark.usefixtures("own_server")


def test_a_plain_start_is_empty(tmp_path):
    with Server(tmp_path) as server:
        client = Client(server.base_url)
        assert client.must(200, "GET", "/internal/events/").json == {
            "status": "found",
            "events": [],
        }
        for service in ("1", "2", "demo", "default"):
            client.must(404, "GET", f"/internal/services/{service}")
        answer = client.get("authorize", provider_key="demo", app_id="demo")
        assert answer.status == 403
        assert 'code="provider_key_invalid_or_service_missing"' in answer.text
        assert client.call("GET", "/").status == 200


def test_files_are_for_their_owner_only(tmp_path):
    with Server(tmp_path) as server:
        Tenant(Client(server.base_url))
        found = list(server.data.rglob("*"))
        assert found
        for path in [server.data, *found]:
            mode = stat.S_IMODE(path.lstat().st_mode)
            allowed = 0o700 if path.is_dir() else 0o600
            assert mode & ~allowed == 0, f"{path}: {mode:o}"


def test_a_port_in_use_is_refused(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        message = refused(tmp_path, port=port, seconds=2)
    assert str(port) in message
    assert "in use" in message.lower()


def test_a_port_of_another_server_is_refused(tmp_path):
    (tmp_path / "other").mkdir()
    with Server(tmp_path) as server:
        message = refused(tmp_path / "other", port=server.port, seconds=2)
        assert str(server.port) in message
        assert "in use" in message.lower()
        Client(server.base_url).must(200, "GET", "/status")


def test_a_data_folder_of_another_server_is_refused(tmp_path):
    with Server(tmp_path) as server:
        message = refused(tmp_path)
        assert str(server.data) in message or "data" in message
        Client(server.base_url).must(200, "GET", "/status")


def test_an_unknown_setting_names_the_nearest(tmp_path):
    message = refused(tmp_path, "--set", "http.prot=3000")
    assert "http.prot" in message and "http.port" in message


def test_an_unknown_variable_names_the_nearest(tmp_path):
    message = refused(tmp_path, variables={"MAINSTAY__HTTP__PROT": "3000"})
    assert "http.port" in message.lower().replace("__", ".")


def test_an_unknown_key_in_a_file_names_file_and_nearest(tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "base.toml").write_text("[http]\nprot = 3000\n")
    message = refused(tmp_path)
    assert "base.toml" in message and "http.prot" in message and "http.port" in message


def test_a_file_that_does_not_parse_is_named(tmp_path):
    (tmp_path / "settings").mkdir()
    (tmp_path / "settings" / "base.toml").write_text("[http\nport = \n")
    assert "base.toml" in refused(tmp_path)


@pytest.mark.parametrize("value", ["banana", "70000", "-1", "80 80"])
def test_a_bad_value_is_refused(tmp_path, value):
    message = refused(tmp_path, "--set", f"http.port={value}", port=None)
    assert "http.port" in message


def test_an_unknown_flag_is_named(tmp_path):
    assert "--nonsense" in refused(tmp_path, "--nonsense")


def test_an_unknown_command_is_named(tmp_path):
    done = run(tmp_path, "nonsense")
    assert done.returncode > 0
    assert "nonsense" in done.stdout


def test_a_wide_bind_without_internal_credentials_is_refused(tmp_path):
    message = refused(
        tmp_path, "--bind", "0.0.0.0", environment="deployment", variables=NO_CREDENTIALS
    )
    assert "internal" in message.lower()


def test_a_wide_bind_with_internal_credentials_starts(tmp_path):
    user = ("--user", str(os.geteuid()))  # who it is: nobody is root by mistake
    with Server(tmp_path, "--bind", "0.0.0.0", *user, environment="deployment") as server:
        client = Client(server.base_url)
        client.must(200, "GET", "/internal/check.json")
        client.must(401, "GET", "/internal/check.json", headers={"Authorization": "Basic eDp5"})


def test_a_wide_bind_of_the_test_environment_is_refused(tmp_path):
    assert refused(tmp_path, "--bind", "0.0.0.0", environment="test")


def test_a_wide_bind_of_the_demo_is_refused(tmp_path):
    message = refused(tmp_path, "--bind", "0.0.0.0", "--demo", environment="deployment")
    assert "demo" in message.lower()


def test_a_demo_leaves_nothing_in_the_folder_of_a_plain_start(tmp_path):
    with Server(tmp_path, "--demo", data=False) as server:
        Client(server.base_url).must(200, "GET", "/internal/services/demo")
    assert (tmp_path / "var" / "demo" / "journal").is_dir()
    with Server(tmp_path, data=False) as server:
        Client(server.base_url).must(404, "GET", "/internal/services/demo")


def test_a_demo_keeps_to_the_folder_it_is_told(tmp_path):
    with Server(tmp_path, "--demo") as server:
        Client(server.base_url).must(200, "GET", "/internal/services/demo")
        assert (server.data / "journal").is_dir()
    assert not (tmp_path / "var").exists()


def test_the_test_only_routes_and_clock_are_for_the_test_environment(tmp_path):
    with Server(tmp_path, environment="deployment") as server:
        client = Client(server.base_url)
        tenant = Tenant(client)
        tenant.limit("1", "day", 5)
        body = {"events": [{"type": "alert", "object": {}}]}
        assert client.call("POST", "/internal/events/", body).status == 404
        assert client.call("POST", tenant.path("errors/"), {"errors": ["x"]}).status == 404
        answer = client.get("authorize", {"X-Test-Now": "1000000000"}, **tenant.credentials())
        assert "2001-09" not in answer.text


def test_a_file_size_limit_is_a_clear_refusal(tmp_path):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (16 * 1024, 16 * 1024))

    # restore_signals=False leaves SIGXFSZ ignored, as in this process: the write fails instead.
    message = refused(tmp_path, preexec_fn=limit, restore_signals=False)
    assert re.search(rf"{tmp_path}/data/\S+: .*(disk I/O error|File too large)", message), message
