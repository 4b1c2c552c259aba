"""Accounts from outside: register, confirm, sign in and out, forgotten passwords, sessions that
outlive restarts, and answers that tell nobody who has an account."""

import json
import threading
import time

import pytest

from support import stores
from support.auth_client import (
    CHEAP,
    PASSWORD,
    SESSION,
    AuthClient,
    mails,
    make_account,
    newest_token,
    token_of,
)
from support.server import Server, wait_until


@pytest.fixture
def shop(tmp_path, own_server):
    with Server(tmp_path, variables=CHEAP) as server:
        yield server


def gauge(server, name):
    text = AuthClient(server.base_url).get("/metrics").text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(name + " "))


def test_register_confirm_sign_in_and_out(shop):
    client = AuthClient(shop.base_url)
    got = client.post("/auth/register", email="Ada@Example.org", password=PASSWORD, name="ada")
    assert (got.status, got.json) == (202, {"status": "mail_sent"})
    assert SESSION not in client.cookies
    (mail,) = mails(shop)
    assert mail["to"] == "Ada@Example.org"
    assert "https://shop.example/auth/confirm?token=" in mail["text"]
    assert "https://shop.example/auth/confirm?token=" in mail["html"]
    assert client.post("/auth/login", login="ada", password=PASSWORD).code == "login_refused"

    wrong = client.post("/auth/confirm", token=token_of(mail), password="another password")
    assert (wrong.status, wrong.code) == (403, "password_refused")
    assert client.post("/auth/confirm", token=token_of(mail), password=PASSWORD).status == 200
    me = client.get("/auth/me")
    assert me.json["name"] == "ada" and me.json["email"] == "Ada@Example.org"
    client.csrf = me.json["csrf_token"]
    assert client.post("/auth/logout").status == 200
    assert SESSION not in client.cookies
    assert client.get("/auth/me").code == "sign_in_required"

    for login in ("ada", "ADA", "ada@example.org"):
        signed = AuthClient(shop.base_url).sign_in(login)
        assert signed.get("/auth/me").json["name"] == "ada"


def test_a_signed_out_session_is_over_at_once_and_a_link_works_once(shop):
    client = make_account(shop)
    other = AuthClient(shop.base_url)
    other.cookies = dict(client.cookies)
    assert other.get("/auth/me").status == 200
    assert client.post("/auth/logout").status == 200
    assert other.get("/auth/me").status == 401
    again = client.post(
        "/auth/confirm", token=newest_token(shop, "ada@example.org"), password=PASSWORD
    )
    assert (again.status, again.code) == (410, "link_used")


def test_signing_in_again_rotates_the_session(shop):
    client = make_account(shop)
    old = AuthClient(shop.base_url)
    old.cookies = dict(client.cookies)
    client.sign_in("ada@example.org")
    assert client.cookies[SESSION] != old.cookies[SESSION]
    assert old.get("/auth/me").status == 401
    assert client.get("/auth/me").status == 200


def test_sessions_survive_a_restart_and_a_kill(tmp_path, own_server):
    server = Server(tmp_path, variables=CHEAP).start()
    client = make_account(server)
    server.stop()
    server.start()
    again = AuthClient(server.base_url)
    again.cookies = client.cookies
    assert again.get("/auth/me").status == 200
    fresh = AuthClient(server.base_url).sign_in("ada@example.org")
    server.kill()
    server.start()
    for known in (again, fresh):
        after = AuthClient(server.base_url)
        after.cookies = known.cookies
        assert after.get("/auth/me").status == 200
    server.stop()


def test_sessions_end_without_use_and_in_all(shop):
    client = make_account(shop)
    begin = time.time()

    def is_written(seconds):
        """Nobody waits for the note of when a session was last used; the test does."""
        ((used,),) = stores.rows(shop.data, "SELECT max(used_at) FROM auth_sessions")
        return int(used) >= (begin + seconds) * 1e6 - 1

    def status_at(seconds):
        client.now = begin + seconds
        status = client.get("/auth/me").status
        if status == 200:
            wait_until(lambda: is_written(seconds), 20, "last use")
        return status

    hour, day = 3600, 86400
    assert status_at(11 * hour) == 200
    assert status_at(22 * hour) == 200
    assert status_at(40 * hour) == 401
    client.now = begin
    client.csrf = None
    client.cookies = {}
    client.sign_in("ada@example.org", remember=True)
    for days in range(0, 90, 29):
        assert status_at(days * day) == 200
    assert status_at(90 * day + hour) == 401


def test_forgotten_password(shop):
    client = make_account(shop)
    stranger = AuthClient(shop.base_url)
    assert stranger.post("/auth/forgot", email="ada@example.org").status == 202
    token = newest_token(shop, "ada@example.org")
    short = stranger.post("/auth/reset", token=token, password="short")
    assert (short.status, short.code) == (422, "password_too_short")
    got = stranger.post("/auth/reset", token=token, password="a new good password")
    assert got.status == 200
    assert client.get("/auth/me").status == 401, "all sessions end"
    again = stranger.post("/auth/reset", token=token, password="one more password")
    assert again.code == "link_used"
    refused = stranger.post("/auth/login", login="ada@example.org", password=PASSWORD)
    assert refused.code == "login_refused"
    stranger.sign_in("ada@example.org", "a new good password")
    assert "was changed" in mails(shop)[-1]["subject"]


def test_tampered_expired_and_foreign_links(shop):
    make_account(shop)
    client = AuthClient(shop.base_url)
    client.post("/auth/forgot", email="ada@example.org")
    token = newest_token(shop, "ada@example.org")

    def refusal(changed):
        return client.post("/auth/reset", token=changed, password="a new good password")

    purpose, link, expires, signature = token.split("-")
    later = format(int(expires, 16) + 3600, "010x")
    flipped = ("0" if signature[0] != "0" else "1") + signature[1:]
    for changed in (
        "",
        "x",
        token[:-1],
        token + "0",
        "-".join(["i", link, expires, signature]),
        "-".join([purpose, "0" * 32, expires, signature]),
        "-".join([purpose, link, later, signature]),
        "-".join([purpose, link, expires, flipped]),
    ):
        assert (refusal(changed).status, refusal(changed).code) == (400, "link_invalid")
    client.now = time.time() + 3700
    assert (refusal(token).status, refusal(token).code) == (410, "link_expired")
    client.now = None
    wrong_use = client.post("/auth/invitation", token=token, password="a new good password")
    assert wrong_use.code == "link_invalid"
    assert refusal(token).status == 200


def at_once(calls):
    answers = [None] * len(calls)

    def run(place):
        answers[place] = calls[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_one_link_used_by_many_at_once_works_once(tmp_path, own_server):
    variables = {**CHEAP, "MAINSTAY__AUTH__HASH_THREADS": "4"}
    with Server(tmp_path, variables=variables) as server:
        make_account(server)
        AuthClient(server.base_url).post("/auth/forgot", email="ada@example.org")
        token = newest_token(server, "ada@example.org")

        def reset(number):
            client = AuthClient(server.base_url)
            return lambda: client.post("/auth/reset", token=token, password=f"password of {number}")

        answers = at_once([reset(number) for number in range(8)])
        assert sorted(answer.status for answer in answers) == [200] + 7 * [410]
        won = next(n for n, answer in enumerate(answers) if answer.status == 200)
        AuthClient(server.base_url).sign_in("ada@example.org", f"password of {won}")


def test_two_registrations_of_one_address_make_one_account(tmp_path, own_server):
    variables = {**CHEAP, "MAINSTAY__AUTH__HASH_THREADS": "4"}
    with Server(tmp_path, variables=variables) as server:
        passwords = [f"password of {number}" for number in range(4)]
        answers = at_once(
            [
                lambda p=p: AuthClient(server.base_url).post(
                    "/auth/register", email="ada@example.org", password=p
                )
                for p in passwords
            ]
        )
        assert [answer.status for answer in answers] == 4 * [202]
        tokens = [token_of(mail) for mail in mails(server)]
        assert len(tokens) == 4
        # Whose token is whose is not known: each is tried with each password.
        pairs = [(token, password) for token in tokens for password in passwords]
        answers = at_once(
            [
                lambda t=t, p=p: AuthClient(server.base_url).post(
                    "/auth/confirm", token=t, password=p
                )
                for t, p in pairs
            ]
        )
        assert [answer.status for answer in answers].count(200) == 1
        won = next(pair for pair, answer in zip(pairs, answers) if answer.status == 200)
        AuthClient(server.base_url).sign_in("ada@example.org", won[1])


def same_answer(server, first, second):
    """What both calls answer, byte for byte but the date, and the work that each was."""
    seen = []
    for call in (first, second):
        hashes, queued = gauge(server, "auth_password_hashes"), len(mails(server))
        answer = call(AuthClient(server.base_url))
        work = gauge(server, "auth_password_hashes") - hashes, len(mails(server)) - queued
        headers = [(n, v) for n, v in answer.headers if n.lower() != "date"]
        seen.append((answer.status, headers, answer.body, work))
    assert seen[0] == seen[1]
    return seen[0]


def test_no_answer_tells_whether_an_address_exists(shop):
    make_account(shop, "known@example.org")

    def register(email):
        return lambda c: c.post("/auth/register", email=email, password="a long password")

    def forgot(email):
        return lambda c: c.post("/auth/forgot", email=email)

    def login(email):
        return lambda c: c.post("/auth/login", login=email, password="not the password")

    expected = ((register, 202, (1, 1)), (forgot, 202, (0, 1)), (login, 401, (1, 0)))
    for call, status, work in expected:
        seen = same_answer(shop, call("known@example.org"), call("nobody@example.org"))
        assert (seen[0], seen[3]) == (status, work), call


def test_no_page_tells_whether_an_address_exists(shop):
    make_account(shop, "known@example.org")
    # The same cookie on both sides, since forms hold a token that is made of it.
    cookies = {"__Host-mainstay-form": "f" * 32}

    def form(path, **fields):
        def call(client):
            client.cookies = dict(cookies)
            return client.form(path, **fields)

        return call

    for path, extra, status in (
        ("/auth/register", {"password": "a long password"}, 303),
        ("/auth/forgot", {}, 303),
    ):
        seen = same_answer(
            shop,
            form(path, email="known@example.org", **extra),
            form(path, email="nobody@example.org", **extra),
        )
        assert seen[0] == status

    def login(email):
        return AuthClient(shop.base_url).form("/auth/login", login=email, password="x" * 9)

    known, nobody = login("known@example.org"), login("nobody@example.org")
    assert known.status == nobody.status == 401
    assert "login or the password is wrong" in known.text


def test_too_many_wrong_passwords_lock_for_a_while_known_or_not(tmp_path, own_server):
    variables = {**CHEAP, "MAINSTAY__AUTH__ACCOUNT_TRIES": "3"}
    with Server(tmp_path, variables=variables) as server:
        make_account(server)
        for login in ("ada@example.org", "nobody@example.org"):
            client = AuthClient(server.base_url)
            client.now = int(time.time())
            for _ in range(3):
                wrong = client.post("/auth/login", login=login, password="not the password")
                assert wrong.code == "login_refused"
            locked = client.post("/auth/login", login=login, password=PASSWORD)
            assert (locked.status, locked.code) == (429, "too_many_attempts")
            assert locked.header("Retry-After") == "300"
            client.now += 300
            wrong = client.post("/auth/login", login=login, password="not the password")
            assert wrong.code == "login_refused"
        client = AuthClient(server.base_url)
        client.now = int(time.time()) + 3600
        client.sign_in("ada@example.org")


def test_one_client_cannot_try_all_accounts(tmp_path, own_server):
    variables = {**CHEAP, "MAINSTAY__AUTH__CLIENT_TRIES": "5"}
    with Server(tmp_path, variables=variables) as server:
        client = AuthClient(server.base_url)
        client.now = int(time.time())
        codes = [
            client.post("/auth/login", login=f"user{n}", password="not the password").code
            for n in range(6)
        ]
        assert codes == 5 * ["login_refused"] + ["too_many_attempts"]


def test_a_crowd_of_sign_ins_is_told_to_come_back(tmp_path, own_server):
    variables = {
        **CHEAP,
        "MAINSTAY__AUTH__HASH_QUEUE_MAX": "1",
        "MAINSTAY__AUTH__HASH_MEMORY": "64MiB",
        "MAINSTAY__AUTH__HASH_PASSES": "20",
    }
    with Server(tmp_path, variables=variables) as server:
        answers = at_once(
            [
                lambda n=n: AuthClient(server.base_url).post(
                    "/auth/login", login=f"user{n}", password="not the password"
                )
                for n in range(12)
            ]
        )
        busy = [answer for answer in answers if answer.status == 503]
        assert busy and {answer.code for answer in busy} == {"busy"}
        assert all(int(answer.header("Retry-After")) >= 1 for answer in busy)
        assert any(answer.status == 401 for answer in answers)
        # What needs no hash is answered meanwhile.
        assert AuthClient(server.base_url).get("/auth/login").status == 200


def test_foreign_requests_change_nothing(shop):
    client = make_account(shop)
    csrf, client.csrf = client.csrf, None
    assert client.post("/auth/name", name="eve").code == "foreign_request"
    for headers in (
        {"Sec-Fetch-Site": "cross-site", "X-CSRF-Token": csrf},
        {"Sec-Fetch-Site": "same-site", "X-CSRF-Token": csrf},
        {"Origin": "https://evil.example", "X-CSRF-Token": csrf},
        {"X-CSRF-Token": "0" * 64},
    ):
        assert client.post("/auth/name", headers, name="eve").code == "foreign_request"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    refused = client.request("POST", "/auth/name", "name=eve", form)
    assert refused.status == 403 and "does not come from a page of ours" in refused.text
    other = make_account(shop, "eve@example.org")
    body = f"name=eve&csrf={other.csrf}"
    assert client.request("POST", "/auth/name", body, form).status == 403
    text = {"Content-Type": "text/plain", "X-CSRF-Token": csrf}
    assert client.request("POST", "/auth/name", '{"name":"eve"}', text).code == "body_unsupported"
    login = {"Origin": "https://evil.example"}
    stranger = AuthClient(shop.base_url)
    got = stranger.post("/auth/login", login, login="ada@example.org", password=PASSWORD)
    assert got.code == "foreign_request"
    assert client.get("/auth/me").json["name"] == "ada"
    client.csrf = csrf
    assert client.post("/auth/name", name="countess").status == 200
    assert client.get("/auth/me").json["name"] == "countess"


def test_bad_input_is_refused_by_name(shop):
    client = AuthClient(shop.base_url)

    def code(path, **fields):
        return client.post(path, **fields).code

    good = {"email": "ada@example.org", "password": PASSWORD}
    assert code("/auth/register") == "email_invalid"
    assert code("/auth/register", **{**good, "email": "no address"}) == "email_invalid"
    assert code("/auth/register", **{**good, "password": "short"}) == "password_too_short"
    assert code("/auth/register", **{**good, "password": "x" * 1025}) == "password_too_long"
    assert code("/auth/register", **{**good, "password": "password123"}) == "password_common"
    assert code("/auth/register", **{**good, "password": "Ada@Example.org"}) == "password_is_name"
    assert code("/auth/register", **good, name="no name") == "name_invalid"
    assert code("/auth/login") == "input_invalid"
    headers = {"Content-Type": "application/json"}
    assert client.request("POST", "/auth/login", "{", headers).code == "input_invalid"
    big = json.dumps({"login": "x" * 20000})
    assert client.request("POST", "/auth/login", big, headers).code == "body_too_large"
    assert mails(shop) == []


def test_registration_is_closed_outside_development(tmp_path, own_server):
    variables = {**CHEAP, "MAINSTAY__AUTH__REGISTRATION": "closed"}
    with Server(tmp_path, variables=variables) as server:
        client = AuthClient(server.base_url)
        got = client.post("/auth/register", email="ada@example.org", password=PASSWORD)
        assert (got.status, got.code) == (403, "registration_closed")
        assert client.get("/auth/register").status == 403
        assert "/auth/register" not in client.get("/auth/login").text


def test_accounts_can_be_off(tmp_path, own_server):
    with Server(tmp_path, variables={"MAINSTAY__AUTH__ENABLED": "false"}) as server:
        assert AuthClient(server.base_url).get("/auth/login").status == 404
