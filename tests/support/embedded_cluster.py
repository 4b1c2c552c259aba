"""`mainstay clusters embedded` as a process, and calls of its API."""

import base64
import http.client
import json
import os
import shutil
import ssl
import subprocess
import tempfile
from pathlib import Path

from support.server import STOP_SECONDS, binary, clean_environment


class EmbeddedCluster:
    """A Kubernetes API of its own, in `folder`: `url`, `kubeconfig`, `token`."""

    def __init__(self, folder, *arguments):
        self.folder = Path(folder)
        self._arguments = arguments

    def __enter__(self):
        data = self.folder / "data"
        command = [binary(), "clusters", "embedded", "--json", "--data", data, *self._arguments]
        self.process = subprocess.Popen(
            [*map(str, command)],
            cwd=self.folder,
            env=clean_environment({}, data),
            stdout=subprocess.PIPE,
            text=True,
        )
        said = self.process.stdout.readline()
        assert said, f"it ended with {self.process.wait()}"
        told = json.loads(said)
        self.url = told["url"]
        self.kubeconfig = Path(told["kubeconfig"])
        text = self.kubeconfig.read_text().split("\n", 1)[1]  # behind the comment
        config = json.loads(text)
        self.token = config["users"][0]["user"]["token"]
        authority = config["clusters"][0]["cluster"]["certificate-authority-data"]
        self.tls = ssl.create_default_context(cadata=base64.b64decode(authority).decode())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        code = self.process.wait(STOP_SECONDS)
        self.process.stdout.close()
        assert code == 0

    def connection(self):
        host, port = self.url.removeprefix("https://").split(":")
        return http.client.HTTPSConnection(host, int(port), context=self.tls, timeout=20)

    def open(self, method, path, body=None, accept="application/json", kind="application/json",
             token=None):  # fmt: skip
        """The answer as it comes, for watches."""
        connection = self.connection()
        text = body if body is None or isinstance(body, str) else json.dumps(body)
        headers = {"Accept": accept, "Authorization": f"Bearer {token or self.token}"}
        if text is not None:
            headers["Content-Type"] = kind
        connection.request(method, path, text, headers)
        return connection.getresponse()

    def call(self, method, path, body=None, **how):
        """Status and document."""
        answer = self.open(method, path, body, **how)
        return answer.status, json.loads(answer.read())

    def get(self, path, **how):
        status, document = self.call("GET", path, **how)
        assert status == 200, document
        return document


def kubectls():
    """The kubectl of this machine, and the newest of those that Google's SDK brings; or what
    MAINSTAY_TEST_KUBECTL names."""
    named = os.environ.get("MAINSTAY_TEST_KUBECTL")
    if named:
        return named.split(":")
    newest = sorted(Path("/usr/lib/google-cloud-sdk/bin").glob("kubectl.1.??"))[-1:]
    return [path for path in [shutil.which("kubectl"), *map(str, newest)] if path]


class Kubectl:
    """A kubectl, with files of its own."""

    def __init__(self, command, cluster, folder):
        self.command = [command, "--kubeconfig", str(cluster.kubeconfig)]
        self.environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
        self.folder = folder

    def start(self, *arguments):
        return subprocess.Popen(
            [*self.command, *map(str, arguments)],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def run(self, *arguments, stdin=None, fails=False):
        done = subprocess.run(
            [*self.command, *map(str, arguments)],
            env=self.environment, input=stdin, capture_output=True, text=True, timeout=60,
            check=False,
        )  # fmt: skip
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def manifest(self, *objects):
        """A file of the objects, as JSON, which is YAML."""
        content = {"apiVersion": "v1", "kind": "List", "items": objects}
        with tempfile.NamedTemporaryFile(
            "w", suffix=".yaml", dir=self.folder, delete=False
        ) as file:
            json.dump(objects[0] if len(objects) == 1 else content, file)
        return file.name
