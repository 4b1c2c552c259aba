#!/usr/bin/env python3
"""Golden wire tests: what is sent and what must come back, as text. Standard library only.

usage: golden.py --base-url URL [--update] FILE...

A .wire file holds exchanges, separated by a line of ten equals signs:

    # what this shows
    POST /transactions.xml
    Content-Type: application/x-www-form-urlencoded

    service_id=1&transactions[0][user_key]=k
    ----------
    202
    Content-Type: application/xml
    !Set-Cookie

    <status>...</status>

The request: a line METHOD TARGET, header lines, a blank line, the body. Added unless the block has
them: Host, Connection: close, Content-Length with a body, and Authorization (Basic test:test) below
/internal. `!Name` leaves such a header out, as `Authorization: none` does.

The answer: the status, headers that must match (others do not matter; `!Name` must be absent), a
blank line and the exact body. No blank line: the body is empty. `<any>` stands for any text,
`<num>` for a number. `# setup` above a request whose answer is left out: any 2xx will do; when a
setup fails, the rest of the file is not run.

The newline before a separator is not part of a body; an empty last line makes a body end in one.
`\\xNN` is a byte; other backslashes are themselves. `--update` rewrites answers that do not match.
"""

import argparse
import base64
import difflib
import os
import re
import socket
import sys
from dataclasses import dataclass, field
from urllib.parse import urlsplit

EXCHANGE_LINE = "=" * 10
ANSWER_LINE = "-" * 10
TIMEOUT_SECONDS = 10
ANSWER_BYTES_MAX = 64 << 20


class FormatError(Exception):
    """A .wire file that cannot be read, or an answer that is no HTTP."""


# --- text and bytes ------------------------------------------------------------------------------

def to_bytes(text):
    """UTF-8, with every \\xNN as that byte."""
    return re.sub(rb"\\x([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]),
                  text.encode("utf-8"))


def to_text(data):
    """The reverse: printable UTF-8 and newlines as they are, everything else as \\xNN."""
    text = data.decode("utf-8", "surrogateescape")
    text = re.sub(r"\\(?=x[0-9A-Fa-f]{2})", r"\\x5c", text)
    text = re.sub(r"[^\n\x20-\U0010ffff]|[\x7f-\x9f]|[\udc80-\udcff]", hexadecimal, text)
    # A body line may not look like one of ours.
    return re.sub(r"^([=-])(?=\1{9}$)", hexadecimal, text, flags=re.MULTILINE)


def hexadecimal(match):
    return "".join(f"\\x{byte:02x}" for byte in match[0].encode("utf-8", "surrogateescape"))


WILDCARDS = {"<any>": r".*", "<num>": r"-?\d+(?:\.\d+)?"}


def matches(expected, actual):
    parts = re.split("(<any>|<num>)", expected)
    pattern = "".join(WILDCARDS.get(part) or re.escape(part) for part in parts)
    return re.fullmatch(pattern, actual, re.DOTALL) is not None


# --- the file ------------------------------------------------------------------------------------

@dataclass
class Message:
    """One block: first line, headers as (name, value) with None for `!Name`, and the body."""

    first: str
    headers: list = field(default_factory=list)
    body: str = ""

    def header(self, name):
        """The value, None behind `!Name`, "" when the block does not speak of it."""
        return next((value for known, value in self.headers if known.lower() == name.lower()), "")


@dataclass
class Exchange:
    line: int
    comments: list
    request: Message
    answer: Message  # None: to be written by --update, or any 2xx for a setup
    request_lines: list

    @property
    def is_setup(self):
        return any(re.match(r"#\s*setup\b", comment) for comment in self.comments)


def parse_message(lines, line):
    message = Message(lines[0])
    for number, text in enumerate(lines[1:], 1):
        if text == "":
            message.body = "\n".join(lines[number + 1:])
            return message
        match = re.fullmatch(r"!([^\s:]+)|([^\s:]+):\s*(.*)", text)
        if not match:
            raise FormatError(f"line {line + number}: neither a header nor a blank line: {text}")
        message.headers.append((match[1], None) if match[1] else (match[2], match[3]))
    return message


def parse_exchange(lines, line):
    comments = []
    while lines and (lines[0] == "" or lines[0].startswith("#")):
        comments.append(lines[0])
        lines, line = lines[1:], line + 1
    if not lines:
        raise FormatError(f"line {line}: an exchange without a request")
    if lines.count(ANSWER_LINE) > 1:
        raise FormatError(f"line {line}: two answers in one exchange")
    split = lines.index(ANSWER_LINE) if ANSWER_LINE in lines else len(lines)
    request = parse_message(lines[:split] or [""], line)
    if not re.fullmatch(r"[^ ]+ [^ ].*", request.first):
        raise FormatError(f"line {line}: not METHOD TARGET: {request.first}")
    answer = None
    if lines[split + 1:]:
        answer = parse_message(lines[split + 1:], line + split + 1)
        if not re.fullmatch(r"\d{3}", answer.first):
            raise FormatError(f"line {line + split + 1}: not a status: {answer.first}")
    return Exchange(line, comments, request, answer, lines[:split])


def parse(text):
    """The exchanges of a file's text."""
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    exchanges, block, start = [], [], 1
    for number, line in enumerate([*lines, EXCHANGE_LINE], 1):
        if line == EXCHANGE_LINE:
            exchanges.append(parse_exchange(block, start))
            block, start = [], number + 1
        else:
            block.append(line)
    return exchanges


def render_message(message):
    lines = [message.first]
    lines += [f"!{name}" if value is None else f"{name}: {value}"
              for name, value in message.headers]
    return "\n".join(lines) + ("\n\n" + message.body if message.body else "")


def render(exchanges):
    blocks = []
    for exchange in exchanges:
        block = "\n".join([*exchange.comments, *exchange.request_lines])
        if exchange.answer is not None:
            block += f"\n{ANSWER_LINE}\n{render_message(exchange.answer)}"
        blocks.append(block)
    return f"\n{EXCHANGE_LINE}\n".join(blocks) + "\n"


# --- the wire ------------------------------------------------------------------------------------

def credentials():
    user = os.environ.get("CONFIG_INTERNAL_API_USER", "test")
    password = os.environ.get("CONFIG_INTERNAL_API_PASSWORD", "test")
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def request_bytes(request, host):
    target = request.first.split(" ", 1)[1]
    body = to_bytes(request.body)
    added = [("Host", host), ("Connection", "close")]
    if body and request.header("Transfer-Encoding") == "":
        added.append(("Content-Length", str(len(body))))
    if re.match(r"/internal(/|\?|$)", target):
        added.append(("Authorization", credentials()))
    lines = [f"{request.first} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in added if request.header(name) == ""]
    lines += [f"{name}: {value}" for name, value in request.headers
              if value is not None and (name.lower(), value) != ("authorization", "none")]
    return b"".join(to_bytes(line) + b"\r\n" for line in lines) + b"\r\n" + body


def dechunked(data):
    body = b""
    while True:
        size, found, data = data.partition(b"\r\n")
        if not found:
            raise FormatError("the answer ends inside a chunk")
        count = int(size.split(b";")[0], 16)
        if count == 0:
            return body
        if data[count:count + 2] != b"\r\n":
            raise FormatError("a chunk of the answer does not end where it says")
        body, data = body + data[:count], data[count + 2:]


def parse_answer(data, method):
    """An answer's bytes as a Message; interim answers (1xx) before it are passed over."""
    head, found, rest = data.partition(b"\r\n\r\n")
    lines = to_text(head.replace(b"\r\n", b"\n")).split("\n")
    match = re.match(r"HTTP/1\.[01] (\d{3})", lines[0])
    if not found or not match:
        raise FormatError(f"no HTTP answer: {to_text(data[:200]) or 'the connection was closed'}")
    if match[1].startswith("1"):
        return parse_answer(rest, method)
    message = Message(match[1])
    for line in lines[1:]:
        name, _, value = line.partition(":")
        message.headers.append((name, value.strip()))
    if message.header("Transfer-Encoding").lower() == "chunked":
        rest = dechunked(rest)
    elif message.header("Content-Length") and method != "HEAD":
        length = int(message.header("Content-Length"))
        if length != len(rest):
            raise FormatError(f"Content-Length is {length}, the body has {len(rest)} bytes")
    message.body = to_text(rest)
    return message


def is_complete(data, method):
    """Whether a connection that stays open has sent the whole answer."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return False
    if head.startswith((b"HTTP/1.1 1", b"HTTP/1.0 1")):
        return is_complete(rest, method)
    if method == "HEAD" or re.match(rb"HTTP/1\.[01] (204|304)", head):
        return True
    if re.search(rb"^transfer-encoding:\s*chunked", head, re.IGNORECASE | re.MULTILINE):
        return rest.endswith(b"0\r\n\r\n")
    length = re.search(rb"^content-length:\s*(\d+)", head, re.IGNORECASE | re.MULTILINE)
    return length is not None and len(rest) >= int(length[1])


def exchange_bytes(base_url, data, method, keeps_open):
    url = urlsplit(base_url)
    if url.scheme != "http" or not url.hostname:
        raise FormatError(f"not a plain http:// address: {base_url}")
    with socket.create_connection((url.hostname, url.port or 80), TIMEOUT_SECONDS) as connection:
        connection.sendall(data)
        received = b""
        while not (keeps_open and is_complete(received, method)):
            part = connection.recv(65536)
            if not part:
                break
            received += part
            if len(received) > ANSWER_BYTES_MAX:
                raise FormatError(f"an answer of more than {ANSWER_BYTES_MAX} bytes")
    return received


def send(base_url, request):
    """The answer to `request`, a Message. Raises OSError or FormatError."""
    method = request.first.split(" ", 1)[0]
    connection = request.header("Connection")  # "": ours, which is close
    keeps_open = connection != "" and (connection or "").lower() != "close"
    data = request_bytes(request, urlsplit(base_url).netloc)
    return parse_answer(exchange_bytes(base_url, data, method, keeps_open), method)


# --- comparing -----------------------------------------------------------------------------------

def actual_headers(expected, actual):
    """The headers that `expected` speaks of, as `actual` has them."""
    result = []
    for name, value in expected.headers:
        values = [v for known, v in actual.headers if known.lower() == name.lower()]
        found = ", ".join(values) if values else None
        same = found is value if None in (found, value) else matches(value, found)
        result.append((name, value if same else found))
    return result


def actual_body(expected, actual):
    """`actual`'s body; where only some lines differ, the others keep their wildcards."""
    if matches(expected, actual):
        return expected
    old, new = expected.split("\n"), actual.split("\n")
    if len(old) != len(new):
        return actual
    return "\n".join(was if matches(was, now) else now for was, now in zip(old, new))


def updated(expected, actual):
    """What the file should say: `expected` itself where it matches."""
    if expected is None:
        shown = [(name, value) for name, value in actual.headers if name.lower() == "content-type"]
        return Message(actual.first, shown, actual.body)
    return Message(actual.first, actual_headers(expected, actual),
                   actual_body(expected.body, actual.body))


def difference(exchange, actual):
    """None when the answer is as expected, else a diff of expected and actual."""
    expected = exchange.answer
    if expected is None:
        if exchange.is_setup and actual.first.startswith("2"):
            return None
        return f"no answer in the file (--update writes it); got:\n{render_message(actual)}"
    wanted, got = render_message(expected), render_message(updated(expected, actual))
    if wanted == got:
        return None
    lines = difflib.unified_diff(wanted.split("\n"), got.split("\n"), "expected", "answered",
                                 lineterm="")
    return "\n".join(lines)


def run_text(text, base_url, update=False):
    """(failures, text): runs the exchanges in order; with `update` the text has the new answers."""
    exchanges, failures = parse(text), []
    for exchange in exchanges:
        try:
            actual = send(base_url, exchange.request)
        except (OSError, FormatError, ValueError) as error:
            problem = f"{type(error).__name__}: {error}"
            actual = None
        else:
            problem = difference(exchange, actual)
        if problem is None:
            continue
        if update and actual is not None and not exchange.is_setup:
            exchange.answer = updated(exchange.answer, actual)
            continue
        failures.append(f"line {exchange.line}: {exchange.request.first}\n{problem}")
        if exchange.is_setup:
            failures.append("the setup failed: the rest of the file was not run")
            break
    return failures, render(exchanges) if update else text


def run_file(path, base_url, update=False):
    """The failures of one file, each as text; none is success."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read()
    try:
        failures, new_text = run_text(text, base_url, update)
    except FormatError as error:
        return [f"{path}: {error}"]
    if new_text != text:
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(new_text)
    return [f"{path}: {failure}" for failure in failures]


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base-url", required=True, metavar="URL")
    parser.add_argument("--update", action="store_true", help="rewrite answers that do not match")
    parser.add_argument("files", nargs="+", metavar="FILE")
    options = parser.parse_args(arguments)
    failed = 0
    for path in options.files:
        failures = run_file(path, options.base_url, options.update)
        failed += bool(failures)
        print("\n".join(failures) if failures else f"ok {path}")
    print(f"wire: {len(options.files) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
