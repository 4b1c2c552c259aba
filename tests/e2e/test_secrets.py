"""Secrets: references of every kind, files that Debian's age keeps, Google's services that lie."""

import base64
import json
import os
import shutil
import stat
import subprocess
import time
from pathlib import Path

import pytest

from support.google_fake import Answer, GoogleFake, refusal
from support.server import Server, binary, clean_environment, run

pytestmark = pytest.mark.usefixtures("own_server")

SECRET = "hush hush $HOME \"quoted\" and 'more'"


@pytest.fixture
def google():
    with GoogleFake() as fake:
        yield fake


@pytest.fixture
def identity(tmp_path):
    """An identity of age's and the variables that lead to it."""
    if shutil.which("age") is None:
        pytest.skip("age is not installed")
    path = tmp_path / "identity.txt"
    subprocess.run(["age-keygen", "-o", path], check=True, capture_output=True)
    return path


def variables_of(identity, **more):
    return {"MAINSTAY_AGE_IDENTITY": str(identity), **more}


def settings_file(folder, text, name="base"):
    (folder / "settings").mkdir(exist_ok=True)
    (folder / "settings" / f"{name}.toml").write_text(text)


def exec_value(folder, reference, variables):
    """What a program that `secrets exec` starts sees in its variable X."""
    done = run(
        folder, "secrets", "exec", "--", "sh", "-c", 'printf %s "$X"',
        variables={**variables, "X": reference},
    )  # fmt: skip
    return done


def resolved(folder, reference, variables):
    done = exec_value(folder, reference, variables)
    assert done.returncode == 0, done.stdout
    return done.stdout


def refused(folder, reference, variables):
    done = exec_value(folder, reference, variables)
    assert done.returncode == 1, done.stdout
    assert f"X = {reference}: " in done.stdout
    assert "hush" not in done.stdout
    return done.stdout


# --- in settings ---------------------------------------------------------------------------------


def test_a_server_takes_its_credentials_from_references(tmp_path, identity):
    (tmp_path / "password").write_text("from-the-file\n")
    settings_file(
        tmp_path,
        "[apps.apim]\ninternal_user = 'env:OPERATOR'\ninternal_password = 'file:password'\n",
    )
    variables = {
        "OPERATOR": "anna",
        "CONFIG_INTERNAL_API_USER": None,
        "CONFIG_INTERNAL_API_PASSWORD": None,
    }
    with Server(tmp_path, variables=variables) as server:
        asked = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--config", "-"]
        for user, status in (("anna:from-the-file", "200"), ("anna:env:OPERATOR", "401")):
            config = f'user = "{user}"\nurl = "{server.base_url}/internal/check.json"\n'
            told = subprocess.run(asked, input=config, capture_output=True, text=True)
            assert told.stdout == status
        assert "from-the-file" not in server.output()
    table = run(tmp_path, "settings", "explain", variables=variables).stdout
    assert "file:password" in table and "settings/base.toml:3" in table
    assert "from-the-file" not in table


def test_a_reference_that_leads_nowhere_names_setting_and_place(tmp_path):
    settings_file(tmp_path, "\nlog.level = 'env:NOWHERE'\n")
    done = run(tmp_path, "serve", "--check")
    assert done.returncode == 2
    expected = "settings/base.toml:2: log.level = env:NOWHERE: the variable is not set"
    assert expected in done.stdout
    assert run(tmp_path, "stop").returncode == 2  # it might be what leads to the process
    settings_file(tmp_path, "apps.apim.internal_password = 'age:none.age#X'\n")
    assert run(tmp_path, "stop").returncode == 0


def test_check_reads_all_and_tells_states_never_values(tmp_path):
    settings_file(
        tmp_path,
        "apps.apim.internal_user = 'env:GOOD'\napps.apim.internal_password = 'file:none'\n"
        "apps.apim.events_hook_secret = 'sm://'\n",
    )
    variables = {
        "GOOD": "hush",
        "CONFIG_INTERNAL_API_USER": None,
        "CONFIG_INTERNAL_API_PASSWORD": None,
    }
    done = run(tmp_path, "secrets", "check", "--json", variables=variables)
    assert done.returncode == 1
    states = {one["setting"]: one for one in json.loads(done.stdout)}
    assert states["apps.apim.internal_user"]["ok"] is True
    assert states["apps.apim.internal_password"]["state"] == "the file does not exist"
    assert states["apps.apim.events_hook_secret"]["state"] == "must be sm://PROJECT/NAME"
    assert "hush" not in done.stdout
    assert "env:GOOD" in run(tmp_path, "secrets", "check", variables=variables).stdout


# --- files of age's ------------------------------------------------------------------------------


def editor(tmp_path, script):
    """An editor that runs a line of shell; "$1" is the file."""
    path = tmp_path / "editor.sh"
    path.write_text(f'#!/bin/sh\necho "$1" >> {tmp_path}/edited\n{script}\n')
    path.chmod(0o755)
    return str(path)


def edit(tmp_path, identity, script, file="secrets.age"):
    variables = variables_of(identity, EDITOR=editor(tmp_path, script), VISUAL=None)
    return run(tmp_path, "secrets", "edit", file, variables=variables)


def decrypted(path, identity):
    done = subprocess.run(["age", "-d", "-i", identity, path], capture_output=True, check=True)
    return done.stdout.decode()


def test_edit_makes_a_file_that_age_reads_and_leaves_nothing_behind(tmp_path, identity):
    done = edit(tmp_path, identity, 'ls -l "$1" >&2; echo DB=first >> "$1"')
    assert done.returncode == 0, done.stdout
    assert "-rw------- " in done.stdout
    assert (tmp_path / "secrets.age").read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert decrypted(tmp_path / "secrets.age", identity).endswith("\nDB=first\n")
    edited = Path((tmp_path / "edited").read_text().strip())
    assert not edited.exists() and not edited.parent.exists()
    assert edited.is_relative_to("/dev/shm")
    variables = variables_of(identity)
    assert resolved(tmp_path, "age:secrets.age#DB", variables) == "first"
    names = run(tmp_path, "secrets", "show-names", "secrets.age", variables=variables)
    assert names.stdout == "DB\n"


def test_edit_refuses_what_is_unchanged_or_no_lines_and_keeps_the_file(tmp_path, identity):
    assert edit(tmp_path, identity, 'echo DB=first > "$1"').returncode == 0
    before = (tmp_path / "secrets.age").read_bytes()
    for script, why in (
        ("true", "nothing was changed"),
        ('echo "hush no line" >> "$1"', "line:2: must be NAME=value"),
        ('printf "DB=1\\nDB=2\\n" > "$1"', "DB is there already"),
        ("exit 1", "the editor"),
        ('rm "$1"', "the editor left no file"),
        ('head -c 70000 /dev/zero | tr "\\\\0" x > "$1"', "longer than 65536"),
    ):
        done = edit(tmp_path, identity, script)
        assert done.returncode == 1 and why in done.stdout, (script, done.stdout)
        assert "hush" not in done.stdout
        assert (tmp_path / "secrets.age").read_bytes() == before
    left = [Path(line).parent for line in (tmp_path / "edited").read_text().split()]
    assert not any(path.exists() for path in left)


def test_a_file_that_age_itself_made_is_read_and_edited(tmp_path, identity):
    recipient = subprocess.run(
        ["age-keygen", "-y", identity], capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run(
        ["age", "-r", recipient, "-o", tmp_path / "secrets.age"],
        input=b"# of age's own\nexport TOKEN='a\nb'\n",
        check=True,
    )
    variables = variables_of(identity)
    assert resolved(tmp_path, "age:secrets.age#TOKEN", variables) == "a\nb"
    assert resolved(tmp_path, "age:secrets.age", variables).startswith("# of age's own")
    assert "the file has no OTHER" in refused(tmp_path, "age:secrets.age#OTHER", variables)
    assert edit(tmp_path, identity, 'echo MORE=1 >> "$1"').returncode == 0
    assert decrypted(tmp_path / "secrets.age", identity).endswith("MORE=1\n")


def test_everybody_in_the_recipients_file_can_read_and_nobody_locks_himself_out(tmp_path, identity):
    other = tmp_path / "other.txt"
    subprocess.run(["age-keygen", "-o", other], check=True, capture_output=True)
    recipient = subprocess.run(
        ["age-keygen", "-y", other], capture_output=True, text=True, check=True
    ).stdout
    assert edit(tmp_path, identity, 'echo A=1 > "$1"').returncode == 0
    recipients = tmp_path / "secrets.age.recipients"
    ours = recipients.read_text()
    recipients.write_text(ours + recipient)
    assert edit(tmp_path, identity, 'echo A=2 > "$1"').returncode == 0
    assert decrypted(tmp_path / "secrets.age", other) == "A=2\n"
    recipients.write_text(recipient)
    done = edit(tmp_path, identity, 'echo A=3 > "$1"')
    assert done.returncode == 1 and "your identity is not among" in done.stdout
    assert decrypted(tmp_path / "secrets.age", identity) == "A=2\n"
    assert not list(tmp_path.glob("*.new"))


def test_set_takes_a_value_from_standard_input(tmp_path, identity):
    def put(name, value):
        return subprocess.run(
            [binary(), "secrets", "set", "secrets.age", name],
            cwd=tmp_path,
            env=clean_environment(variables_of(identity)),
            input=value,
            capture_output=True,
            text=True,
            timeout=60,
        )

    assert put("DB", SECRET + "\n").returncode == 0
    assert put("OTHER", "x").returncode == 0
    assert put("DB", SECRET * 2).returncode == 0
    variables = variables_of(identity)
    assert resolved(tmp_path, "age:secrets.age#DB", variables) == SECRET * 2
    names = run(tmp_path, "secrets", "show-names", "secrets.age", "--json", variables=variables)
    assert json.loads(names.stdout) == ["DB", "OTHER"]
    assert put("1 X", "x").returncode == 1
    assert put("DB", "").returncode == 1


def test_without_an_identity_one_is_told_how_to_make_it(tmp_path):
    nowhere = variables_of(tmp_path / "none.txt", EDITOR="true")
    done = run(tmp_path, "secrets", "edit", "secrets.age", variables=nowhere)
    assert done.returncode == 1
    assert f"age-keygen -o {tmp_path}/none.txt" in done.stdout
    (tmp_path / "secrets.age").write_text("x")
    assert "no age identity" in refused(tmp_path, "age:secrets.age#A", nowhere)


def test_an_identity_of_another_and_a_damaged_file_are_refused(tmp_path, identity):
    assert edit(tmp_path, identity, 'echo A=1 > "$1"').returncode == 0
    other = tmp_path / "other.txt"
    subprocess.run(["age-keygen", "-o", other], check=True, capture_output=True)
    assert "no identity matched" in refused(tmp_path, "age:secrets.age#A", variables_of(other))
    text = (tmp_path / "secrets.age").read_text()
    (tmp_path / "secrets.age").write_text(text[: len(text) // 2])
    refused(tmp_path, "age:secrets.age#A", variables_of(identity))
    assert "does not exist" in refused(tmp_path, "age:none.age#A", variables_of(identity))


def test_an_identity_can_be_the_key_itself(tmp_path, identity):
    assert edit(tmp_path, identity, 'echo A=1 > "$1"').returncode == 0
    key = next(line for line in identity.read_text().split() if line.startswith("AGE-SECRET"))
    assert resolved(tmp_path, "age:secrets.age#A", variables_of(key)) == "1"
    assert key not in run(tmp_path, "settings", "explain", variables=variables_of(key)).stdout


# --- Google --------------------------------------------------------------------------------------


def test_berglas_secrets_by_name_and_generation(tmp_path, google):
    first = google.put_berglas("my-bucket", "path/to my-secret", b"first")
    google.put_berglas("my-bucket", "path/to my-secret", SECRET.encode())
    reference = "berglas://my-bucket/path/to%20my-secret"
    assert resolved(tmp_path, reference, google.settings()) == SECRET
    assert resolved(tmp_path, f"{reference}#{first}", google.settings()) == "first"
    assert resolved(tmp_path, f"{reference}?#", google.settings()) == SECRET
    told = refused(tmp_path, f"{reference}#123", google.settings())
    assert "Cloud Storage answered 404 (NOT_FOUND)" in told


def test_secret_manager_by_name_and_version(tmp_path, google):
    google.put_secret("my-project", "api-key", b"one")
    google.put_secret("my-project", "api-key", SECRET.encode())
    assert resolved(tmp_path, "sm://my-project/api-key", google.settings()) == SECRET
    assert resolved(tmp_path, "sm://my-project/api-key#latest", google.settings()) == SECRET
    assert resolved(tmp_path, "sm://my-project/api-key#1", google.settings()) == "one"
    assert "404" in refused(tmp_path, "sm://my-project/api-key#3", google.settings())


def test_a_destination_is_a_file_for_its_owner_alone(tmp_path, google):
    google.put_berglas("b", "key", b"\x00binary\xff")
    wanted = tmp_path / "wanted.pem"
    wanted.write_text("x" * 100)
    path = resolved(tmp_path, f"berglas://b/key?destination={wanted}", google.settings())
    assert path == str(wanted) and wanted.read_bytes() == b"\x00binary\xff"
    assert stat.S_IMODE(wanted.stat().st_mode) == 0o600
    temporary = Path(
        resolved(tmp_path, "berglas://b/key?destination=tempfile", google.settings())
    )
    try:
        assert temporary.read_bytes() == b"\x00binary\xff"
        assert stat.S_IMODE(temporary.stat().st_mode) == 0o600
        assert stat.S_IMODE(temporary.parent.stat().st_mode) == 0o700
    finally:
        temporary.unlink()
    assert "cannot hold a NUL" in refused(tmp_path, "berglas://b/key", google.settings())


def test_a_service_account_signs_for_its_token(tmp_path, google):
    google.put_secret("p", "s", b"value")
    key = google.key_file(tmp_path / "key.json")
    variables = {**google.settings(), "GOOGLE_APPLICATION_CREDENTIALS": str(key)}
    assert resolved(tmp_path, "sm://p/s", variables) == "value"
    assert [service for service, _, _ in google.requests] == ["token", "secret_manager"]
    text = json.loads(key.read_text())
    key.write_text(json.dumps({**text, "client_email": "other@p.example"}))
    assert "the token service answered 400 (invalid_grant)" in refused(
        tmp_path, "sm://p/s", variables
    )
    key.write_text("{}")
    assert "type is not service_account" in refused(tmp_path, "sm://p/s", variables)
    key.unlink()
    assert "does not exist" in refused(tmp_path, "sm://p/s", variables)


def test_an_object_of_others_is_refused(tmp_path, google):
    google.put_berglas("b", "no-key", b"hush", metadata={"berglas-secret": "1"})
    google.put_berglas("b", "none", b"hush", metadata={})
    key = {"berglas-kms-key": "projects/p/../../secrets"}
    google.put_berglas("b", "strange", b"hush", metadata=key)
    for name in ("no-key", "none"):
        told = refused(tmp_path, f"berglas://b/{name}", google.settings())
        assert "missing KMS key in the object's metadata" in told
    assert "names no key" in refused(tmp_path, "berglas://b/strange", google.settings())


def test_a_secret_under_another_name_is_not_decrypted(tmp_path, google):
    google.put_berglas("b", "mine", b"hush")
    google.objects["b", "yours"] = google.objects["b", "mine"]
    told = refused(tmp_path, "berglas://b/yours", google.settings())
    assert "Cloud KMS answered 400 (INVALID_ARGUMENT)" in told


def changed_content(change):
    def answer(service, request):
        body = service(request)
        return change(body) if isinstance(body, bytes) else body

    return answer


def flipped(body):
    key, _, sealed = body.partition(b":")
    raw = bytearray(base64.b64decode(sealed))
    raw[-1] ^= 1
    return key + b":" + base64.b64encode(bytes(raw))


@pytest.mark.parametrize(
    "change, why",
    [
        (flipped, "the ciphertext was changed"),
        (lambda body: body[:-12], "the ciphertext is cut short"),
        (lambda body: body[:-4], "the ciphertext was changed"),
        (lambda body: body[:-6], "no base64"),
        (lambda body: body.replace(b":", b""), "no colon"),
        (lambda body: b"", "no colon"),
        (lambda body: body.replace(b"+", b"-").replace(b"/", b"_") + b"!", "no base64"),
        (lambda body: b"x" * 400_000, "too large"),
    ],
    ids=["wrong tag", "cut short", "truncated", "odd", "no colon", "empty", "alphabet", "huge"],
)
def test_content_that_is_not_what_was_sealed_is_refused(tmp_path, google, change, why):
    google.put_berglas("b", "s", b"hushing")
    google.hostile["storage"] = [None, changed_content(change)]
    assert why in refused(tmp_path, "berglas://b/s", google.settings())


def always(answer, count=20):
    def act(*_):
        if isinstance(answer, Exception):
            raise answer
        return answer

    return [act] * count


@pytest.mark.parametrize(
    "service, answer, why",
    [
        ("secret_manager", refusal(403, "PERMISSION_DENIED"), "403 (PERMISSION_DENIED): this"),
        ("secret_manager", refusal(401, "UNAUTHENTICATED"), "401 (UNAUTHENTICATED): its token"),
        ("secret_manager", {"payload": {}}, "no payload"),
        ("secret_manager", {"payload": {"data": "hush!"}}, "no payload"),
        ("secret_manager", {"payload": {"data": "aHVzaA==", "dataCrc32c": "1"}}, "checksum"),
        ("secret_manager", b"<html>hush</html>", "no payload"),
        pytest.param(
            *("secret_manager", {"payload": {"data": "QUFB" * 30_000}}, "longer than 65536"),
            id="long secret"),
        pytest.param("secret_manager", b"x" * 400_000, "too large", id="long answer"),
        ("secret_manager", Answer(302, b"", {"Location": "http://127.0.0.1:1/"}), "answered 302"),
        ("metadata", {"access_token": "a\r\nX: y"}, "no access_token"),
        ("metadata", {}, "no access_token"),
        ("metadata", refusal(404, "NOT_FOUND"), "secrets.google_credentials"),
    ],
)
def test_answers_that_lie_or_refuse(tmp_path, google, service, answer, why):
    google.put_secret("p", "s", b"hush")
    google.hostile[service] = always(answer)
    assert why in refused(tmp_path, "sm://p/s", google.settings())
    assert len([one for one, _, _ in google.requests if one == service]) == 1


def test_kms_that_gives_no_key_is_refused(tmp_path, google):
    google.put_berglas("b", "s", b"hush")
    google.hostile["kms"] = always({"plaintext": "aHVzaA=="}, 1) + always({}, 1)
    assert "no key of 32 bytes" in refused(tmp_path, "berglas://b/s", google.settings())
    assert "no plaintext" in refused(tmp_path, "berglas://b/s", google.settings())


def test_what_may_succeed_later_is_tried_again(tmp_path, google):
    google.put_secret("p", "s", b"value")
    busy = always(Answer(429, b"", {"Retry-After": "0"}), 2)
    google.hostile["secret_manager"] = [*busy, *always(Answer(503), 1)]
    assert resolved(tmp_path, "sm://p/s", google.settings()) == "value"
    google.hostile["secret_manager"] = always(Answer(429, b"", {"Retry-After": "0"}))
    assert "answered 429" in refused(tmp_path, "sm://p/s", google.settings())
    assert len(google.hostile["secret_manager"]) == 15


def test_a_service_that_does_not_answer_is_given_up(tmp_path, google):
    google.put_secret("p", "s", b"hush")
    google.hostile["secret_manager"] = [lambda *_: time.sleep(5)] * 9  # tidy: it plays a slow one
    variables = {**google.settings(), "MAINSTAY__SECRETS__TIMEOUT": "500ms"}
    assert "Secret Manager: " in refused(tmp_path, "sm://p/s", variables)


def test_exec_is_the_program(tmp_path):
    done = run(tmp_path, "secrets", "exec", "--", "sh", "-c", "exit 7")
    assert done.returncode == 7
    assert run(tmp_path, "secrets", "exec", "--", "no-such-program").returncode == 127
    assert run(tmp_path, "secrets", "exec").returncode == 2
    # Many programs have values of this form that are none of ours.
    url = {"URL": "file:./dev.db", "OTHER": "env:X"}
    done = run(tmp_path, "secrets", "exec", "--", "sh", "-c", 'echo "$URL $OTHER"', variables=url)
    assert done.stdout == "file:./dev.db env:X\n"


def test_no_secret_is_on_a_command_line_or_left_in_a_file(tmp_path, identity):
    """age is called by a wrapper that keeps what it was called with."""
    wrapper = tmp_path / "bin" / "age"
    wrapper.parent.mkdir()
    real = shutil.which("age")
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\nexec {real} "$@"\n')
    wrapper.chmod(0o755)
    key = next(line for line in identity.read_text().split() if line.startswith("AGE-SECRET"))
    path = f"{wrapper.parent}:{os.environ['PATH']}"
    variables = variables_of(key, PATH=path, EDITOR=editor(tmp_path, 'echo A=hush > "$1"'))
    assert run(tmp_path, "secrets", "edit", "secrets.age", variables=variables).returncode == 0
    assert resolved(tmp_path, "age:secrets.age#A", variables) == "hush"
    calls = (tmp_path / "calls").read_text()
    assert "--encrypt" in calls and "--decrypt" in calls
    assert "hush" not in calls and "AGE-SECRET" not in calls
