"""Environments, .env, drop-ins, and the commands that find mistakes in settings files."""

import json
import shutil
import subprocess

import pytest

from support.server import NO_CREDENTIALS, ROOT, run

pytestmark = pytest.mark.usefixtures("own_server")


def write(folder, **files):
    (folder / "settings").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "settings" / f"{name}.toml").write_text(text)


def explained(folder, key, *arguments, **options):
    done = run(folder, "settings", "explain", key, "--json", *arguments, **options)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


# --- environments --------------------------------------------------------------------------------


def test_an_environment_of_ones_own_is_one_file(tmp_path):
    write(
        tmp_path,
        deployment="http.port = 80\nlog.format = 'json'\n",
        canary="extends = 'deployment'\nhttp.port = 81\n",
    )
    assert explained(tmp_path, "http.port", "--env", "canary")["value"] == "81"
    format_ = explained(tmp_path, "log.format", variables={"MAINSTAY_ENV": "canary"})
    assert (format_["value"], format_["source"]) == ("json", "settings/deployment.toml:2")


@pytest.mark.parametrize(
    "environment, advice",
    [
        ("production", "say deployment; or make settings/production.toml with the first line"),
        ("Test", "must be development, deployment, staging or test"),
        ("../x", "must be development, deployment, staging or test"),
        ("circle", "settings/circle.toml:1: extends leads in a circle"),
        ("orphan", "names its parent in the first line: extends = "),
    ],
)
def test_an_environment_that_is_none_says_what_to_do(tmp_path, environment, advice):
    write(tmp_path, circle="extends = 'circle'\n", orphan="http.port = 1\n")
    done = run(tmp_path, "settings", "check", "--env", environment)
    assert done.returncode == 2 and advice in done.stdout


def test_dot_env_is_read_in_development_and_never_outdoes_the_environment(tmp_path):
    (tmp_path / ".env").write_text("export PORT=4001 # mine\nMAINSTAY__LOG__LEVEL='error'\n")
    port = explained(tmp_path, "http.port")
    assert (port["value"], port["source"]) == ("4001", ".env:1, variable PORT")
    assert explained(tmp_path, "log.level")["value"] == "error"
    assert explained(tmp_path, "http.port", variables={"PORT": "4002"})["value"] == "4002"
    for environment in ("deployment", "staging", "test"):
        assert explained(tmp_path, "http.port", "--env", environment)["value"] == "3000"


def test_dot_env_runs_and_expands_nothing(tmp_path):
    (tmp_path / ".env").write_text("CONFIG_LOG_PATH=\"$(touch pwned)`touch pwned`$HOME\"\n")
    assert explained(tmp_path, "log.file")["value"] == "$(touch pwned)`touch pwned`$HOME"
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    "text, told",
    [
        ("A=1\nno line\n", ".env:2: must be NAME=value"),
        ("MAINSTAY_ENV=test\n", ".env:1: MAINSTAY_ENV is chosen before this file is read"),
        ("\nMAINSTAY__HTTP__PROT=1\n", "did you mean MAINSTAY__HTTP__PORT?"),
        ("PORT=hush\n", ".env:1, variable PORT: http.port"),
        ("A='x\n", "the quote that begins here has no end"),
    ],
)
def test_a_bad_dot_env_is_refused_with_its_line(tmp_path, text, told):
    (tmp_path / ".env").write_text(text)
    done = run(tmp_path, "settings", "check")
    assert done.returncode == 2 and told in done.stdout


def test_explain_of_one_setting_shows_all_its_layers(tmp_path):
    write(tmp_path, base="http.port = 4001\n", local="http.port = 4002\n")
    (tmp_path / "settings" / "conf.d").mkdir()
    (tmp_path / "settings" / "conf.d" / "10-port.toml").write_text("http.port = 4003\n")
    layers = explained(tmp_path, "http.port", "-p", "4005", variables={"PORT": "4004"})["layers"]
    assert [(one["value"], one["source"]) for one in layers] == [
        ("3000", "default"),
        ("4001", "settings/base.toml:1"),
        ("4002", "settings/local.toml:1"),
        ("4003", "settings/conf.d/10-port.toml:1"),
        ("4004", "variable PORT"),
        ("4005", "flag"),
    ]
    done = run(tmp_path, "settings", "explain", "http.prot")
    assert done.returncode == 2 and "did you mean http.port?" in done.stdout


# --- lint ----------------------------------------------------------------------------------------


def test_lint_has_nothing_against_good_files(tmp_path):
    write(
        tmp_path,
        base="log.level = 'info'\n",
        deployment="http.threads = 4\napps.apim.internal_password = 'sm://p/password'\n",
        staging="log.level = 'debug'\napps.apim.internal_password = 'sm://p/staging-password'\n"
        "http.address = '127.0.0.2'\n",
        test="apps.apim.internal_password = 'test'\n",
    )
    done = run(tmp_path, "settings", "lint")
    assert (done.returncode, done.stdout) == (0, "nothing to complain about\n")


def test_lint_says_where_staging_differs_and_what_is_in_the_clear(tmp_path):
    write(
        tmp_path,
        deployment="http.threads = 4\napps.apim.internal_password = 'hushhush'\n",
        staging="http.threads = 2\nhttp.drain = '5s'\nlog.level = 'debug'\n",
        test="http.prot = 1\n",
        canary="extends = 'deployment'\nlog.level = 5\n",
    )
    done = run(tmp_path, "settings", "lint", "--json")
    assert done.returncode == 1
    told = {one["place"]: one["text"] for one in json.loads(done.stdout)}
    assert sorted(told) == [
        "settings/canary.toml:2",
        "settings/deployment.toml:2",
        "settings/staging.toml:1",
        "settings/staging.toml:2",
        "settings/test.toml:1",
    ]
    assert "is a secret in the clear" in told["settings/deployment.toml:2"]
    assert "http.drain makes staging differ" in told["settings/staging.toml:2"]
    assert "did you mean http.port?" in told["settings/test.toml:1"]
    assert "hushhush" not in done.stdout


def test_lint_asks_git_for_files_that_are_nobody_elses(tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    write(tmp_path, local="http.port = 4001\n")
    (tmp_path / ".env").write_text("CONFIG_INTERNAL_API_PASSWORD=x\n")

    def git(*arguments):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q")
    assert run(tmp_path, "settings", "lint", variables=NO_CREDENTIALS).returncode == 0
    git("add", "-f", "settings/local.toml", ".env")
    done = run(tmp_path, "settings", "lint", variables=NO_CREDENTIALS)
    assert done.returncode == 1
    assert "settings/local.toml: git keeps it" in done.stdout
    assert ".env: git keeps it, and it sets the secret apps.apim.internal_password" in done.stdout


def test_diff_of_two_environments(tmp_path):
    write(
        tmp_path,
        base="http.port = 1\n",
        deployment="log.level = 'info'\napps.apim.internal_password = 'hushhush'\n",
        staging="log.level = 'debug'\n",
        test="http.port = 1\n",
    )
    done = run(tmp_path, "settings", "diff", "staging", "deployment", "--json")
    assert json.loads(done.stdout) == [
        {
            "key": "log.level",
            "one": "debug (settings/staging.toml:1)",
            "other": "info (settings/deployment.toml:1)",
        }
    ]
    table = run(tmp_path, "settings", "diff", "deployment", "test").stdout
    assert "apps.apim.internal_password" in table and "hushhush" not in table
    assert "http.port" not in table
    assert run(tmp_path, "settings", "diff", "test", "nothing").returncode == 2


# --- documents -----------------------------------------------------------------------------------


def test_the_settings_page_is_that_of_this_program():
    told = run(ROOT, "settings", "docs").stdout
    page = (ROOT / "docs" / "settings_reference.md").read_text()
    assert page == told, "build/debug/mainstay settings docs > docs/settings_reference.md"


def test_the_schema_is_one_that_editors_can_use(tmp_path):
    schema = json.loads(run(tmp_path, "settings", "schema").stdout)
    assert schema["$schema"].startswith("https://json-schema.org/")
    port = schema["properties"]["http"]["properties"]["port"]["anyOf"]
    assert port[0] == {"type": "integer", "minimum": 0, "maximum": 65535}
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate({"extends": "deployment", "http": {"port": 80}}, schema)
    jsonschema.validate({"http": {"port": "env:PORT"}}, schema)
    for wrong in ({"http": {"prot": 1}}, {"http": {"port": 99999}}, {"log": {"level": "loud"}}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)
