"""Pull requests against GitHub's own description of its interface: npm's @octokit/openapi, played
by Prism, which refuses what the description does not admit."""

import fcntl
import http.client
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from support.clusters import GROUP, OPEN, Api
from support.gitea_fake import git
from support.server import Server, wait_until

HERE = pathlib.Path(__file__).resolve().parent / "forges"


@pytest.fixture(scope="module")
def prism(tmp_path_factory):
    """The port of a Prism that knows GitHub's pull requests."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        pytest.skip("npm packages: node and npm are not installed")
    with open(HERE / "package-lock.json") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (HERE / "node_modules/@stoplight/prism-cli").is_dir():
            if not os.environ.get("MAINSTAY_TEST_LARGE"):
                pytest.skip("npm packages: 190 MB of @octokit/openapi and Prism; set "
                            "MAINSTAY_TEST_LARGE=1, or run npm ci in tests/compat/forges")
            install = ["npm", "ci", "--no-audit", "--no-fund"]
            subprocess.run(install, cwd=HERE, check=True, timeout=300)
    folder = tmp_path_factory.mktemp("prism")
    spec = folder / "github.json"
    subprocess.run([node, HERE / "github_spec.mjs", spec], check=True, timeout=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [node, HERE / "node_modules/.bin/prism", "mock", "--errors", "-h", "127.0.0.1", "-p",
               str(port), spec]
    with open(folder / "said", "w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
    try:
        wait_until(lambda: "is listening" in (folder / "said").read_text(), 60, "Prism")
        yield port
    finally:
        process.kill()
        process.wait()


class Between:
    """Passes on what is asked of `/api/v3`, and remembers it. The first POST is answered as GitHub
    does when there is such a pull request already, once that is wanted."""

    def __init__(self, port):
        self.seen = []
        self.duplicate = False
        between = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.command == "POST" and between.duplicate:
                    between.duplicate = False
                    return self.say(422, json.dumps({
                        "message": "Validation Failed",
                        "errors": [{"resource": "PullRequest", "code": "custom", "message":
                                    "A pull request already exists for acme:x."}]}).encode())
                path = self.path.removeprefix("/api/v3")
                with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as onward:
                    headers = {name: value for name, value in self.headers.items()
                               if name not in ("Host", "Connection")}
                    onward.request(self.command, path, body, headers)
                    answer = onward.getresponse()
                    text = answer.read()
                between.seen.append((self.command, path.partition("?")[0], answer.status,
                                     answer.headers.get("sl-violations")))
                return self.say(answer.status, text)

            def say(self, status, text):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PATCH = pass_on

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def test_what_is_asked_of_github_is_what_it_describes(prism, tmp_path):
    between = Between(prism)
    bare = tmp_path / "infra.git"
    git("init", "--quiet", "--bare", "--initial-branch=main", bare)
    git(f"--git-dir={bare}", "fast-import", "--quiet", input=(
        "commit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 2\nx\n\n"))
    variables = {
        **OPEN,
        "MAINSTAY__APPS__CLUSTERS__FORGE": "github",
        "MAINSTAY__APPS__CLUSTERS__FORGE_URL": between.url,
        "MAINSTAY__APPS__CLUSTERS__REPOSITORY_URL": str(bare),
        "MAINSTAY__APPS__CLUSTERS__FORGE_POLL": "1s",
        "GITOPS_ORGANIZATION": "acme",
        "GITOPS_REPO": "infra",
        "GITHUB_TOKEN": "t0ken",
    }
    pulls = "/repos/acme/infra/pulls"
    with Server(tmp_path, variables=variables) as server:
        api = Api(server.base_url)
        made = api.must(200, "POST", "/api/nodegroups", {**GROUP, "name": "blue"})
        # The number and the address of the description's own example.
        assert made["url"] == "https://github.com/octocat/Hello-World/pull/1347"
        wait_until(lambda: ("GET", f"{pulls}/1347", 200, None) in between.seen, 20, "a look")
        between.duplicate = True
        again = api.must(200, "POST", "/api/nodegroups", {**GROUP, "name": "green"})
        assert again["url"] == made["url"]
    between.server.shutdown()
    asked = {(method, path) for method, path, _, _ in between.seen}
    assert asked == {("POST", pulls), ("GET", pulls), ("PATCH", f"{pulls}/1347"),
                     ("GET", f"{pulls}/1347")}
    assert all(status < 300 and violations is None for _, _, status, violations in between.seen)
