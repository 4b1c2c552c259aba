"""Google as `berglas://` and `sm://` references meet it, offline: Cloud Storage, Cloud KMS, Secret
Manager, the metadata server and a service account's token service, on one loopback port.

The grammar is that of their REST documentation. `hostile` makes a service answer otherwise.
"""

import base64
import json
import os
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KMS_KEY = "projects/p/locations/global/keyRings/berglas/cryptoKeys/berglas-key"
TOKEN_LIFE = 3600


def b64(data):
    return base64.b64encode(data).decode()


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Answer(Exception):
    """What a service says other than 200."""

    def __init__(self, status, body=b"", headers=None):
        self.status, self.body, self.headers = status, body, headers or {}


def refusal(status, name):
    body = {"error": {"code": status, "message": "told by the fake", "status": name}}
    return Answer(status, json.dumps(body).encode())


class GoogleFake:
    """`with GoogleFake() as google:`; then `google.settings()` for the program under test."""

    def __init__(self):
        self.objects = {}  # (bucket, name) -> list of generations
        self.versions = {}  # (project, name) -> list of payloads
        self.requests = []  # (service, method, path)
        self.hostile = {}  # service -> list of functions, each for one request; None: as usual
        self.account_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.tokens = set()
        self._kms = AESGCM(os.urandom(32))
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    # --- what the tests put there ---

    def put_berglas(self, bucket, name, value, metadata=None):
        """As `berglas create` does; answers the generation."""
        key, nonce = os.urandom(32), os.urandom(12)
        sealed = nonce + AESGCM(key).encrypt(nonce, value, None)
        kms_nonce = os.urandom(12)
        encrypted = kms_nonce + self._kms.encrypt(kms_nonce, key, name.encode())
        usual = {"berglas-secret": "1", "berglas-kms-key": KMS_KEY}
        content = f"{b64(encrypted)}:{b64(sealed)}".encode()
        return self.put_object(bucket, name, content, usual if metadata is None else metadata)

    def put_object(self, bucket, name, content, metadata):
        generations = self.objects.setdefault((bucket, name), [])
        generation = 1_563_925_940_580_201 + len(generations)
        generations.append((generation, content, metadata))
        return generation

    def put_secret(self, project, name, value):
        """A new version, from 1."""
        self.versions.setdefault((project, name), []).append(value)
        return len(self.versions[project, name])

    def key_file(self, path):
        """A service account's, in Google's form."""
        pem = self.account_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_text(
            json.dumps(
                {
                    "type": "service_account",
                    "project_id": "p",
                    "private_key_id": "key-1",
                    "private_key": pem.decode(),
                    "client_email": "app@p.iam.gserviceaccount.com",
                    "token_uri": f"{self.url}/token",
                }
            )
        )
        return path

    def settings(self):
        """Variables that lead the program here."""
        names = ("STORAGE", "KMS", "SECRET_MANAGER", "METADATA")
        return {f"MAINSTAY__SECRETS__GOOGLE_{name}_URL": self.url for name in names}

    # --- the services ---

    def _token(self):
        token = "ya29." + os.urandom(12).hex()
        self.tokens.add(token)
        return {"access_token": token, "expires_in": TOKEN_LIFE, "token_type": "Bearer"}

    def metadata(self, request):
        if request.headers["Metadata-Flavor"] != "Google":
            raise refusal(403, "MISSING_FLAVOR")
        return self._token()

    def token(self, request):
        form = urllib.parse.parse_qs(request.content.decode())
        assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
        head, claim, signature = form["assertion"][0].split(".")
        try:
            self.account_key.public_key().verify(
                unpadded(signature), f"{head}.{claim}".encode(), padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            raise refusal(400, "invalid_grant") from None
        told = json.loads(unpadded(claim))
        now = time.time()
        well = (
            json.loads(unpadded(head))["alg"] == "RS256"
            and told["iss"] == "app@p.iam.gserviceaccount.com"
            and told["aud"] == f"{self.url}/token"
            and told["scope"] == "https://www.googleapis.com/auth/cloud-platform"
            and told["iat"] <= now + 5 < told["exp"] <= told["iat"] + 3600
        )
        if not well:
            raise refusal(400, "invalid_grant")
        return self._token()

    def _authorize(self, request):
        scheme, _, token = (request.headers["Authorization"] or "").partition(" ")
        if scheme != "Bearer" or token not in self.tokens:
            raise refusal(401, "UNAUTHENTICATED")

    def storage(self, request):
        self._authorize(request)
        url = urllib.parse.urlsplit(request.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        bucket, _, name = url.path.removeprefix("/storage/v1/b/").partition("/o/")
        name = urllib.parse.unquote(name)
        wanted = query.get("generation")
        for generation, content, metadata in reversed(self.objects.get((bucket, name), [])):
            if wanted in (None, str(generation)):
                if query.get("alt") == "media":
                    return content
                kind = {"kind": "storage#object", "name": name, "generation": str(generation)}
                return {**kind, **({"metadata": metadata} if metadata else {})}
        raise refusal(404, "NOT_FOUND")

    def kms(self, request):
        self._authorize(request)
        asked = json.loads(request.content)
        sealed = base64.b64decode(asked["ciphertext"])
        extra = base64.b64decode(asked["additionalAuthenticatedData"])
        if request.path != f"/v1/{KMS_KEY}:decrypt":
            raise refusal(404, "NOT_FOUND")
        try:
            return {"plaintext": b64(self._kms.decrypt(sealed[:12], sealed[12:], extra))}
        except InvalidTag:
            raise refusal(400, "INVALID_ARGUMENT") from None

    def secret_manager(self, request):
        self._authorize(request)
        _, _, _, project, _, name, _, version = request.path.split("/")
        payloads = self.versions.get((urllib.parse.unquote(project), name), [])
        version = version.removesuffix(":access")
        number = len(payloads) if version == "latest" else int(version)
        if not 1 <= number <= len(payloads):
            raise refusal(404, "NOT_FOUND")
        path = f"projects/{project}/secrets/{name}/versions/{number}"
        return {"name": path, "payload": {"data": b64(payloads[number - 1])}}

    def _service(self, method, path):
        for service, verb, start in (
            ("metadata", "GET", "/computeMetadata/v1/instance/service-accounts/default/token"),
            ("token", "POST", "/token"),
            ("storage", "GET", "/storage/v1/b/"),
            ("kms", "POST", "/v1/projects/"),
            ("secret_manager", "GET", "/v1/projects/"),
        ):
            if method == verb and path.startswith(start):
                return service
        raise refusal(404, "UNKNOWN")

    def _answer(self, request, method):
        service = self._service(method, request.path)
        self.requests.append((service, method, request.path))
        waiting = self.hostile.get(service, [])
        unusual = waiting.pop(0) if waiting else None
        if unusual:
            return unusual(getattr(self, service), request)
        return getattr(self, service)(request)

    def _handler(fake):  # noqa: N805
        class Handler(BaseHTTPRequestHandler):
            def respond(self, method):
                size = int(self.headers["Content-Length"] or 0)
                self.content = self.rfile.read(size)
                try:
                    status, headers, body = 200, {}, fake._answer(self, method)
                except Answer as answer:
                    status, headers, body = answer.status, answer.headers, answer.body
                if body is None:
                    return  # the connection closes without an answer
                if not isinstance(body, bytes):
                    body = json.dumps(body).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass  # the client has had enough

            def do_GET(self):  # noqa: N802
                self.respond("GET")

            def do_POST(self):  # noqa: N802
                self.respond("POST")

            def log_message(self, *_):
                pass

        return Handler
