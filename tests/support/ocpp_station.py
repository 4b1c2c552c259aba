"""A charging station that speaks OCPP 1.6J over a raw WebSocket: calls, and answers what it is
asked, on a thread of its own."""

import json
import queue
import threading
import time

from support import ws_client

ACCEPTED = {"status": "Accepted"}


def utc(seconds=None):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


class Station:
    """Connected and booted. `answers`: what it says to calls of the server, by action; a callable
    gets the payload. `asked`: the calls, as they came."""

    def __init__(self, base_url, path):
        self.answers = {}
        self.asked = queue.Queue()
        self._replies = queue.Queue()
        self._sent = 0
        self._writes = threading.Lock()
        self._socket = ws_client.WebSocket(base_url)
        head = self._socket.open(path, "Sec-WebSocket-Protocol: ocpp1.6")
        assert head.startswith("HTTP/1.1 101"), head
        self._socket.socket.settimeout(None)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        booted = self.call("BootNotification", chargePointVendor="Acme", chargePointModel="One")
        assert booted["status"] == "Accepted", booted

    def close(self):
        self._socket.socket.close()

    def _send(self, message):
        with self._writes:
            self._socket.send(ws_client.frame(ws_client.TEXT, json.dumps(message).encode()))

    def _read(self):
        try:
            while (got := self._socket.read()) is not None:
                opcode, payload, _ = got
                if opcode == ws_client.PING:
                    with self._writes:
                        self._socket.send(ws_client.frame(ws_client.PONG, payload))
                elif opcode == ws_client.TEXT:
                    self._take(json.loads(payload))
        except (OSError, TypeError):
            pass  # closed

    def _take(self, message):
        if message[0] != 2:
            self._replies.put(message)
            return
        _, number, action, payload = message
        answer = self.answers.get(action, ACCEPTED)
        self._send([3, number, answer(payload) if callable(answer) else answer])
        self.asked.put((action, payload))

    def call(self, action, **payload):
        self._sent += 1
        self._send([2, str(self._sent), action, payload])
        answer = self._replies.get(timeout=10)
        assert answer[:2] == [3, str(self._sent)], answer
        return answer[2]

    def wait_asked(self, action):
        while (got := self.asked.get(timeout=10))[0] != action:
            pass
        return got[1]

    def status(self, status, connector=1, at=None):
        self.call("StatusNotification", connectorId=connector, errorCode="NoError", status=status,
                  timestamp=utc(at))

    def start(self, tag, meter=0, connector=1, at=None, **more):
        answer = self.call("StartTransaction", connectorId=connector, idTag=tag, meterStart=meter,
                           timestamp=utc(at), **more)
        assert answer["idTagInfo"]["status"] == "Accepted", answer
        self.status("Charging", connector, at)
        return answer["transactionId"]

    def meter(self, transaction, energy, connector=1, at=None):
        self.call("MeterValues", connectorId=connector, transactionId=transaction,
                  meterValue=[{"timestamp": utc(at), "sampledValue": [{"value": str(energy)}]}])

    def stop(self, transaction, meter, at=None):
        self.call("StopTransaction", transactionId=transaction, meterStop=meter, timestamp=utc(at))
