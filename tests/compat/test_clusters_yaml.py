"""YAML that we write means the same to readers of YAML 1.1 and of YAML 1.2."""

import json
import pathlib
import subprocess

import pytest

from support.server import binary, clean_environment

HERE = pathlib.Path(__file__).resolve().parent
CERTIFICATE = HERE.parent / "sealing" / "certificate.pem"
pytestmark = pytest.mark.usefixtures("own_server")

ODD = [
    *"y Y n N yes Yes no NO on On off OFF true True FALSE null Null NULL ~ = <<".split(),
    *"1 -1 +1 012 0o17 0x1F 0b101 1_000 1e3 1E3 1.5 .5 5. .inf -.INF .NaN 1:30 190:20:30".split(),
    *"2026-01-02 2001-12-14t21:59:43.10-05:00 12e03 100Gi 5m 1k 08 0x 1e deadbeef 1.2.3".split(),
    *"- ? : a: &a *a !a %a @a `a [a {a | > 'a # --- ... , a,b a:b x#y".split(),
    "", " ", " a", "a ", "a: b", "a #b", "- a", "? a", "a\tb", "\ta", "a\rb", "\x7f", "\x00",
    "a\nb", "a\n", "a\n\n", "\n", " a\nb", "a \nb", "a\n  b\n\nc\n", "---\na", "a\n---\n",
    "a\n...\nb", "%YAML 1.1\n", "1\n", "#a\nb", "a\n\tb\n", "\x85", "\u2028", "\ufeff", "\ufeffa",
    "gr\u00fc\u00df", "\U0001f512", "{{ .Values.x }}", "$(id)", "\\", "\"", "C:\\x", "a\\nb",
]  # fmt: skip


def test_other_peoples_readers_read_what_was_meant(node, tmp_path):
    yaml = pytest.importorskip("yaml")
    notes = {f"k{number}": text for number, text in enumerate(ODD)}
    parts = [dict(list(notes.items())[at : at + 60]) for at in range(0, len(notes), 60)]
    for part in parts:
        document = sealed(tmp_path, part)
        read = {"PyYAML": yaml.safe_load(document), **by_npm(node, document)}
        for reader, found in read.items():
            metadata = found["spec"]["template"]["metadata"]
            assert metadata["annotations"] == part, reader
            assert metadata["namespace"] == found["metadata"]["namespace"] == "n", reader
            assert list(found["spec"]["encryptedData"]) == ["on"], reader


def sealed(folder, annotations):
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a", "namespace": "n", "annotations": annotations},
        "stringData": {"on": "v"},
    }
    done = subprocess.run(
        [binary(), "clusters", "seal", "--certificate", CERTIFICATE],
        cwd=folder, env=clean_environment(None, folder / "data"), input=json.dumps(secret),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return done.stdout


def by_npm(node, text):
    done = subprocess.run(
        [node, "yaml_read.mjs"],
        cwd=HERE, input=text, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(done.stdout)
