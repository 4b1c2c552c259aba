"""The page /exchange as people use it, in headless Chromium, on a market of the test's own."""

import re

from support.auth_client import CHEAP, AuthClient, add_user
from support.server import Server

ON = {**CHEAP, "MAINSTAY__APPS__EXCHANGE__ENABLED": "true"}


def test_the_page_is_strict_and_can_be_turned_off(own_server, tmp_path):
    for name in ("on", "off", "own"):
        (tmp_path / name).mkdir()
    with Server(tmp_path / "on", variables=ON) as server:
        client = AuthClient(server.base_url)
        assert b'href="/exchange"' in client.get("/").body
        for target in ("/exchange", "/exchange/", "/exchange/web/app.js",
                       "/exchange/web/exchange.css", "/exchange/web/dom.js"):
            answer = client.get(target)
            assert answer.status == 200
            policy = answer.header("Content-Security-Policy")
            assert policy.startswith("default-src 'self';") and "unsafe" not in policy
        text = client.get("/exchange").text
        assert "<style" not in text and "style=" not in text
        assert not re.search(r"<script(?![^>]*src=)", text)
        assert not re.search(r"\son\w+=", text)
        assert client.get("/exchange/session").json == {"signed_in": False, "can_sign_in": True}
        ada = add_user(server, "ada", "--role", "exchange")
        assert ada.get("/exchange/session").json == {
            "signed_in": True, "name": "ada", "roles": ["exchange"]}
        foreign = ada.get("/exchange/session", **{"Sec-Fetch-Site": "cross-site"})
        assert foreign.json["signed_in"] is False
    with Server(tmp_path / "off", "--set", "apps.exchange.page=false", variables=ON) as server:
        client = AuthClient(server.base_url)
        assert client.get("/exchange").status == 404
        assert b'href="/exchange"' not in client.get("/").body
    listen = "apps.exchange.listen=127.0.0.1:0"
    with Server(tmp_path / "own", "--set", listen, variables=ON) as server:
        common, own = (AuthClient(address) for address in server.addresses)
        assert common.get("/exchange").status == 404
        assert own.get("/exchange").status == 200
        assert own.get("/exchange/session").json == {"signed_in": False, "can_sign_in": False}
