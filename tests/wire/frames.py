"""Golden frames: what stations say over WebSockets and what they must hear, as text. Standard
library only.

A .frames file is read line by line; `#` begins a comment:

    setup POST stations {"identity": "CP-1"}    an operator's call that must succeed
    a = CP-1 ocpp1.6, ocpp1.5                   CP-1 connects, and is `a` from here on
    a < 101 ocpp1.6                             the answer: status, and subprotocol or code
    a > [2,"1","Heartbeat",{}]                  it sends a text
    a < [3,"1",{"currentTime":"<any>"}]         and gets one: exactly this
    a < close 1008 too much that is no OCPP-J   or the connection's end
    a < ping                                    or a ping, which is answered; others are too
    a x                                         it drops the connection
    api GET unknown_stops                       an operator's call; its answer may come later
    api < 200 {"unknown_stops":[]}

`<any>` stands for any text, `<num>` for a number; `<$name>` for a number that is the same wherever
the name is in the file, in what is sent too. `--update` rewrites what was heard and does not match.
"""

import json
import re
import threading
import urllib.parse

from golden import WILDCARDS, FormatError

from support import ws_client

NAMED = re.compile(r"<\$(\w+)>")


class Frames:
    """One file against one server. `call(method, path, body)` is an operator's: (status, text)."""

    def __init__(self, base_url, call):
        self._base_url = base_url
        self._call = call
        self._links = {}
        self._numbers = {}
        self._answers = []

    def run(self, text, update=False):
        """(failure or None, text): ends with the first failure; with `update` the text has what
        was heard."""
        lines = text.split("\n")
        try:
            for place, line in enumerate(lines):
                heard = self._step(line)
                if heard is None:
                    continue
                wanted = line.split("<", 1)[1].strip()
                if self._matches(wanted, heard):
                    continue
                if not update:
                    failure = f"line {place + 1}\nexpected {wanted}\nheard    {heard}"
                    return failure, text
                lines[place] = line.split("<", 1)[0] + "< " + heard
        except (OSError, FormatError) as error:
            return f"line {place + 1}: {line}\n{type(error).__name__}: {error}", text
        finally:
            for link in self._links.values():
                link.socket.close()
        if self._answers:
            return "an `api` call without its answer in the file", text
        return None, "\n".join(lines)

    # --- one line --------------------------------------------------------------------------------

    def _step(self, line):
        """What was heard, of a line that says what must be."""
        line = line.strip()
        if not line or line.startswith("#"):
            return None
        if match := re.fullmatch(r"(setup|api) ([A-Z]+) (\S+)(?: (.*))?", line):
            return self._ask(*match.groups())
        if line.startswith("api <"):
            return self._answered()
        match = re.fullmatch(r"(\w+) (=|<|>|x)(?: (.*))?", line)
        if not match:
            raise FormatError(f"not understood: {line}")
        label, operator, rest = match[1], match[2], match[3] or ""
        if operator == "=":
            self._connect(label, *rest.partition(" ")[::2])
            return None
        if label not in self._links:
            raise FormatError(f"{label} is not connected")
        if operator == ">":
            self._links[label].send(ws_client.frame(ws_client.TEXT, self._filled(rest).encode()))
        elif operator == "x":
            self._links.pop(label).socket.close()
        else:
            return self._hear(label, rest)
        return None

    def _ask(self, kind, method, path, body):
        path, body = self._filled(path), self._filled(body or "") or None
        if kind == "setup":
            status, text = self._call(method, path, body)
            if status >= 300:
                raise FormatError(f"{status} {text}")
            return
        answer = []
        asking = threading.Thread(target=lambda: answer.extend(self._call(method, path, body)))
        asking.start()
        self._answers.append((asking, answer))

    def _answered(self):
        if not self._answers:
            raise FormatError("no call was made")
        asking, answer = self._answers.pop(0)
        asking.join(30)
        if len(answer) != 2:
            raise FormatError("no answer came")
        return f"{answer[0]} {answer[1]}".strip()

    # --- stations --------------------------------------------------------------------------------

    def _connect(self, label, identity, protocols):
        link = ws_client.WebSocket(self._base_url)
        path = "/charging/ocpp/" + urllib.parse.quote(identity, safe="%")
        offer = [f"Sec-WebSocket-Protocol: {protocols}"] if protocols else []
        head = link.open(path, *offer)
        status = head.split(" ")[1]
        if status == "101":
            named = re.search(r"^sec-websocket-protocol: *(\S+)", head, re.I | re.M)
            said = named[1] if named else ""
        else:
            said = json.loads(link.read_bytes(head))["code"]
        link.handshake = f"{status} {said}".strip()
        self._links[label] = link

    def _hear(self, label, wanted):
        link = self._links[label]
        if link.handshake:
            heard, link.handshake = link.handshake, ""
            return heard
        while (got := link.read()) is not None:
            opcode, payload, _ = got
            if opcode == ws_client.PING:
                link.send(ws_client.frame(ws_client.PONG, payload))
                if wanted == "ping":
                    return "ping"
            elif opcode == ws_client.CLOSE:
                code = int.from_bytes(payload[:2], "big") if payload else 1005
                return f"close {code} {payload[2:].decode()}".strip()
            elif opcode == ws_client.TEXT:
                return payload.decode()
        return "end"

    # --- texts -----------------------------------------------------------------------------------

    def _filled(self, text):
        """What is sent, with the numbers known by name."""
        def number(match):
            if match[1] not in self._numbers:
                raise FormatError(f"nobody has said what {match[0]} is")
            return self._numbers[match[1]]
        return NAMED.sub(number, text)

    def _matches(self, wanted, heard):
        pattern, names = "", []
        for part in re.split(r"(<any>|<num>|<\$\w+>)", wanted):
            named = NAMED.fullmatch(part)
            if part in WILDCARDS:
                pattern += WILDCARDS[part]
            elif named and named[1] in self._numbers:
                pattern += re.escape(self._numbers[named[1]])
            elif named:
                names.append(named[1])
                pattern += r"(-?\d+)"
            else:
                pattern += re.escape(part)
        match = re.fullmatch(pattern, heard, re.DOTALL)
        if match:
            self._numbers.update(zip(names, match.groups()))
        return match is not None


def run_file(path, base_url, call, update=False):
    """The failure of a file as text; none is success."""
    text = path.read_text(encoding="utf-8")
    failure, new_text = Frames(base_url, call).run(text, update)
    if new_text != text:
        path.write_text(new_text, encoding="utf-8")
    return None if failure is None else f"{path.name}, {failure}"
