"""What people do with their account: names, addresses, passwords, sessions, API tokens, one-time
codes made by oathtool, invitations; and what operators do, from the command line."""

import json
import os
import pty
import re
import time

import pytest

from support import stores
from support.auth_client import (
    CHEAP,
    PASSWORD,
    SESSION,
    AuthClient,
    add_user,
    mails,
    make_account,
    newest_token,
    oathtool,
    user,
)
from support.server import Server, binary, clean_environment, run


@pytest.fixture
def shop(tmp_path, own_server):
    with Server(tmp_path, variables=CHEAP) as server:
        yield server


def test_the_name_changes_and_stays_unique(shop):
    ada = make_account(shop, name="ada")
    make_account(shop, "eve@example.org", name="eve")
    assert ada.post("/auth/name", name="eve").code == "name_taken"
    assert ada.post("/auth/name", name="Countess").status == 200
    assert ada.get("/auth/me").json["name"] == "countess"
    AuthClient(shop.base_url).sign_in("countess")


def test_addresses(shop):
    ada = make_account(shop)
    eve = make_account(shop, "eve@example.org")
    wrong = ada.post("/auth/addresses", email="ada@example.com", current="wrong password")
    assert wrong.code == "password_refused"
    free = ada.post("/auth/addresses", email="ada@example.com", current=PASSWORD)
    taken = ada.post("/auth/addresses", email="eve@example.org", current=PASSWORD)
    sent = (202, b'{"status":"mail_sent"}')
    assert (free.status, free.body) == (taken.status, taken.body) == sent
    assert "token=" not in mails(shop)[-1]["text"], "the owner is told, nobody can take it"
    stranger = AuthClient(shop.base_url)
    assert stranger.post("/auth/confirm", token=newest_token(shop, "ada@example.com")).status == 200
    assert ada.post("/auth/addresses/primary", email="ada@example.com").status == 200
    assert ada.post("/auth/addresses/primary", email="eve@example.org").code == "not_found"
    assert ada.post("/auth/addresses/remove", email="ada@example.com").code == "address_is_primary"
    assert ada.post("/auth/addresses/remove", email="ada@example.org").status == 200
    assert ada.get("/auth/addresses").json == {
        "addresses": [{"email": "ada@example.com", "primary": True}]
    }
    assert eve.get("/auth/me").json["email"] == "eve@example.org"
    AuthClient(shop.base_url).sign_in("ada@example.com")


def test_a_new_password_ends_all_other_sessions(shop):
    ada = make_account(shop)
    other = AuthClient(shop.base_url).sign_in("ada@example.org")
    old = dict(ada.cookies)
    got = ada.post("/auth/password", current="wrong password", password="a new good password")
    assert got.code == "password_refused"
    got = ada.post("/auth/password", current=PASSWORD, password="a new good password")
    assert got.status == 200
    assert ada.cookies[SESSION] != old[SESSION]
    assert ada.get("/auth/me").status == 200
    assert other.get("/auth/me").status == 401
    stale = AuthClient(shop.base_url)
    stale.cookies = old
    assert stale.get("/auth/me").status == 401
    assert ada.post("/auth/name", name="countess").status == 200, "with the new CSRF token"


def test_sessions_are_listed_and_ended(shop):
    ada = make_account(shop)
    phone = AuthClient(shop.base_url)
    phone.request(
        "POST", "/auth/login", json.dumps({"login": "ada@example.org", "password": PASSWORD}),
        {"Content-Type": "application/json", "User-Agent": "<b>phone</b>"},
    )
    third = AuthClient(shop.base_url).sign_in("ada@example.org")
    listed = ada.get("/auth/sessions").json["sessions"]
    assert len(listed) == 3 and [one["current"] for one in listed].count(True) == 1
    of_phone = next(one for one in listed if one["agent"] == "<b>phone</b>")
    assert "&lt;b&gt;phone" in ada.get("/auth/account").text
    eve = make_account(shop, "eve@example.org")
    assert eve.post("/auth/sessions/end", id=of_phone["id"]).code == "not_found"
    assert ada.post("/auth/sessions/end", id=of_phone["id"]).status == 200
    assert phone.get("/auth/me").status == 401
    assert third.get("/auth/me").status == 200
    assert ada.post("/auth/sessions/end-others").status == 200
    assert third.get("/auth/me").status == 401
    assert ada.get("/auth/me").status == 200


def test_api_tokens(shop):
    admin = add_user(shop, "ada", "--role", "admin,reader")
    made = admin.post("/auth/tokens", label="nightly export", roles=["reader"], days=30)
    assert made.status == 201
    token = made.json["token"]
    assert re.fullmatch(r"mst_[0-9a-f]{64}", token)
    program = AuthClient(shop.base_url)

    def me(given=token, now=None):
        program.now = now
        return program.get("/auth/me", Authorization=f"Bearer {given}")

    assert me().json["roles"] == ["reader"] and "csrf_token" not in me().json
    assert me(token[:-1] + ("0" if token[-1] != "0" else "1")).status == 401
    assert me(now=time.time() + 31 * 86400).status == 401
    program.now = None
    for path in ("/auth/tokens", "/auth/sessions"):
        refused = program.get(path, Authorization=f"Bearer {token}")
        assert refused.code == "session_required", "a token cannot make tokens"
    refused = program.post("/auth/tokens", {"Authorization": f"Bearer {token}"}, label="more")
    assert refused.code == "session_required"

    (listed,) = admin.get("/auth/tokens").json["tokens"]
    assert listed["label"] == "nightly export" and "token" not in listed
    kept = str(stores.rows(shop.data, "SELECT * FROM auth_tokens"))
    assert "nightly export" in kept and token not in kept, "kept as a hash"
    if not stores.is_postgres():
        assert token.encode() not in (shop.data / "mainstay.db").read_bytes(), "nor anywhere else"
    assert admin.post("/auth/tokens", label="x", roles="writer").code == "role_missing"
    said, code = user(shop, "role", "ada", "reader", "--remove")
    assert code == 0, said
    assert me(now=time.time() + 10).json["roles"] == [], "only what its owner still has"
    assert admin.post("/auth/tokens/end", id=listed["id"]).status == 200
    assert me().status == 401
    assert token not in shop.output()


def test_one_time_codes(shop):
    ada = make_account(shop)
    second = AuthClient(shop.base_url).sign_in("ada@example.org")
    begun = ada.post("/auth/authenticator", current=PASSWORD)
    secret = begun.json["secret"]
    assert begun.json["uri"].startswith("otpauth://totp/Mainstay:") and secret in begun.json["uri"]
    now = int(time.time()) // 30 * 30
    ada.now = now
    assert ada.post("/auth/authenticator/confirm", code="000000").code == "code_refused"
    on = ada.post("/auth/authenticator/confirm", code=oathtool(secret, now))
    assert on.status == 200 and len(on.json["recovery_codes"]) == 10
    assert second.get("/auth/me").status == 401

    client = AuthClient(shop.base_url)

    def sign_in(code=None, password=PASSWORD, at=now):
        client.now = at
        extra = {} if code is None else {"code": code}
        return client.post("/auth/login", login="ada@example.org", password=password, **extra)

    assert sign_in().code == "code_required"
    assert sign_in(password="wrong password").code == "login_refused"
    assert sign_in(oathtool(secret, now)).code == "code_refused", "it was used to turn it on"
    assert sign_in(oathtool(secret, now + 60), at=now + 60).status == 200
    assert sign_in(oathtool(secret, now + 60), at=now + 60).code == "code_refused", "once"
    assert sign_in(oathtool(secret, now + 180), at=now + 300).code == "code_refused", "too old"
    recovery = on.json["recovery_codes"][0]
    assert sign_in(recovery.upper()).status == 200
    assert sign_in(recovery).code == "code_refused"

    assert ada.post("/auth/authenticator", current=PASSWORD).code == "code_on_already"
    assert ada.post("/auth/authenticator/end", current=PASSWORD).status == 200
    assert sign_in().status == 200


def test_the_code_page_and_its_ticket(shop):
    ada = make_account(shop)
    secret = ada.post("/auth/authenticator", current=PASSWORD).json["secret"]
    now = int(time.time()) // 30 * 30
    ada.now = now
    ada.post("/auth/authenticator/confirm", code=oathtool(secret, now))
    browser = AuthClient(shop.base_url)
    browser.now = now + 60
    page = browser.form(
        "/auth/login", login="ada@example.org", password=PASSWORD, next="/auth/account"
    )
    assert page.status == 200 and "<h1>Code</h1>" in page.text
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.text)[1]
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)[1]
    assert SESSION not in browser.cookies

    def send(code):
        body = f"csrf={csrf}&ticket={ticket}&code={code}&next=%2Fauth%2Faccount"
        return browser.request(
            "POST", "/auth/login/code", body, {"Content-Type": "application/x-www-form-urlencoded"}
        )

    wrong = send("000000")
    assert wrong.status == 401 and ticket in wrong.text
    right = send(oathtool(secret, now + 60))
    assert (right.status, right.header("Location")) == (303, "/auth/account")
    assert browser.get("/auth/account").status == 200
    browser.now = now + 90
    csrf = browser.get("/auth/me").json["csrf_token"]
    assert send(oathtool(secret, now + 90)).status == 410, "the ticket was used"


def test_invitations(tmp_path, own_server):
    variables = {**CHEAP, "MAINSTAY__AUTH__REGISTRATION": "closed"}
    with Server(tmp_path, variables=variables) as server:
        admin = add_user(server, "ada", "--role", "admin")
        eve = add_user(server, "eve")
        assert eve.post("/auth/invite", email="x@example.org").code == "role_missing"
        answers = [
            admin.post("/auth/invite", email=email, role="seller")
            for email in ("eve@example.org", "new@example.org")
        ]
        assert answers[0].body == answers[1].body and answers[0].status == 202
        seen = []
        for email in ("eve@example.org", "new@example.org"):
            guest = AuthClient(server.base_url)
            token = newest_token(server, email)
            got = guest.post("/auth/invitation", token=token, password="an invited password")
            seen.append((got.status, got.body))
            again = guest.post("/auth/invitation", token=token, password="an invited password")
            assert again.code == "link_used"
        assert seen[0] == seen[1] == (200, b'{"status":"accepted"}')
        eve = AuthClient(server.base_url).sign_in("eve")
        assert eve.get("/auth/me").json["roles"] == ["seller"]
        new = AuthClient(server.base_url).sign_in("new@example.org", "an invited password")
        assert new.get("/auth/me").json["roles"] == ["seller"]
        admin.post("/auth/invite", email="late@example.org")
        late = AuthClient(server.base_url)
        late.now = time.time() + 8 * 86400
        token = newest_token(server, "late@example.org")
        got = late.post("/auth/invitation", token=token, password="an invited password")
        assert got.code == "link_expired"


def test_user_commands_beside_a_running_server(shop):
    ada = add_user(shop, "ada", "--role", "admin,seller")
    assert ada.get("/auth/me").json["roles"] == ["admin", "seller"]
    said, code = user(shop, "list", "--json")
    (listed,) = json.loads(said)
    assert code == 0 and listed["name"] == "ada" and listed["email"] == "ada@example.org"
    assert listed["roles"] == ["admin", "seller"] and listed["disabled"] is False
    assert "ada@example.org" in user(shop, "list")[0]

    said, code = user(shop, "passwd", "ada", "--password-stdin", password="a new good password\n")
    assert code == 0, said
    ada.now = time.time() + 6
    assert ada.get("/auth/me").status == 401, "its sessions end"
    again = AuthClient(shop.base_url).sign_in("ada", "a new good password")
    said, code = user(shop, "disable", "ada@example.org")
    assert code == 0, said
    again.now = time.time() + 6
    assert again.get("/auth/me").status == 401
    refused = AuthClient(shop.base_url).post(
        "/auth/login", login="ada", password="a new good password"
    )
    assert refused.code == "login_refused"
    assert user(shop, "enable", "ada")[1] == 0
    AuthClient(shop.base_url).sign_in("ada", "a new good password")


def test_user_commands_can_be_rehearsed(shop):
    ada = add_user(shop, "ada")
    before = user(shop, "list", "--json")
    for arguments in (
        ("add", "grace", "--email", "grace@example.org", "--password-stdin"),
        ("passwd", "ada", "--password-stdin"),
        ("role", "ada", "admin"),
        ("disable", "ada"),
    ):
        said, code = user(shop, *arguments, "--dry-run", password="a new good password\n")
        assert code == 0 and said.startswith("dry run, nothing is changed: "), said
    assert user(shop, "list", "--json") == before
    assert ada.get("/auth/me").status == 200
    assert "ada" in user(
        shop, "add", "ada", "--email", "b@example.org", "--password-stdin", "--dry-run",
        password="a new good password\n")[0], "what would be refused is refused"
    assert user(shop, "role", "nobody", "admin", "--dry-run")[1] == 1


def test_user_commands_say_what_is_wrong(shop):
    add_user(shop, "ada")
    for arguments, words in (
        (("add", "ada", "--email", "b@example.org"), "the name ada"),
        (("add", "bob", "--email", "ADA@example.org"), "the address ADA@example.org"),
        (("add", "no name", "--email", "b@example.org"), "2 to 64 letters"),
        (("add", "bob", "--email", "nobody"), "no e-mail address"),
        (("add", "bob", "--email", "b@example.org", "--role", "No Role"), "role"),
    ):
        said, code = user(shop, *arguments, "--password-stdin", password=PASSWORD)
        assert code != 0 and words in said, said
    said, code = user(shop, "passwd", "ada", "--password-stdin", password="short\n")
    assert code != 0 and "at least 10" in said
    said, code = user(shop, "passwd", "nobody", "--password-stdin", password=PASSWORD)
    assert code != 0 and "no such user: nobody" in said
    said, code = user(shop, "passwd", "ada")
    assert code != 0 and "--password-stdin" in said
    said, code = user(shop, "passwd", "ada", "--password-stdin", password="")
    assert code != 0
    for arguments in (("role", "nobody", "x"), ("disable", "nobody"), ("enable", "nobody")):
        said, code = user(shop, *arguments)
        assert code != 0 and "no such user: nobody" in said
    AuthClient(shop.base_url).sign_in("ada")


def type_into_terminal(server, arguments, answers):
    """Runs the command on a terminal of its own; what was shown there, and the exit code."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(server.folder)
        command = [str(binary()), "user", *arguments, "--env", "test", "--data", str(server.data)]
        os.execve(command[0], command, clean_environment(CHEAP, server.data))
    shown = b""
    for prompt, answer in answers:
        while prompt not in shown:
            shown += os.read(terminal, 1000)
        os.write(terminal, answer + b"\n")
    try:
        while more := os.read(terminal, 1000):
            shown += more
    except OSError:
        pass  # the other end has closed
    return shown, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_password_that_is_typed_is_not_shown(shop):
    arguments = ["add", "ada", "--email", "ada@example.org"]
    typed = PASSWORD.encode()
    shown, code = type_into_terminal(
        shop, arguments, [(b"Password: ", typed), (b"Once more: ", b"something else")]
    )
    assert code != 0 and b"differ" in shown and typed not in shown
    shown, code = type_into_terminal(
        shop, arguments, [(b"Password: ", typed), (b"Once more: ", typed)]
    )
    assert code == 0 and typed not in shown, shown
    AuthClient(shop.base_url).sign_in("ada")


def test_the_key_file_is_private_and_needed(tmp_path, own_server):
    with Server(tmp_path, variables=CHEAP) as server:
        ada = make_account(server)
        key = server.data / "auth.key"
        assert key.stat().st_mode & 0o777 == 0o600
        mails_before = len(mails(server))
    kept = key.read_text()
    key.write_text("not a key\n")
    said = run(tmp_path, "serve", "--env", "test", "--data", server.data, "--port", "0",
               variables=CHEAP).stdout
    assert "auth.key" in said and "bring the right file back" in said and "not a key" not in said
    key.write_text(kept)
    server.start()
    back = AuthClient(server.base_url)
    back.cookies = ada.cookies
    assert back.get("/auth/me").status == 200 and len(mails(server)) == mails_before
    server.stop()


def test_settings_that_do_not_fit_stop_the_start(tmp_path, own_server):
    def said(**variables):
        done = run(tmp_path, "serve", "--env", "test", "--data", tmp_path / "d", "--port", "0",
                   variables={**CHEAP, **variables})
        assert done.returncode > 0, done.stdout
        return done.stdout

    assert "32 characters" in said(MAINSTAY__AUTH__KEY="too short")
    assert "too short" not in said(MAINSTAY__AUTH__KEY="too short")
    assert "auth.hash_memory" in said(MAINSTAY__AUTH__HASH_MEMORY="1MiB")
    assert "auth.hash_passes" in said(MAINSTAY__AUTH__HASH_PASSES="1")
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "login.html").write_text("<h1>Hello</h1>\n{{password_hash}}")
    words = said(MAINSTAY__AUTH__TEMPLATES=str(texts))
    assert "login.html" in words and "password_hash" in words and "line 2" in words


def test_pages_and_mails_can_be_replaced(tmp_path, own_server):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "login.html").write_text("<h1>Welcome back</h1>{{{error}}}{{login}}{{csrf}}")
    (texts / "mail_reset_unknown.txt").write_text("Subject: Hm, {{address}}\n\nNo such account.\n")
    variables = {**CHEAP, "MAINSTAY__AUTH__TEMPLATES": str(texts)}
    with Server(tmp_path, variables=variables) as server:
        client = AuthClient(server.base_url)
        page = client.get("/auth/login?login=%3Cscript%3E").text
        assert "Welcome back" in page and "&lt;script&gt;" in page and "<script>" not in page
        client.post("/auth/forgot", email="x@example.org")
        assert mails(server)[-1]["subject"] == "Hm, x@example.org"
