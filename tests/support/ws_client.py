"""A WebSocket client that sends the bytes it is told to."""

import socket
import ssl
import urllib.parse

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


def handshake(path, *lines, key=KEY):
    head = (
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        *lines,
    )
    return ("\r\n".join(head) + "\r\n\r\n").encode()


def frame(opcode, payload=b"", *, final=True, rsv=0, mask=b"\x37\xfa\x21\x3d"):
    """`rsv`: the three reserved bits as a number; no `mask`: as no client may."""
    first = bytes([final << 7 | rsv << 4 | opcode])
    masked = 128 if mask else 0
    size = len(payload)
    if size < 126:
        head = first + bytes([masked | size])
    elif size < 1 << 16:
        head = first + bytes([masked | 126]) + size.to_bytes(2, "big")
    else:
        head = first + bytes([masked | 127]) + size.to_bytes(8, "big")
    if not mask:
        return head + payload
    turned = (mask * (size // 4 + 1))[:size]
    key, value = int.from_bytes(turned, "big"), int.from_bytes(payload, "big")
    return head + mask + (key ^ value).to_bytes(size, "big")


def close_frame(code, reason=b""):
    return frame(CLOSE, code.to_bytes(2, "big") + reason)


class WebSocket:
    """Connected; open after open(). Every wait ends after ten seconds."""

    def __init__(self, base_url, cafile=None, connected=None):
        url = urllib.parse.urlsplit(base_url)
        self.socket = connected or socket.create_connection((url.hostname, url.port), timeout=10)
        if url.scheme == "https":
            context = ssl.create_default_context(cafile=cafile)
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.input = b""

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def open(self, path, *lines, more=b""):
        """The head of the answer to a handshake; `more` goes with it in one piece."""
        self.send(handshake(path, *lines) + more)
        return self.read_head()

    def read_head(self):
        while b"\r\n\r\n" not in self.input:
            if not self._read_more():
                break
        head, _, self.input = self.input.partition(b"\r\n\r\n")
        return head.decode()

    def read_bytes(self, head):
        """The body of the answer that has this head."""
        return self._take(int(head.split("Content-Length: ")[1].split("\r\n")[0]))

    def read(self):
        """(opcode, payload, RSV1) of the next frame; None at the end of the connection."""
        head = self._take(2)
        if head is None:
            return None
        size = head[1]
        if size >= 126:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        payload = self._take(size)
        return head[0] & 15, payload, bool(head[0] & 0x40)

    def read_close(self):
        """The code of the close frame that ends what comes; None when there is none."""
        while (got := self.read()) is not None:
            if got[0] == CLOSE:
                return int.from_bytes(got[1][:2], "big") if got[1] else 1005
        return None

    def at_end(self):
        try:
            return not self.input and self.socket.recv(1) == b""
        except ConnectionResetError:
            return True

    def _take(self, size):
        while len(self.input) < size:
            if not self._read_more():
                return None
        taken, self.input = self.input[:size], self.input[size:]
        return taken

    def _read_more(self):
        try:
            piece = self.socket.recv(65536)
        except ConnectionResetError:
            piece = b""
        self.input += piece
        return bool(piece)
