"""A Gitea as its documentation tells of it, over TLS: pull requests of /api/v1, and git's own smart
HTTP behind it. Standard library and the git program alone."""

import base64
import hashlib
import hmac
import http.client
import json
import os
import ssl
import subprocess
import threading
import time
import urllib.parse
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

USER, TOKEN, SECRET = "robot", "t0ken-that-nobody-may-see", "webhook-s3cret"
OWNER, NAME = "acme", "infra"


def git(*arguments, **options):
    done = subprocess.run(["git", *map(str, arguments)], capture_output=True, text=True,
                          check=False, **options)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def seen_in_processes(text):
    """Which command lines and environments of the machine hold it; those that can be read."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        for name in ("cmdline", "environ"):
            try:
                if text.encode() in (folder / name).read_bytes():
                    found.append(f"{folder.name} {name}")
            except OSError:
                pass
    return found


class GiteaFake:
    """With one repository, `acme/infra`, that has a first commit on `main`."""

    def __init__(self, folder, certificates):
        self.repository = Path(folder) / OWNER / f"{NAME}.git"
        self.root = Path(folder)
        self.pulls = {}
        self.fail_with = None  # a status for all calls of the API
        self.refuse_git = False
        self.leaks = []
        self.watched = [TOKEN]  # what no process may show
        self.redirect_git = None  # where to instead of an answer
        self.asked = []  # (path, Authorization) of every call
        git("init", "--quiet", "--bare", "--initial-branch=main", self.repository)
        git(f"--git-dir={self.repository}", "config", "http.receivepack", "true")
        git(f"--git-dir={self.repository}", "fast-import", "--quiet", input=(
            "commit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 2\nx\n"
            "M 100644 inline README.md\ndata 3\nHi\n\n"))
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                fake.handle(self)

            do_GET = do_POST = do_PATCH = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.certificate, certificates.key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    # --- what people do there ---------------------------------------------------------------------

    def merge(self, number):
        """By hand, on the repository."""
        pull = self.pulls[number]
        git(f"--git-dir={self.repository}", "update-ref", "refs/heads/main",
            f"refs/heads/{pull['head']}")
        pull.update(state="closed", merged=True, merge_commit_sha=self.commit("main"))

    def commit(self, revision):
        return git(f"--git-dir={self.repository}", "rev-parse", revision)

    def tell(self, base_url, number, secret=SECRET, touched=None, delivery=None):
        """Its webhook; the status of the answer."""
        at = time.gmtime(time.time() if touched is None else touched)
        body = json.dumps({
            "action": "closed", "number": number,
            "pull_request": {"number": number, "merged": True,
                             "updated_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", at)},
        }).encode()
        signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        url = urllib.parse.urlsplit(base_url)
        with closing(http.client.HTTPConnection(url.hostname, url.port, timeout=30)) as connection:
            connection.request("POST", "/clusters/forge/hook", body, {
                "Content-Type": "application/json",
                "X-Gitea-Event": "pull_request",
                "X-Gitea-Delivery": delivery or os.urandom(8).hex(),
                "X-Hub-Signature-256": f"sha256={signature}",
            })
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

    # --- what programs ask ------------------------------------------------------------------------

    def handle(self, request):
        body = self.body_of(request)
        self.asked.append((request.path, request.headers.get("Authorization")))
        for text in self.watched:
            self.leaks += seen_in_processes(text)
        if request.path.startswith("/api/v1/"):
            status, answer = self.api(request, body)
            text = json.dumps(answer).encode()
            self.send(request, status, {"Content-Type": "application/json"}, text)
        else:
            self.smart_http(request, body)

    @staticmethod
    def body_of(request):
        if request.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(request.rfile.readline(), 16):
                parts.append(request.rfile.read(size))
                request.rfile.readline()
            request.rfile.readline()
            return b"".join(parts)
        return request.rfile.read(int(request.headers.get("Content-Length", 0)))

    @staticmethod
    def send(request, status, headers, body):
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def shown(self, number):
        pull = self.pulls[number]
        return {"id": number + 100, "number": number, "title": pull["title"], "body": pull["body"],
                "html_url": f"{self.url}/{OWNER}/{NAME}/pulls/{number}", "state": pull["state"],
                "merged": pull["merged"], "merge_commit_sha": pull.get("merge_commit_sha")}

    def api(self, request, body):
        if self.fail_with:
            return self.fail_with, {"message": "not now"}
        if request.headers.get("Authorization") != f"token {TOKEN}":
            return 401, {"message": "token is required"}
        root = f"/api/v1/repos/{OWNER}/{NAME}/pulls"
        rest = request.path.removeprefix(root)
        asked = json.loads(body) if body else {}
        if request.command == "POST" and rest == "":
            if self.open_of(asked["head"]):
                return 409, {"message": "pull request already exists for these targets"}
            number = len(self.pulls) + 1
            self.pulls[number] = {**asked, "state": "open", "merged": False}
            return 201, self.shown(number)
        number = int(rest[1:]) if rest[1:].isdigit() else self.open_of(rest.partition("/main/")[2])
        if number not in self.pulls:
            return 404, {"message": "Not Found"}
        if request.command == "PATCH":
            self.pulls[number].update(asked)
            return 201, self.shown(number)
        return 200, self.shown(number)

    def open_of(self, head):
        return next((number for number, pull in self.pulls.items()
                     if pull["head"] == head and pull["state"] == "open"), None)

    def smart_http(self, request, body):
        if self.redirect_git:
            return self.send(request, 302, {"Location": self.redirect_git + request.path}, b"")
        right = "Basic " + base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.refuse_git or request.headers.get("Authorization") != right:
            status = 403 if self.refuse_git else 401
            return self.send(request, status, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        path, _, query = request.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"], input=body, capture_output=True, check=True,
            env={"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": str(self.root),
                 "GIT_HTTP_EXPORT_ALL": "1", "PATH_INFO": path, "QUERY_STRING": query,
                 "REQUEST_METHOD": request.command, "REMOTE_USER": USER,
                 "CONTENT_TYPE": request.headers.get("Content-Type", ""),
                 "CONTENT_LENGTH": str(len(body)),
                 "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
                 "GIT_PROTOCOL": request.headers.get("Git-Protocol", "")})
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        status = int(headers.pop("Status", "200 OK").split()[0])
        return self.send(request, status, headers, content)
