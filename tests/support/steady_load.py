"""Clients that call without a pause and count what happens: load for restarts.

They keep to HTTP/1.1: honour `Connection: close`, and send a request again only when a connection
that has answered before was closed before a byte of this answer. Everything else is a failure.
"""

import socket
import ssl
import threading
import urllib.parse


class Ended(Exception):
    """The connection ended before a byte of the answer."""


class Link:
    """One connection, byte by byte."""

    def __init__(self, host, port, trust=None):
        self.socket = socket.create_connection((host, port), timeout=30)
        if trust:
            self.socket = trust.wrap_socket(self.socket, server_hostname="localhost")
        self.input = b""
        self.answers = 0

    def send(self, data):
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # an answer that was sent before is read all the same

    def read(self):
        """The next answer: its status, and whether the connection ends with it."""
        head = self.until(b"\r\n\r\n")
        lines = head.decode().lower().split("\r\n")
        fields = dict(line.split(": ", 1) for line in lines[1:] if line)
        length = int(fields.get("content-length", 0))
        while len(self.input) < length:
            self.more()
        self.input = self.input[length:]
        self.answers += 1
        return int(lines[0].split()[1]), fields.get("connection") == "close"

    def until(self, end):
        while end not in self.input:
            self.more()
        found, self.input = self.input.split(end, 1)
        return found

    def more(self):
        try:
            got = self.socket.recv(65536)
        except ConnectionResetError:
            got = b""
        if not got:
            if self.input:
                raise AssertionError(f"the answer was cut: {self.input[:80]!r}")
            raise Ended
        self.input += got

    def close(self):
        self.socket.close()


class Worker:
    """Sends one request again and again: `pipeline` at a time, over connections of at most `each`
    requests."""

    def __init__(self, base_url, request, pipeline=1, each=10**9, cafile=None):
        url = urllib.parse.urlsplit(base_url)
        self.place = (url.hostname, url.port)
        self.trust = ssl.create_default_context(cafile=cafile) if cafile else None
        self.request = request
        self.pipeline = pipeline
        self.each = each
        self.sent = self.acknowledged = self.again = self.connections = 0
        self.failures = []
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        while not self.stopping.is_set() and not self.failures:
            try:
                self.serve_one_connection()
            except Exception as failure:  # whatever it is, the test shows it
                self.failures.append(repr(failure))

    def serve_one_connection(self):
        link = Link(*self.place, self.trust)
        self.connections += 1
        try:
            while not self.stopping.is_set() and link.answers < self.each:
                self.sent += self.pipeline
                link.send(self.request * self.pipeline)
                if self.take_answers(link):
                    return
        finally:
            link.close()

    def take_answers(self, link):
        """True when the connection is over."""
        for left in range(self.pipeline, 0, -1):
            try:
                status, last = link.read()
            except Ended:
                if link.answers == 0:
                    raise AssertionError("a new connection was closed without an answer") from None
                self.again += left
                return True
            if status != 200:
                raise AssertionError(f"status {status}")
            self.acknowledged += 1
            if last:
                self.again += left - 1
                return True
        return False


class Load:
    def __init__(self, workers):
        self.workers = workers

    def __enter__(self):
        for worker in self.workers:
            worker.thread.start()
        return self

    def __exit__(self, *_):
        for worker in self.workers:
            worker.stopping.set()
        for worker in self.workers:
            worker.thread.join(60)

    @property
    def failures(self):
        return [failure for worker in self.workers for failure in worker.failures]

    @property
    def acknowledged(self):
        return sum(worker.acknowledged for worker in self.workers)
