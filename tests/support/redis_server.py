"""Debian's Redis for tests, and a writer of apisonator's layout (keys, sets and counters)."""

import shutil
import socket
import subprocess
from datetime import datetime, timedelta, timezone

from support.server import wait_until


def missing():
    return None if shutil.which("redis-server") else "redis-server is not installed"


class Redis:
    """A Redis in `folder`, on a socket there and on no port; ended with the block."""

    def __init__(self, folder, *arguments):
        self.path = folder / "redis.sock"
        self.url = f"unix://{self.path}"
        self._command = [
            "redis-server", "--port", "0", "--unixsocket", self.path, "--dir", folder,
            "--save", "", "--appendonly", "no", *arguments,
        ]
        self._log = folder / "redis.log"
        self._process = None
        self._socket = None
        self._file = None

    def __enter__(self):
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [str(word) for word in self._command], stdout=log, stderr=log
            )
        wait_until(self._answers, 20, "redis-server does not listen")
        return self

    def _answers(self):
        assert self._process.poll() is None, self._log.read_text()
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(20)
        try:
            connection.connect(str(self.path))
        except OSError:
            connection.close()
            return False
        self._socket = connection
        self._file = connection.makefile("rb")
        return True

    def __exit__(self, *_):
        self._file.close()
        self._socket.close()
        self._process.terminate()
        self._process.wait(20)

    def call(self, *words):
        return self.pipeline([words])[0]

    def pipeline(self, commands):
        sent = b""
        for words in commands:
            encoded = [str(word).encode() for word in words]
            sent += b"*%d\r\n" % len(encoded)
            sent += b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
        self._socket.sendall(sent)
        return [self._reply() for _ in commands]

    def _reply(self):
        line = self._file.readline()[:-2].decode()
        kind, rest = line[0], line[1:]
        assert kind != "-", rest
        if kind == "*":
            return [self._reply() for _ in range(int(rest))]
        if kind == "$":
            return None if rest == "-1" else self._file.read(int(rest) + 2)[:-2].decode()
        return int(rest) if kind == ":" else rest


def encoded(text):
    """As apisonator puts ids into keys."""
    return text.replace(" ", "+")


def window_begin(period, at):
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "minute": at.replace(second=0, microsecond=0),
        "hour": at.replace(minute=0, second=0, microsecond=0),
        "day": day,
        "week": day - timedelta(days=day.weekday()),
        "month": day.replace(day=1),
        "year": day.replace(month=1, day=1),
    }[period]


def compact(begin):
    """%Y%m%d%H%M%S without the zeros at the end of the time of day."""
    return begin.strftime("%Y%m%d") + begin.strftime("%H%M%S").rstrip("0")


class Layout:
    """Collects commands that write what apisonator would have; `write()` sends them."""

    def __init__(self, redis):
        self.redis = redis
        self.commands = []

    def add(self, *words):
        self.commands.append(words)

    def write(self):
        self.redis.pipeline(self.commands)
        self.commands = []

    def service(self, service, provider, default=False, version="1", state="active"):
        at = f"service/id:{encoded(service)}"
        self.add("SET", f"{at}/provider_key", provider)
        self.add("SET", f"{at}/state", state)
        self.add("SET", f"{at}/referrer_filters_required", "0")
        if version is not None:
            self.add("SET", f"{at}/backend_version", version)
        self.add("SADD", f"service/provider_key:{encoded(provider)}/ids", service)
        if default:
            self.add("SET", f"service/provider_key:{encoded(provider)}/id", service)
        self.add("SADD", "services_set", service)
        self.add("SADD", "provider_keys_set", provider)

    def token(self, token, service):
        self.add("HSET", f"service_token/token:{token}/service_id:{encoded(service)}",
                 "permissions", "")

    def metric(self, service, metric, name, parent=None):
        at = f"metric/service_id:{encoded(service)}"
        self.add("SET", f"{at}/name:{encoded(name)}/id", metric)
        self.add("SET", f"{at}/id:{encoded(metric)}/name", name)
        if parent:
            self.add("SET", f"{at}/id:{encoded(metric)}/parent_id", parent)
        self.add("SADD", f"metrics/service_id:{encoded(service)}/ids", metric)

    def application(self, service, app, plan="p1", state="active", keys=(), filters=(), url=None):
        at = f"application/service_id:{encoded(service)}/id:{encoded(app)}"
        self.add("SET", f"{at}/state", state)
        self.add("SET", f"{at}/plan_id", plan)
        self.add("SET", f"{at}/plan_name", "Plan " + plan)
        if url:
            self.add("SET", f"{at}/redirect_url", url)
        for key in keys:
            self.add("SADD", f"{at}/keys", key)
        for one in filters:
            self.add("SADD", f"{at}/referrer_filters", one)
        self.add("SADD", f"service_id:{encoded(service)}/applications", app)

    def user_key(self, service, key, app):
        self.add("SET", f"application/service_id:{encoded(service)}/key:{encoded(key)}/id", app)

    def limit(self, service, plan, metric, period, value):
        at = f"usage_limit/service_id:{encoded(service)}/plan_id:{encoded(plan)}"
        self.add("SET", f"{at}/metric_id:{encoded(metric)}/{period}", value)

    def alert_limit(self, service, value):
        self.add("SADD", f"alerts/service_id:{encoded(service)}/allowed_set", value)

    def count(self, service, app, what, at, value):
        """What the worker writes for one report of `value`; `what`: metric:M or response_code:C."""
        of_service = f"stats/{{service:{encoded(service)}}}"
        of_app = f"{of_service}/cinstance:{encoded(app)}"
        for period in ("eternity", "month", "week", "day", "hour", "year", "minute"):
            mark = "" if period == "eternity" else ":" + compact(window_begin(period, at))
            self.add("INCRBY", f"{of_app}/{encoded(what)}/{period}{mark}", value)
            if period not in ("year", "minute"):
                self.add("INCRBY", f"{of_service}/{encoded(what)}/{period}{mark}", value)
        self.add("SADD", f"{of_service}/cinstances", app)


def utc(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc)
