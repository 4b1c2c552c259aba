"""FIX 4.4 by hand: messages as text with `|` for the separator, a client that sees the bytes, and
an exchange with a symbol, users and their tokens for it to log on to."""

import json
import re
import socket
import time
from contextlib import contextmanager

from support import stores
from support.auth_client import CHEAP, add_user
from support.server import Server

SOH = "\x01"
WAIT_SECONDS = 20


def now():
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime())


def framed(body, begin="FIX.4.4"):
    """With BodyLength and CheckSum."""
    text = f"8={begin}|9={len(body)}|{body}".replace("|", SOH)
    return (text + f"10={sum(text.encode()) % 256:03d}" + SOH).encode()


class Message:
    """What came. `m[55]` is a field's value; a tag that comes again counts the first time."""

    def __init__(self, text):
        self.text = text
        self.fields = {}
        for part in text.strip("|").split("|"):
            tag, _, value = part.partition("=")
            self.fields.setdefault(int(tag), value)

    def __getitem__(self, tag):
        return self.fields[tag]

    def get(self, tag, otherwise=None):
        return self.fields.get(tag, otherwise)

    @property
    def type(self):
        return self.fields[35]

    def __repr__(self):
        return self.text


class FixClient:
    """A connection. Numbers its messages itself unless told otherwise."""

    def __init__(self, port, comp_id="PY", wrap=None, receive_buffer=None, connected=None):
        self.comp_id = comp_id
        self.number = 1
        self._input = b""
        plain = connected or self._connect(port, receive_buffer)
        self.socket = wrap(plain) if wrap else plain

    def _connect(self, port, receive_buffer):
        made = socket.socket()
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.settimeout(WAIT_SECONDS)
        made.connect(("127.0.0.1", port))
        return made

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send_bytes(self, data):
        self.socket.sendall(data)

    def body(self, kind, fields="", number=None, sent=None):
        if number is None:
            number = self.number
            self.number += 1
        return (
            f"35={kind}|49={self.comp_id}|56=MAINSTAY|34={number}|52={sent or now()}|{fields}"
        )

    def send(self, kind, fields="", **options):
        self.send_bytes(framed(self.body(kind, fields, **options)))

    def log_on(self, name, token, fields="", heartbeat=30, **options):
        self.send("A", f"98=0|108={heartbeat}|553={name}|554={token}|{fields}", **options)

    def receive(self):
        """The next message, or None at the connection's end."""
        while True:
            whole = re.match(rb"8=FIX\.4\.4\x019=(\d+)\x01", self._input)
            if whole:
                end = whole.end() + int(whole[1]) + 7
                if len(self._input) >= end:
                    data, self._input = self._input[:end], self._input[end:]
                    body = data[:-7]
                    assert data[-7:] == b"10=%03d\x01" % (sum(body) % 256), data
                    return Message(data.decode().replace(SOH, "|"))
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                return None
            if not more:
                assert not self._input, self._input
                return None
            self._input += more

    def ended(self):
        """Whether the server ends it, whatever it says before."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        return True

    def expect(self, kind, **fields):
        """The next message that is no Heartbeat; `_39="0"` are its fields."""
        message = self.receive()
        while message and message.type == "0" and kind != "0":
            message = self.receive()
        assert message is not None, f"the connection ended, no {kind} came"
        assert message.type == kind, message
        for tag, value in fields.items():
            assert message.get(int(tag[1:])) == value, (tag, message)
        return message

    def order(self, client_id, side, quantity, price, more="59=1|"):
        self.send(
            "D",
            f"11={client_id}|55=ARTUSD|54={side}|38={quantity}|40=2|44={price}|60={now()}|{more}",
        )


class SteadyClient:
    """A session over many connections, as the protocol wants it: what the server asks for is sent
    again, what is missing is asked for, and each number counts once."""

    def __init__(self, comp_id, name, token, logon_fields=""):
        self.comp_id, self.name, self.token = comp_id, name, token
        self.logon_fields = logon_fields
        self.next_out, self.next_in = 1, 1
        self.sent = {}  # application messages by number
        self.reports = []  # ExecutionReports in the order of their numbers
        self.heard = {}  # the newest value of each field of other messages, by tag
        self.resends = 0  # asked for by either side
        self._client = None
        self._asked = False

    def connect(self, port):
        """Again while the server has not noticed that the connection before has ended."""
        for _ in range(100):
            self._client = FixClient(port, self.comp_id)
            self._asked = False
            self._client.log_on(
                self.name, self.token, self.logon_fields, number=self._take_number()
            )
            answer = self._client.receive()
            if answer.type != "5" or "already" not in answer[58]:
                break
        self._on_message(answer)

    def disconnect(self):
        self._client.socket.close()

    def _take_number(self):
        self.next_out += 1
        return self.next_out - 1

    def send(self, kind, fields):
        number = self._take_number()
        if kind not in "012345A":
            self.sent[number] = (kind, fields)
        self._client.send(kind, fields, number=number)

    def _send_again(self, first):
        """All from there on; administrative messages are skipped."""
        number, end = first, self.next_out
        while number < end:
            again = f"43=Y|122={now()}|"
            if number in self.sent:
                kind, fields = self.sent[number]
                self._client.send(kind, again + fields, number=number)
                number += 1
                continue
            behind = number
            while behind < end and behind not in self.sent:
                behind += 1
            self._client.send("4", f"{again}123=Y|36={behind}|", number=number)
            number = behind

    def pump_until(self, condition):
        deadline = time.monotonic() + WAIT_SECONDS
        while not condition():
            assert time.monotonic() < deadline, (len(self.reports), self.next_in, self.heard)
            message = self._client.receive()
            assert message is not None, self.heard
            self._on_message(message)

    def _on_message(self, message):
        number = int(message[34])
        if message.type == "2":
            self.resends += 1
            self._send_again(int(message[7]))
        if number > self.next_in:
            if not self._asked:
                self._asked = True
                self.resends += 1
                self._client.send("2", f"7={self.next_in}|16=0|", number=self._take_number())
            return
        if number < self.next_in:
            assert message.get(43) == "Y", message
            return
        self.next_in = int(message[36]) if message.type == "4" else number + 1
        if message.type == "8":
            self.reports.append(message)
        else:
            self.heard.update({str(tag): value for tag, value in message.fields.items()})


class Exchange:
    """A server with the exchange, its FIX door on a port of the kernel's choice, and one symbol."""

    def __init__(self, folder, *arguments, variables=None, server=Server, **options):
        every = {
            **CHEAP,
            "MAINSTAY__APPS__EXCHANGE__ENABLED": "true",
            "MAINSTAY__APPS__EXCHANGE__FIX_LISTEN": "127.0.0.1:0",
            **(variables or {}),
        }
        self.server = server(folder, *arguments, variables=every, **options)
        self.tokens = {}
        self.wrap = None  # what makes a client's plain socket a secure one
        self._operator = None

    @property
    def fix_port(self):
        self.server.says("exchange.fix.listening")
        return int(re.search(r"exchange\.fix\.listening\b.*?port\W+(\d+)", self.server.output())[1])

    def open_market(self):
        """ARTUSD: lots of one ART, ticks of a cent; users ada, bob and cleo with plenty of both."""
        self._operator = add_user(self.server, "op", "--role", "exchange")
        self.put("/exchange/v1/assets/ART", decimals=0)
        self.put("/exchange/v1/assets/USD", decimals=2)
        self.put(
            "/exchange/v1/symbols/ARTUSD", base="ART", quote="USD", lot_base=1, tick_quote=1,
        )
        for name in ("ada", "bob", "cleo"):
            person = add_user(self.server, name)
            made = person.post("/auth/tokens", label="fix", days=30)
            assert made.status in (200, 201), made
            self.tokens[name] = made.json["token"]
            # The account comes into being with the first logon.
            with FixClient(self.fix_port, "SETUP", self.wrap) as client:
                client.log_on(name, self.tokens[name])
                client.expect("A")
                client.send("5")
                client.expect("5")
        for account, _ in self.accounts():
            for asset in ("ART", "USD"):
                self.post(
                    "/exchange/v1/adjustments", account=account, asset=asset, amount=10**12,
                    reference=0,
                )
        return self

    def accounts(self):
        sql = "SELECT account, user_id FROM exchange_accounts ORDER BY account"
        return [(int(account), user) for account, user in stores.rows(self.server.data, sql)]

    def put(self, path, **fields):
        return self._change("PUT", path, fields)

    def post(self, path, **fields):
        return self._change("POST", path, fields)

    def _change(self, method, path, fields):
        headers = {"Content-Type": "application/json", "X-CSRF-Token": self._csrf()}
        got = self._operator.request(method, path, json.dumps(fields), headers)
        assert got.status == 200, got
        return got.json

    def _csrf(self):
        if not self._operator.csrf:
            self._operator.csrf = self._operator.get("/auth/me").json["csrf_token"]
        return self._operator.csrf

    @contextmanager
    def client(self, name, comp_id="PY", fields="", number=1, heartbeat=30, **options):
        """Logged on; `number`: that of its Logon."""
        with FixClient(self.fix_port, comp_id, **{"wrap": self.wrap, **options}) as client:
            client.number = number
            client.log_on(name, self.tokens[name], fields, heartbeat)
            client.expect("A")
            yield client
