"""The binary under test: its commands, and `mainstay serve` as a process on a port of its own."""

import os
import re
import socket
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

from support import stores

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30
STOP_SECONDS = 20
LISTENING = re.compile(r"^mainstay: listening on (https?://\S+:\d+)$", re.MULTILINE)
CREDENTIALS = {"CONFIG_INTERNAL_API_USER": "test", "CONFIG_INTERNAL_API_PASSWORD": "test"}
NO_CREDENTIALS = dict.fromkeys(CREDENTIALS)


def binary():
    path = Path(os.environ.get("MAINSTAY_BINARY", ROOT / "build/debug/mainstay"))
    if not path.is_file():
        raise FileNotFoundError(f"{path}: build it with ./dev build, or set MAINSTAY_BINARY")
    return path.resolve()


def clean_environment(variables, data=None):
    """Ours without what would steer the server, then the tests' own credentials, a small journal,
    quick to read after a kill, and the engine wanted for a server on `data`, then `variables`; one
    that is None is left out."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAINSTAY_", "CONFIG_", "PORT", "DATABASE_URL"))
    }
    engine = stores.variables(data) if data else {}
    small = {"MAINSTAY__JOURNAL__SEGMENT_BYTES": "1MiB"}
    every = {**ours, **small, **CREDENTIALS, **engine, **(variables or {})}
    return {name: value for name, value in every.items() if value is not None}


def data_of(folder, arguments):
    """The data folder of a command: what --data says, or the one of a Server in `folder`."""
    texts = list(map(str, arguments))
    return texts[texts.index("--data") + 1] if "--data" in texts else Path(folder) / "data"


def run(folder, *arguments, variables=None, timeout=60, typed=None):
    """Runs a command of the binary to its end, in `folder`; `stdout` is all that it said, `typed`
    what it reads."""
    return subprocess.run(
        [binary(), *map(str, arguments)],
        cwd=folder,
        env=clean_environment(variables, data_of(folder, arguments)),
        **({"stdin": subprocess.DEVNULL} if typed is None else {"input": typed}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        text=True,
        errors="replace",
    )


def accepts(base_url):
    """Whether anybody listens there."""
    url = urllib.parse.urlsplit(base_url)
    try:
        with socket.create_connection((url.hostname, url.port), timeout=2):
            return True
    except OSError:
        return False


def wait_until(condition, seconds, what):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds} s"
        time.sleep(0.005)


class Server:
    """`mainstay serve` in `folder`, where it finds no settings files but the test's own; its data
    is in `folder/data`, or with `data=False` wherever it puts it itself.

    It can be started again after its end, on the same data. It then listens on another port of the
    kernel's choice: `base_url` is that of the last start. `port` None leaves the port to
    `arguments`; `program` is a copy of the binary; `options` go to Popen.
    """

    def __init__(
        self,
        folder,
        *arguments,
        environment="test",
        variables=None,
        port=0,
        data=True,
        program=None,
        **options,
    ):
        self.folder = Path(folder)
        self.data = Path(data_of(folder, arguments))
        self.base_url = None
        self.process = None
        listen = [] if port is None else ["--port", port]
        place = ["--data", self.data] if data else []
        self._command = ["serve", "--env", environment, *place, *listen, *arguments]
        self._program = program or binary()
        self._variables = variables
        self._options = options
        self._said = None

    @property
    def port(self):
        return urllib.parse.urlsplit(self.base_url).port

    @property
    def addresses(self):
        """Of all its listeners, the common one first."""
        return LISTENING.findall(self.output())

    def output(self):
        """What it has said since its last start."""
        return Path(self._said).read_text(errors="replace")

    def says(self, *texts):
        """Waits until it has said all of them: its log is written by a thread of its own."""
        for text in texts:
            wait_until(lambda text=text: text in self.output(), START_SECONDS, text)

    def spawn(self):
        """Returns at once: whether it starts is seen by `start`, or by `ended`."""
        descriptor, self._said = tempfile.mkstemp(".txt", "output-", self.folder)
        with open(descriptor, "wb") as output:
            self.process = subprocess.Popen(
                [self._program, *map(str, self._command)],
                cwd=self.folder,
                env=clean_environment(self._variables, self.data),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                **self._options,
            )
        return self

    def start(self):
        """Returns when it answers."""
        self.spawn()
        deadline = time.monotonic() + START_SECONDS
        try:
            while not self._listens():
                assert time.monotonic() < deadline, f"it does not listen:\n{self.output()}"
                time.sleep(0.005)
        except BaseException:
            self.kill()
            raise
        return self

    def _listens(self):
        code = self.process.poll()
        found = LISTENING.search(self.output())
        assert found or code is None, f"the server ended with {code}:\n{self.output()}"
        self.base_url = found[1] if found else None
        return found

    def terminate(self):
        """SIGTERM: it answers what it has begun, then ends."""
        self.process.terminate()

    def ended(self, seconds=STOP_SECONDS):
        """Its exit code; it must end by itself in time."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"it ran for {seconds} s more:\n{self.output()}") from None

    def stop(self):
        """SIGTERM; its exit code. Harmless when it has ended."""
        self.terminate()
        return self.ended()

    def kill(self):
        """SIGKILL, as a crash would; the data stays."""
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, failure, *_):
        if failure:
            self.kill()
        elif self.process.poll() is None:
            code = self.stop()
            assert code == 0, f"the server ended with {code}:\n{self.output()}"


def refused(folder, *arguments, seconds=20, **options):
    """Runs `serve`, which must end by itself and not with 0 or a signal; answers what it said."""
    server = Server(folder, *arguments, **options).spawn()
    code = server.ended(seconds)
    assert code > 0, f"{code}: {server.output()}"
    assert server.output().strip(), "no message"
    return server.output()
