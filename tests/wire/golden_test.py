"""The golden runner against a stub server, without mainstay."""

import contextlib
import io
import os
import socket
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import golden  # noqa: E402


class Stub:
    """Answers the n-th connection with the n-th of `answers` (bytes); keeps what it was sent."""

    def __init__(self, *answers, closes=True):
        self.requests = []
        self._answers, self._closes = answers, closes
        self._kept = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        for answer in self._answers:
            connection, _ = self._listener.accept()
            self.requests.append(self._read(connection))
            connection.sendall(answer)
            if self._closes:
                connection.close()
            else:
                self._kept.append(connection)

    def _read(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536)
        head, _, body = data.partition(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                while len(body) < int(line.split(b":")[1]):
                    body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exception):
        if exception[0] is None:
            self._thread.join(10)
        for connection in (*self._kept, self._listener):
            connection.close()


def answer(body=b"", status=b"200 OK", headers=b""):
    return b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, headers, len(body), body)


class GoldenTest(unittest.TestCase):
    def run_text(self, text, *answers, update=False, closes=True):
        with Stub(*answers, closes=closes) as stub:
            failures, new_text = golden.run_text(text, stub.url, update)
        self.requests = stub.requests
        return failures, new_text

    def assert_passes(self, text, *answers, **options):
        self.assertEqual(self.run_text(text, *answers, **options)[0], [])

    def assert_fails(self, text, part, *answers):
        failures, _ = self.run_text(text, *answers)
        self.assertEqual(len(failures), 1, failures)
        self.assertIn(part, failures[0])

    # --- requests --------------------------------------------------------------------------------

    def test_request_is_sent_with_what_is_needed(self):
        self.assert_passes("GET /a?b=c d\n----------\n200\n", answer())
        host = self.requests[0].split(b"Host: ")[1].split(b"\r\n")[0]
        self.assertEqual(self.requests[0], b"GET /a?b=c d HTTP/1.1\r\nHost: " + host +
                         b"\r\nConnection: close\r\n\r\n")

    def test_request_body_and_escapes_are_exact_bytes(self):
        self.assert_passes("POST /\\xff\nX: \\x09\n\na\n\\x00\\n\\\"\n----------\n200\n", answer())
        head, _, body = self.requests[0].partition(b"\r\n\r\n")
        self.assertIn(b"POST /\xff HTTP", head)
        self.assertIn(b"X: \x09", head)
        self.assertIn(b"Content-Length: 7", head)
        self.assertEqual(body, b"a\n\x00\\n\\\"")

    def test_internal_requests_are_authorized_unless_they_say_otherwise(self):
        basic = b"Authorization: Basic dGVzdDp0ZXN0\r\n"
        ask = "%s\n----------\n200\n"
        for request, expected in [("GET /internal/x", basic), ("GET /internal", basic),
                                  ("GET /internals", None), ("GET /status", None),
                                  ("GET /internal/x\nAuthorization: none", None),
                                  ("GET /internal/x\nAuthorization: Basic eA==",
                                   b"Authorization: Basic eA==\r\n")]:
            with self.subTest(request):
                self.assert_passes(ask % request, answer())
                if expected:
                    self.assertIn(expected, self.requests[0])
                else:
                    self.assertNotIn(b"Authorization", self.requests[0])

    def test_default_headers_can_be_replaced_or_left_out(self):
        text = "POST /\nhost: x\n!Content-Length\n!Connection\n----------\n200\n"
        self.assert_passes(text, answer(), closes=False)
        self.assertEqual(self.requests[0], b"POST / HTTP/1.1\r\nhost: x\r\n\r\n")

    # --- answers ---------------------------------------------------------------------------------

    def test_answer_that_matches_passes(self):
        self.assert_passes("GET /\n----------\n200\ncontent-type: text/xml\n!X\n\n<a>\n  é\n\n",
                           answer("<a>\n  é\n".encode(), headers=b"Content-Type: text/xml\r\n"))

    def test_each_difference_fails(self):
        sent = answer(b"body", headers=b"A: 1\r\n")
        for text, part in [("201\nA: 1\n\nbody", "-201"), ("200\nA: 2\n\nbody", "-A: 2"),
                           ("200\n!A\n\nbody", "+A: 1"), ("200\nB: 1\n\nbody", "+!B"),
                           ("200\n\nbody\n", "expected"), ("200\n\nbod", "-bod"),
                           ("200", "+body"), ("200\n\nBody", "-Body")]:
            with self.subTest(text):
                self.assert_fails(f"GET /\n----------\n{text}\n", part, sent)

    def test_wildcards(self):
        text = "GET /\n----------\n200\nDate: <any> GMT\n\n{\"n\":<num>,\"x\":\"<any>\"}\n"
        self.assert_passes(text, answer(b'{"n":-1.5,"x":"a\nb"}', headers=b"Date: now GMT\r\n"))
        self.assert_fails("GET /\n----------\n200\n\n<num>\n", "-<num>", answer(b"1x"))

    def test_bytes_that_are_no_text_are_shown_escaped(self):
        self.assert_passes("GET /\n----------\n200\n\n\\xff\\x0d\n\\x5cx41\n\\x3d=========\n",
                           answer(b"\xff\r\n\\x41\n=========="))

    def test_chunked_interim_and_head_answers(self):
        chunked = (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"
                   b"\r\n3\r\nabc\r\n1;x=y\r\nd\r\n0\r\n\r\n")
        self.assert_passes("GET /\n----------\n200\n\nabcd\n", chunked)
        self.assert_passes("HEAD /\n----------\n200\nContent-Length: 5\n",
                           b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")

    def test_broken_answers_fail(self):
        for sent, part in [(b"", "closed"), (b"nonsense\r\n\r\n", "no HTTP answer"),
                           (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "has 3 bytes"),
                           (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
                            "chunk")]:
            with self.subTest(part):
                self.assert_fails("GET /\n----------\n200\n\nabc\n", part, sent)

    def test_no_server_fails(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        failures, _ = golden.run_text("GET /\n----------\n200\n", f"http://127.0.0.1:{port}")
        self.assertIn("ConnectionRefusedError", failures[0])
        failures, _ = golden.run_text("GET /\n----------\n200\n", "https://127.0.0.1:1")
        self.assertIn("plain http", failures[0])

    # --- files -----------------------------------------------------------------------------------

    def test_exchanges_run_in_order(self):
        text = "# one\nGET /1\n----------\n200\n==========\n\n# two\nGET /2\n----------\n404\n"
        self.assert_passes(text, answer(), answer(status=b"404 Not Found"))
        self.assertEqual([request[:6] for request in self.requests], [b"GET /1", b"GET /2"])

    def test_setup_takes_any_success_and_stops_the_file_when_it_fails(self):
        text = "# setup: a service\nPUT /internal/x\n\n{}\n==========\nGET /\n----------\n200\n"
        self.assert_passes(text, answer(status=b"201 Created"), answer())
        failures, _ = self.run_text(text, answer(status=b"400 Bad"))
        self.assertEqual(len(failures), 2)
        self.assertIn("not run", failures[1])

    def test_missing_answer_fails_without_update(self):
        self.assert_fails("GET /\n", "--update writes it", answer(b"x"))

    def test_format_errors_name_the_line(self):
        for text, part in [("GET\n", "line 1: not METHOD TARGET"), ("", "without a request"),
                           ("GET /\nno header\n", "line 2: neither"),
                           ("GET /\n----------\nOK\n", "line 3: not a status"),
                           ("GET /\n----------\n200\n----------\n200\n", "two answers")]:
            with self.subTest(text), self.assertRaises(golden.FormatError) as raised:
                golden.parse(text)
            self.assertIn(part, str(raised.exception))

    def test_update_rewrites_what_differs_and_keeps_the_rest(self):
        text = ("# why\nGET /1\nX: 1\n\nbody\n----------\n200\nA: 1\n!B\n\n<num>\nold\n"
                "==========\nGET /2\n----------\n200\n\n<any>\n==========\n# new\nGET /3\n")
        answers = (answer(b"17\nnew", b"201 Created", b"A: 2\r\nB: 3\r\nC: 4\r\n"), answer(b"x"),
                   answer(b"y", headers=b"Content-Type: text/plain\r\n"))
        failures, updated = self.run_text(text, *answers, update=True)
        self.assertEqual(failures, [])
        self.assertEqual(updated, (
            "# why\nGET /1\nX: 1\n\nbody\n----------\n201\nA: 2\nB: 3\n\n<num>\nnew\n"
            "==========\nGET /2\n----------\n200\n\n<any>\n==========\n# new\nGET /3\n"
            "----------\n200\nContent-Type: text/plain\n\ny\n"))
        self.assert_passes(updated, *answers)
        self.assertEqual(self.run_text(updated, *answers, update=True)[1], updated)

    def test_command_line(self):
        with tempfile.TemporaryDirectory() as folder, Stub(answer(b"x"), answer(b"x")) as stub:
            path = os.path.join(folder, "a.wire")
            with open(path, "w", encoding="utf-8") as file:
                file.write("GET /\n----------\n200\n\ny\n")
            output = io.StringIO()
            with contextlib.redirect_stdout(output):
                self.assertEqual(golden.main(["--base-url", stub.url, path]), 1)
                self.assertEqual(golden.main(["--base-url", stub.url, "--update", path]), 0)
            self.assertIn("wire: 0 passed, 1 failed", output.getvalue())
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), "GET /\n----------\n200\n\nx\n")


if __name__ == "__main__":
    unittest.main()
