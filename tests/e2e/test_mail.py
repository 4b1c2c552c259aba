"""Mail: what Python's email module and an SMTP server written by others read of it, and the outbox
page of development."""

import datetime
import email
import email.policy
import http.client
import urllib.parse

import pytest

from support.certificates import Certificates
from support.jobs import Table
from support.mail import SmtpServer, outbox
from support.server import Server, refused

pytestmark = pytest.mark.usefixtures("own_server")
QUICK = ("--set", "jobs.poll=20ms")
TEXT = "Grüße,\n.\n..\n" + "long " * 300 + "\nhttps://example.com/?a=1&b=2\ntrailing \nend\n"
MESSAGE = {
    "to": "ada@example.com",
    "subject": "Bestätigung: " + "sehr " * 30 + "lang €",
    "text": TEXT,
    "html": "<p>Grüße <a href=\"https://example.com/?a=1&amp;b=2\">hier</a></p>\n",
    "headers": [["Reply-To", "help@example.com"], ["X-Kind", "Ünïcode " * 10]],
}


def check(message):
    """What a mail program sees."""
    assert message["To"] == "ada@example.com"
    assert message["From"] == "Müller & Söhne <shop@example.com>"
    assert message["Subject"] == MESSAGE["subject"]
    assert message["Reply-To"] == "help@example.com"
    assert message["X-Kind"].split() == ["Ünïcode"] * 10
    assert message["Message-ID"].endswith("@example.com>")
    assert message["MIME-Version"] == "1.0"
    age = datetime.datetime.now(datetime.timezone.utc) - message["Date"].datetime
    assert abs(age.total_seconds()) < 600
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content().replace("\r\n", "\n") == TEXT
    assert html.get_content_type() == "text/html"
    assert html.get_content().replace("\r\n", "\n") == MESSAGE["html"]
    assert not message.defects
    for part in message.walk():
        assert not part.defects


FROM = ("--set", "mail.from=Müller & Söhne <shop@example.com>")


def test_python_reads_the_outbox(tmp_path):
    with Server(tmp_path, *QUICK, *FROM) as server:
        table = Table(server.data)
        table.wait(table.enqueue("mail.send", MESSAGE), "done")
        [message] = outbox(server.data)
        check(message)


def test_a_server_of_others_takes_it_by_starttls_with_a_login(tmp_path):
    files = Certificates(tmp_path)
    files.issue()
    with SmtpServer("--starttls", "--auth", "shop:se cret", "--certificate", files.certificate,
                    "--key", files.key) as smtp:
        with Server(tmp_path, *QUICK, *FROM, "--set", f"mail.url=smtp://shop@localhost:{smtp.port}",
                    "--set", f"mail.ca_file={files.roots}",
                    variables={"MAINSTAY__MAIL__PASSWORD": "se cret"}) as server:
            Table(server.data).enqueue("mail.send", MESSAGE)
            taken = smtp.taken()
            assert taken["from"] == "shop@example.com"
            assert taken["to"] == ["ada@example.com"]
            assert taken["user"] == "shop"
            assert taken["tls"]
            check(email.message_from_bytes(taken["data"].encode(), policy=email.policy.default))
        assert "se cret" not in server.output()


def get(server, path, host=None):
    address = urllib.parse.urlsplit(server.base_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def test_the_outbox_page_is_for_the_developers_own_machine(tmp_path):
    with Server(tmp_path, *QUICK, environment="development") as server:
        table = Table(server.data)
        hostile = {**MESSAGE, "subject": "<script>alert(1)</script>", "html": "</iframe><b>x"}
        table.wait(table.enqueue("mail.send", hostile), "done")
        status, page = get(server, "/dev/outbox")
        assert status == 200
        assert "&lt;script&gt;" in page
        assert "<script>" not in page
        path = page.split('href="')[1].split('"')[0]
        status, page = get(server, path)
        assert status == 200
        assert '<a href="https://example.com/?a=1&amp;b=2">' in page
        assert "sandbox" in page
        assert "</iframe><b>" not in page
        assert get(server, "/dev/outbox", host="evil.example")[0] == 404
        assert get(server, path, host="evil.example:80")[0] == 404
        assert get(server, "/dev/outbox/..%2fmainstay")[0] == 404
        assert "/dev/outbox" in get(server, "/")[1]


def test_other_environments_have_no_outbox_page(tmp_path):
    with Server(tmp_path) as server:
        assert get(server, "/dev/outbox")[0] == 404


@pytest.mark.parametrize("setting, says", [
    ("mail.url=ftp://h", "mail.url is outbox, smtp://"),
    ("mail.url=smtp://u:hunter2@h", "mail.password"),
    ("mail.url=smtp://u@h", "mail.password"),
    ("mail.from=nobody", "mail.from is an address"),
])
def test_settings_that_cannot_be_meant_are_refused(tmp_path, setting, says):
    said = refused(tmp_path, "--set", setting)
    assert says in said
    assert "hunter2" not in said
