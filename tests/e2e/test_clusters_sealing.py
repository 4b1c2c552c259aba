"""Sealed secrets: the commands of operators, and that nothing but the openssl command line is
needed to open what they make.

tests/sealing holds a key pair that was made for tests, once."""

import base64
import http.server
import json
import subprocess
import threading
from pathlib import Path

import pytest

from support.clusters import OPEN, Api, platform
from support.server import binary, clean_environment

FILES = Path(__file__).resolve().parents[1] / "sealing"
KEY, CERTIFICATE = FILES / "key.pem", FILES / "certificate.pem"
FINGERPRINT = "d31c8c8da6e84192116484bae8b646df458ac77a426e5632b79e847b2c30a577"
pytestmark = pytest.mark.usefixtures("own_server")

# A value that would be three arguments of a shell, two lines of YAML, and a flag of kubectl's.
HOSTILE = "x --from-file=k=/etc/passwd\n---\nkind: Evil $(id) `id` \u2028 \"'"


def secret(name="database", namespace="n", values=None, **metadata):
    return json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name, "namespace": namespace, **metadata},
            "stringData": values or {"password": "no", "note": HOSTILE},
        }
    )


def clusters(folder, *arguments, stdin="", status=0, variables=None):
    done = subprocess.run(
        [binary(), "clusters", *map(str, arguments)],
        cwd=folder,
        env=clean_environment(variables, folder / "data"),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == status, done.stderr
    assert HOSTILE not in done.stderr
    return done.stdout if status == 0 else done.stderr


def seal(folder, *arguments, stdin=None, **more):
    stdin = secret() if stdin is None else stdin
    return clusters(folder, "seal", "--certificate", CERTIFICATE, *arguments, stdin=stdin, **more)


def opened_by_openssl(folder, sealed, label):
    """RSA-OAEP gives the session key. AES-GCM is AES-CTR whose first counter is 2 behind a nonce of
    twelve bytes (NIST SP 800-38D, 7.1), with a tag behind it, which `openssl enc` leaves alone."""
    raw = base64.b64decode(sealed, validate=True)
    size = int.from_bytes(raw[:2], "big")
    (folder / "key.bin").write_bytes(raw[2 : 2 + size])
    command = ["openssl", "pkeyutl", "-decrypt", "-inkey", str(KEY), "-in", "key.bin"]
    for option in ("rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"):
        command += ["-pkeyopt", option]
    if label:
        command += ["-pkeyopt", f"rsa_oaep_label:{label.encode().hex()}"]
    session = subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout
    assert len(session) == 32
    counter = "0" * 24 + "00000002"
    return subprocess.run(
        ["openssl", "enc", "-d", "-aes-256-ctr", "-K", session.hex(), "-iv", counter],
        input=raw[2 + size : -16], check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip


def test_openssl_alone_opens_what_was_sealed_in_every_scope(tmp_path):
    labels = {"strict": "n/database", "namespace-wide": "n", "cluster-wide": ""}
    for scope, label in labels.items():
        text = seal(tmp_path, "--scope", scope, "--format", "json")
        made = json.loads(text)
        assert HOSTILE not in text and (made["apiVersion"], made["kind"]) == (
            "bitnami.com/v1alpha1",
            "SealedSecret",
        )
        notes = {} if scope == "strict" else {f"sealedsecrets.bitnami.com/{scope}": "true"}
        assert made["metadata"].get("annotations", {}) == notes
        assert made["spec"]["template"]["metadata"].get("annotations", {}) == notes
        for key, value in (("password", "no"), ("note", HOSTILE)):
            sealed = made["spec"]["encryptedData"][key]
            assert sealed.startswith("Ag") and opened_by_openssl(tmp_path, sealed, label) == value


def test_raw_values_need_no_object(tmp_path):
    sealed = seal(
        tmp_path, "--raw", "--namespace", "n", "--name", "database", stdin="a value"
    ).strip()
    assert opened_by_openssl(tmp_path, sealed, "n/database") == "a value"
    assert "name" in seal(tmp_path, "--raw", "--namespace", "n", stdin="a value", status=1)
    sealed = seal(tmp_path, "--raw", "--scope", "cluster-wide", stdin="").strip()
    assert opened_by_openssl(tmp_path, sealed, "") == ""


def test_yaml_words_stay_text_all_the_way(tmp_path):
    text = seal(tmp_path, stdin=secret(labels={"on": "off"}))
    assert text.startswith("---\n") and 'namespace: "n"\n' in text and '"on": "off"\n' in text
    again = json.loads(clusters(tmp_path, "unseal", "--key", KEY, "--format", "json", stdin=text))
    assert again["metadata"] == {"name": "database", "namespace": "n", "labels": {"on": "off"}}
    assert base64.b64decode(again["data"]["note"]).decode() == HOSTILE
    unquoted = "apiVersion: v1\nkind: Secret\nmetadata: {name: a, namespace: n}\ndata: {a: AA==}\n"
    assert "quote it" in seal(tmp_path, stdin=unquoted, status=1)


def test_keys_are_merged_into_a_file(tmp_path):
    path = tmp_path / "sealed.yaml"
    path.write_text(seal(tmp_path))
    seal(tmp_path, "--merge-into", path, stdin=secret(values={"token": "t", "password": "new"}))
    text = clusters(tmp_path, "unseal", path, "--key", KEY, "--format", "json")
    values = {key: base64.b64decode(value) for key, value in json.loads(text)["data"].items()}
    assert values == {"password": b"new", "note": HOSTILE.encode(), "token": b"t"}
    before = path.read_text()
    other = secret(name="other")
    assert "n/database" in seal(tmp_path, "--merge-into", path, stdin=other, status=1)
    assert path.read_text() == before and not list(tmp_path.glob("*.new"))


def test_what_is_wrong_with_a_file_is_said(tmp_path):
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(seal(tmp_path))
    assert "can be opened" in clusters(tmp_path, "validate", "--key", KEY, good)
    at = good.read_text().index("Ag") + 600
    text = good.read_text()
    bad.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :])
    assert "well-formed" in clusters(tmp_path, "validate", tmp_path)
    assert "bad.yaml" in clusters(tmp_path, "validate", "--key", KEY, tmp_path, status=1)
    # CVE-2026-22728: a template that claims a wider scope than the object has.
    claim = 'annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}'
    bad.write_text(text.replace("    metadata:\n", f"    metadata:\n      {claim}\n"))
    assert "cluster-wide" in clusters(tmp_path, "validate", bad, status=1)
    assert "cluster-wide" in clusters(tmp_path, "unseal", bad, "--key", KEY, status=1)
    assert "no key opens" in clusters(
        tmp_path, "unseal", good, "--key", make_pair(tmp_path)[0], status=1
    )


def make_pair(folder):
    key, certificate = folder / "new.key", folder / "new.pem"
    clusters(
        folder, "make-sealing-key", "--key", key, "--certificate", certificate, "--bits", 2048
    )
    return key, certificate


def test_a_repository_is_sealed_anew(tmp_path):
    key, certificate = make_pair(tmp_path)
    assert key.stat().st_mode & 0o777 == 0o600
    assert "there already" in clusters(
        tmp_path, "make-sealing-key", "--key", key, "--certificate", "x.pem", status=1
    )
    folder = tmp_path / "repository" / "apps"
    folder.mkdir(parents=True)
    path = folder / "sealed.yaml"
    path.write_text("# ours\n" + seal(tmp_path) + "---\nkind:   Other # as it was\n")
    (folder / "other.yaml").write_text("kind: ConfigMap\n")
    before = path.read_text()
    reseal = ("reseal", "--key", f"{KEY},{key}", "--certificate", certificate, folder.parent)
    diff = clusters(tmp_path, *reseal, "--dry-run")
    assert path.read_text() == before and diff.startswith("--- ") and "\n@@ " in diff
    done = json.loads(clusters(tmp_path, *reseal, "--json"))
    assert done == {"changed": [str(path)], "secrets": 1, "values": 2, "problems": 0}
    after = path.read_text()
    assert after != before and after.startswith("# ours\n") and "kind:   Other # as it was" in after
    text = clusters(tmp_path, "unseal", path, "--key", key, "--format", "json")
    assert base64.b64decode(json.loads(text)["data"]["note"]).decode() == HOSTILE
    assert json.loads(clusters(tmp_path, *reseal, "--json"))["changed"] == []


def test_keys_come_from_the_controllers_secrets(tmp_path):
    tls = {"tls.key": base64.b64encode(KEY.read_bytes()).decode(), "tls.crt": ""}
    one = {"apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls", "data": tls}
    (tmp_path / "keys.json").write_text(json.dumps({"kind": "List", "items": [one]}))
    out = clusters(tmp_path, "unseal", "--key", "keys.json", stdin=seal(tmp_path))
    assert "kind: Secret" in out


class Certificates(http.server.BaseHTTPRequestHandler):
    def do_GET(self):  # noqa: N802, the base's name
        self.send_response(200)
        self.end_headers()
        self.wfile.write(CERTIFICATE.read_bytes())

    def log_message(self, *_):
        pass


def test_a_certificate_comes_from_an_address_and_is_pinned(tmp_path):
    shown = json.loads(clusters(tmp_path, "certificate", "--certificate", CERTIFICATE, "--json"))
    assert shown["sha256"] == FINGERPRINT and shown["key_bits"] == 4096
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Certificates) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/v1/cert.pem"
        setting = {"MAINSTAY__APPS__CLUSTERS__SEALING_CERTIFICATE": address}
        pins = "MAINSTAY__APPS__CLUSTERS__SEALING_FINGERPRINTS"
        text = clusters(tmp_path, "certificate", status=1, variables=setting)
        assert "plain http" in text
        right = {**setting, pins: FINGERPRINT}
        assert clusters(tmp_path, "certificate", "--pem", variables=right).startswith("-----BEGIN")
        assert "kind: SealedSecret" in clusters(
            tmp_path, "seal", stdin=secret(), variables=right
        )
        wrong = {**setting, pins: FINGERPRINT.replace("d", "e")}
        assert FINGERPRINT in clusters(
            tmp_path, "seal", stdin=secret(), status=1, variables=wrong
        )
        server.shutdown()


def test_an_old_certificate_is_warned_of_and_an_expired_one_refused(tmp_path):
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True)

    openssl("req", "-new", "-key", str(KEY), "-subj", "/CN=x", "-out", "asked.pem")
    for days, word, status in (("10", "expires in", 0), ("-1", "expired", 1)):
        sign = ("x509", "-req", "-in", "asked.pem", "-signkey", str(KEY), "-days", days)
        openssl(*sign, "-out", "old.pem")
        done = subprocess.run(
            [binary(), "clusters", "seal", "--certificate", "old.pem"],
            cwd=tmp_path, env=clean_environment(None, tmp_path / "data"), input=secret(),
            capture_output=True, text=True,
        )  # fmt: skip
        assert word in done.stderr and done.returncode == status, done.stderr


def test_what_cannot_be_sealed_is_refused(tmp_path):
    refusals = {
        "": "no Secret",
        "kind: ConfigMap\napiVersion: v1\n": "Secret",
        secret(name="UPPER"): "name",
        secret(namespace="a.b"): "namespace",
        secret(values={"../x": "v"}): "key",
        secret(values={"a": 5}): "quote it",
        "a: [": "YAML",
        "a: &a [*a]": "YAML",
    }
    for text, word in refusals.items():
        assert word in seal(tmp_path, stdin=text, status=1)
    assert "--certificate" in clusters(tmp_path, "seal", stdin=secret(), status=1)
    assert "key.pem" in clusters(
        tmp_path, "seal", "--certificate", KEY, stdin=secret(), status=1
    )


def test_the_server_seals_and_keeps_nothing_of_a_value(tmp_path):
    value = "hush-5d1f0c " + HOSTILE
    variables = {**OPEN, "MAINSTAY__APPS__CLUSTERS__SEALING_CERTIFICATE": str(CERTIFICATE),
                 "MAINSTAY__APPS__CLUSTERS__UNSEALING_KEYS": str(KEY)}
    body = {"name": "database", "namespace": "n", "literals": {"k": value, "on": "no"}}
    with platform(tmp_path, variables) as server:
        api = Api(server.base_url)
        shown = api.see("/api/sealing/certificate")
        assert shown["certificate"]["fingerprint"] == FINGERPRINT and shown["problem"] == ""
        answer = api.call("POST", "/api/secrets/render", {**body, "skip_pull_request": False})
        assert answer.status == 200, answer.text
        told = api.must(200, "POST", "/api/secrets/validate", answer.text)
        assert (told["can_be_opened"], told["asked"]) == (True, "keys")
        again = api.must(200, "POST", "/api/secrets/reencrypt", answer.text)
        assert again.header("X-Sealed-With") == answer.header("X-Sealed-With")
        made = json.loads(
            clusters(tmp_path, "unseal", "--key", KEY, "--format", "json", stdin=again.text)
        )
        assert base64.b64decode(made["data"]["k"]).decode() == value
        lines = {line.strip().partition(": ")[::2] for line in answer.text.splitlines()}
        sealed = next(text for name, text in lines if name == "k")
        assert opened_by_openssl(tmp_path, sealed, "n/database") == value
        made = api.must(200, "POST", "/api/secrets", {**body, "skip_pull_request": False})
        seen = json.dumps(api.request(made["request"])) + answer.text
        wrong = {**body, "literals": {"k": value, "pin": 5}, "skip_pull_request": False}
        seen += api.call("POST", "/api/secrets/render", wrong).text
        wrong = {**body, "literals": {"../k": value}, "skip_pull_request": False}
        seen += api.call("POST", "/api/secrets", wrong).text
        seen += server.output()
    kept = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert "hush-5d1f0c" not in seen and b"hush-5d1f0c" not in kept
    assert base64.b64encode(value.encode())[:24] not in kept
