"""Accounts with e-mails as people get them: out of the outbox of development, read by Python's own
email module."""

import re

from support.auth_client import CHEAP, PASSWORD, AuthClient
from support.mail import outbox
from support.server import Server, wait_until

WITH_JOBS = {**CHEAP, "MAINSTAY__JOBS__THREADS": None}


def newest(server, count):
    wait_until(lambda: len(outbox(server.data)) >= count, 30, "an e-mail")
    return outbox(server.data)[-1]


def test_register_confirm_and_sign_in_by_what_came_in_the_mail(tmp_path, own_server):
    with Server(tmp_path, variables=WITH_JOBS) as server:
        client = AuthClient(server.base_url)
        got = client.post("/auth/register", email="ada@example.org", password=PASSWORD)
        assert got.status == 202
        mail = newest(server, 1)
        assert mail["To"] == "ada@example.org"
        assert mail["Subject"] == "Confirm your address for Mainstay"
        plain, html = (part.get_content() for part in mail.iter_parts())
        link = re.search(r"https://shop\.example(/auth/confirm\?token=[0-9a-z-]+)\s", plain)
        assert f'href="https://shop.example{link[1]}"' in html
        assert client.get(link[1]).status == 200
        token = link[1].split("token=")[1]
        assert client.post("/auth/confirm", token=token, password=PASSWORD).status == 200
        assert client.get("/auth/me").json["email"] == "ada@example.org"
