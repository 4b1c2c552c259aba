"""WebSocket connections byte by byte: what RFC 6455 and 7692 forbid, and how they end."""

import signal
import zlib

import pytest

from support.certificates import Certificates
from support.server import Server
from support.ws_client import (
    ACCEPT,
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
    WebSocket,
    close_frame,
    frame,
    handshake,
)

PATH = "/demo/ws"
ECHO = ("--set", "apps.demo.echo=true")
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
RSV1 = 4


@pytest.fixture(scope="module")
def echo(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("ws"), *ECHO) as server:
        yield server


@pytest.fixture
def link(echo):
    with WebSocket(echo.base_url) as opened:
        assert " 101 " in opened.open(PATH)
        yield opened


def deflated(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(data):
    return zlib.decompressobj(-15).decompress(data + b"\x00\x00\xff\xff")


def test_upgrade_on_a_connection_that_was_used_with_frames_right_behind(echo):
    with WebSocket(echo.base_url) as link:
        link.send(b"GET /demo/echo HTTP/1.1\r\nHost: a\r\n\r\n")
        head = link.read_head()
        assert " 200 " in head
        assert link.read_bytes(head).startswith(b"{")
        head = link.open(PATH, "Sec-WebSocket-Protocol: one, two", more=frame(TEXT, b"early"))
        assert head.startswith("HTTP/1.1 101 Switching Protocols\r\n")
        assert f"Sec-WebSocket-Accept: {ACCEPT}" in head
        assert "Sec-WebSocket-Protocol: one" in head
        assert "Content-Length" not in head and "Sec-WebSocket-Extensions" not in head
        assert link.read() == (TEXT, b"early", False)


@pytest.mark.parametrize(
    "request_bytes, status, code",
    [
        (b"GET /demo/ws HTTP/1.1\r\nHost: a\r\n\r\n", 426, "upgrade_required"),
        (handshake(PATH).replace(b"HTTP/1.1", b"HTTP/1.0"), 426, "upgrade_required"),
        (handshake(PATH).replace(b": 13", b": 8"), 426, "websocket_version"),
        (handshake(PATH, key="c2hvcnQ="), 400, "handshake_invalid"),
        (handshake(PATH, "Sec-WebSocket-Extensions: a; b="), 400, "handshake_invalid"),
        (handshake(PATH, "Origin: https://elsewhere"), 403, "origin_refused"),
        (handshake("/demo/nothing"), 404, "not_found"),
        (handshake(PATH).replace(b"GET", b"POST"), 405, "method_not_allowed"),
    ],
)
def test_handshakes_that_are_refused(echo, request_bytes, status, code):
    with WebSocket(echo.base_url) as link:
        link.send(request_bytes)
        head = link.read_head()
        assert f" {status} " in head.split("\r\n")[0]
        assert ("Sec-WebSocket-Version: 13" in head) == (status == 426)
        assert code in link.read_bytes(head).decode()


@pytest.mark.parametrize(
    "name, data, code",
    [
        ("not masked", frame(TEXT, b"a", mask=b""), 1002),
        ("RSV1", frame(TEXT, b"a", rsv=4), 1002),
        ("RSV2", frame(TEXT, b"a", rsv=2), 1002),
        ("RSV3 of a ping", frame(PING, b"a", rsv=1), 1002),
        ("a reserved opcode", frame(3), 1002),
        ("a reserved control", frame(11), 1002),
        ("a ping in fragments", frame(PING, final=False), 1002),
        ("a long ping", frame(PING, b"a" * 126), 1002),
        ("a continuation of nothing", frame(CONTINUATION, b"a"), 1002),
        ("a message within one", frame(TEXT, b"a", final=False) + frame(TEXT, b"b"), 1002),
        ("a length of too many bytes", b"\x82\xfe\x00\x7d" + b"\0" * 4, 1002),
        ("a length below zero", b"\x82\xff" + b"\xff" * 8 + b"\0" * 4, 1002),
        ("a close of one byte", frame(CLOSE, b"\x03"), 1002),
        ("a close with 1005", close_frame(1005), 1002),
        ("a close with 999", close_frame(999), 1002),
        ("a close whose reason is not UTF-8", close_frame(1000, b"\xff"), 1007),
        ("text that is not UTF-8", frame(TEXT, b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80"), 1007),
        ("text that breaks off", frame(TEXT, b"\xce"), 1007),
        ("bad text, the rest of which never comes", frame(TEXT, b"\xff" * 300)[:40], 1007),
        ("bad text in the second fragment",
         frame(TEXT, b"\xe2\x82", final=False) + frame(CONTINUATION, b"a", final=False), 1007),
        ("a message that is too large", b"\x82\xff\0\0\1" + b"\0" * 9, 1009),
        ("fragments that are too large",
         frame(BINARY, b"a" * (1 << 20), final=False) + frame(CONTINUATION, b"b"), 1009),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_violations_are_closed_with_their_code_and_end_it(link, name, data, code):
    link.send(frame(TEXT, b"before") + data + frame(TEXT, b"behind"))
    assert link.read() == (TEXT, b"before", False)
    assert link.read_close() == code, name
    assert link.at_end()


def test_fragments_with_controls_between_them_byte_by_byte(link):
    data = (
        frame(TEXT, "h\u00e9".encode()[:2], final=False)
        + frame(PING, b"between")
        + frame(CONTINUATION, "h\u00e9".encode()[2:], final=False)
        + frame(PONG, b"unasked")
        + frame(CONTINUATION, b"!")
    )
    for byte in data:
        link.send(bytes([byte]))
    assert link.read() == (PONG, b"between", False)
    assert link.read() == (TEXT, "h\u00e9!".encode(), False)


def test_sizes_around_the_forms_of_lengths_and_the_largest_message(link):
    for size in (0, 125, 126, 65535, 65536, 1 << 20):
        link.send(frame(BINARY, b"z" * size))
        assert link.read() == (BINARY, b"z" * size, False)


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1011, 3000, 4999])
def test_a_close_is_answered_with_its_code(link, code):
    link.send(close_frame(code, b"why") + frame(TEXT, b"behind"))
    assert link.read_close() == code
    assert link.at_end()


def test_a_close_without_a_code_and_a_close_by_the_server(echo, link):
    link.send(frame(CLOSE))
    assert link.read() == (CLOSE, b"", False)
    assert link.at_end()
    with WebSocket(echo.base_url) as second:
        second.open(PATH)
        second.send(frame(TEXT, b"close 4321 as asked"))
        assert second.read() == (CLOSE, (4321).to_bytes(2, "big") + b"as asked", False)
        second.send(frame(TEXT, b"not answered") + close_frame(4321))
        assert second.at_end()


def test_compression_both_ways_with_fragments_and_a_bomb(echo):
    with WebSocket(echo.base_url) as link:
        head = link.open(PATH, DEFLATE)
        assert (
            "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
            "client_no_context_takeover\r\n" in head + "\r\n"
        )
        text = b"the same again and " * 100
        packed = deflated(text)
        link.send(frame(TEXT, packed[:5], final=False, rsv=RSV1) + frame(PING))
        link.send(frame(CONTINUATION, packed[5:]))
        assert link.read() == (PONG, b"", False)
        opcode, payload, compressed = link.read()
        assert (opcode, compressed) == (TEXT, True)
        assert len(payload) < 200 and inflated(payload) == text
        link.send(frame(TEXT, b"plain is fine") + frame(TEXT, deflated(b"short"), rsv=RSV1))
        assert link.read() == (TEXT, b"plain is fine", False)
        assert link.read() == (TEXT, b"short", False)
        link.send(frame(BINARY, deflated(b"\0" * (20 << 20)), rsv=RSV1))
        assert link.read_close() == 1009
    with WebSocket(echo.base_url) as link:
        link.open(PATH, DEFLATE)
        link.send(frame(TEXT, b"\xff\xff\xff", rsv=RSV1))
        assert link.read_close() == 1007
    with WebSocket(echo.base_url) as link:
        head = link.open(PATH, DEFLATE.split(";")[0] + "; server_max_window_bits=8")
        assert "server_max_window_bits=8" in head
        for size in (1, 256):  # as far as the window reaches; longer ones come as they are
            link.send(frame(TEXT, b"a" * 600 * size))
            opcode, payload, compressed = link.read()
            assert (inflated(payload) if compressed else payload) == b"a" * 600 * size


def test_over_tls(tmp_path):
    certificates = Certificates(tmp_path)
    certificates.issue()
    with Server(tmp_path, *ECHO, *certificates.arguments) as server:
        with WebSocket(server.base_url, certificates.roots) as link:
            assert " 101 " in link.open(PATH, more=frame(TEXT, b"early"))
            assert link.read() == (TEXT, b"early", False)
            link.send(frame(BINARY, b"b" * 200_000))
            assert link.read() == (BINARY, b"b" * 200_000, False)
            link.send(close_frame(1000))
            assert link.read_close() == 1000


def test_a_server_that_is_asked_to_end_closes_with_1001_and_ends(tmp_path):
    with Server(tmp_path, *ECHO) as server:
        with WebSocket(server.base_url) as polite, WebSocket(server.base_url) as silent:
            polite.open(PATH)
            silent.open(PATH)
            server.process.send_signal(signal.SIGTERM)
            assert polite.read_close() == 1001
            polite.send(close_frame(1001))
            assert polite.at_end()
            assert silent.read_close() == 1001
        assert server.process.wait(30) == 0


def test_not_served_unless_asked_for(tmp_path):
    with Server(tmp_path) as server, WebSocket(server.base_url) as link:
        assert " 404 " in link.open(PATH)
