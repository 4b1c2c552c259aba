"""The FIX door from outside, byte by byte: logging on, orders, refusals, and what a client that
misbehaves or stops reading gets."""

import os
import ssl
import threading
import time

import pytest

from support.certificates import Certificates
from support.fix import Exchange, FixClient, SteadyClient, framed, now
from support.restarting import Restarting
from support.server import wait_until


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    market = Exchange(tmp_path_factory.mktemp("fix"))
    with market.server:
        yield market.open_market()


def test_orders_trade_and_both_sides_are_told(exchange):
    with exchange.client("ada", "A1") as ada, exchange.client("bob", "B1") as bob:
        ada.order("s1", 2, 10, "1.25", "59=1|1=desk 7|")
        taken = ada.expect("8", _150="0", _39="0", _11="s1", _1="desk 7", _55="ARTUSD")
        assert (taken[38], taken[44], taken[151], taken[14]) == ("10", "1.25", "10", "0")
        bob.order("b1", 1, 4, "1.30")
        bob.expect("8", _150="0", _39="0")
        bob.expect("8", _150="F", _39="2", _31="1.25", _32="4", _851="2", _6="1.25", _151="0")
        ada.expect("8", _150="F", _39="1", _31="1.25", _32="4", _851="1", _151="6")

        ada.send("G", f"11=s2|41=s1|55=ARTUSD|54=2|40=2|38=8|44=1.25|60={now()}|")
        ada.expect("8", _150="5", _39="1", _11="s2", _41="s1", _38="8", _151="4", _14="4")
        ada.send("H", "11=s2|55=ARTUSD|54=2|790=q|")
        ada.expect("8", _150="I", _39="1", _790="q", _151="4")
        ada.send("F", f"11=c1|41=s2|55=ARTUSD|54=2|60={now()}|")
        ada.expect("8", _150="4", _39="4", _11="c1", _41="s2", _151="0", _14="4")
        ada.send("F", f"11=c2|41=s2|55=ARTUSD|54=2|60={now()}|")
        ada.expect("9", _434="1", _102="1", _11="c2", _41="s2")


def test_an_order_may_be_canceled_in_the_same_breath(exchange):
    with exchange.client("ada", "A2") as ada:
        order = ada.body("D", f"11=x|55=ARTUSD|54=1|38=1|40=2|44=1.00|59=1|60={now()}|")
        cancel = ada.body("F", f"11=y|41=x|55=ARTUSD|54=1|60={now()}|")
        status = ada.body("H", "11=y|55=ARTUSD|54=1|")
        ada.send_bytes(framed(order) + framed(cancel) + framed(status))
        ada.expect("8", _150="0", _11="x")
        ada.expect("8", _150="4", _11="y", _41="x")
        ada.expect("8", _150="I", _39="4")


def test_mass_cancel_and_mass_status(exchange):
    with exchange.client("ada", "A3") as ada, exchange.client("ada", "A3b") as other:
        for i in range(3):
            ada.order(f"m{i}", 1, 1, "0.50")
            ada.expect("8", _150="0")
        other.order("o", 1, 1, "0.50")
        other.expect("8", _150="0")
        ada.send("AF", "584=all|585=7|")
        states = [ada.expect("8", _150="I", _584="all", _911="3") for _ in range(3)]
        assert [state[11] for state in states] == ["m0", "m1", "m2"]
        assert [state[912] for state in states] == ["N", "N", "Y"]
        ada.send("q", f"11=q1|530=7|60={now()}|")
        for i in range(3):
            ada.expect("8", _150="4", _39="4", _11=f"m{i}")
        ada.expect("r", _530="7", _531="7", _533="3")
        other.send("H", "11=o|55=ARTUSD|54=1|")
        other.expect("8", _150="I", _39="0")
        other.send("q", f"11=q2|530=1|55=ARTUSD|60={now()}|")
        other.expect("8", _150="4")
        other.expect("r", _531="1", _533="1")


def phase(exchange, name):
    exchange.put("/exchange/v1/symbols/ARTUSD/phase", phase=name)


def test_days_and_dates_end_orders(exchange):
    with exchange.client("ada", "D1") as ada:
        soon = time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(time.time() + 1.5))
        ada.order("date", 1, 1, "0.20", f"59=6|126={soon}|")
        ada.expect("8", _150="0", _11="date", _59="6")
        ada.expect("8", _150="C", _39="C", _11="date")
        ada.order("gone", 1, 1, "0.20", "59=6|432=20200101|")
        ada.expect("8", _150="8", _103="4")
        ada.order("never", 1, 1, "0.20", "59=6|126=99991231-23:59:59|")
        assert "2262" in ada.expect("3", _371="126", _373="5")[58]
        ada.order("day", 1, 1, "0.20", "59=0|")
        ada.expect("8", _150="0", _11="day", _59="0")
        ada.order("gtc", 1, 1, "0.20")
        ada.expect("8", _150="0", _11="gtc", _59="1")
        phase(exchange, "closed")
        ada.expect("8", _150="C", _39="C", _11="day")
        ada.order("late", 1, 1, "0.20")
        ada.expect("8", _150="8", _103="2")
        phase(exchange, "continuous")
        ada.send("F", f"11=over|41=gtc|55=ARTUSD|54=1|60={now()}|")
        ada.expect("8", _150="4", _11="over")


def test_an_auction_trades_at_one_price(exchange):
    with exchange.client("cleo", "U1") as cleo, exchange.client("bob", "U1") as bob:
        phase(exchange, "opening_call")
        cleo.order("s", 2, 5, "1.10")
        cleo.expect("8", _150="0", _39="0")
        bob.order("now", 1, 5, "1.30", "59=3|")
        bob.expect("8", _150="8", _103="11")  # calls are for those who wait
        bob.order("b", 1, 8, "1.10")
        bob.expect("8", _150="0", _39="0")  # and nothing trades
        phase(exchange, "continuous")
        sold = cleo.expect("8", _150="F", _39="2", _31="1.10", _32="5", _851="4")
        bought = bob.expect("8", _150="F", _39="1", _31="1.10", _32="5", _851="4", _151="3")
        assert sold[527] == bought[527]
        bob.send("q", f"11=q|530=1|55=ARTUSD|54=1|60={now()}|")
        bob.expect("8", _150="4", _11="b")
        bob.expect("r", _533="1")


def test_a_busted_trade_is_told_to_both(exchange):
    with exchange.client("cleo", "T1") as cleo, exchange.client("bob", "T1") as bob:
        cleo.order("s", 2, 5, "1.10")
        cleo.expect("8", _150="0")
        bob.order("b", 1, 2, "1.10")
        bob.expect("8", _150="0")
        took = bob.expect("8", _150="F", _39="2")
        made = cleo.expect("8", _150="F", _39="1")
        exchange.post(f"/exchange/v1/symbols/ARTUSD/trades/{took[527]}/bust")
        bob.expect("8", _150="H", _39="4", _19=took[17], _527=took[527], _14="0", _151="0")
        cleo.expect("8", _150="H", _39="0", _19=made[17], _32="2", _31="1.10", _14="0", _151="3")
        cleo.send("F", f"11=c|41=s|55=ARTUSD|54=2|60={now()}|")
        cleo.expect("8", _150="4", _39="4", _14="0")


def test_a_bust_is_told_also_when_an_account_has_traded_much_since(exchange):
    fills_kept = 1000
    with exchange.client("cleo", "T2") as cleo, exchange.client("bob", "T2") as bob:
        cleo.order("s", 2, 2, "1.10")
        cleo.expect("8", _150="0")
        bob.order("b", 1, 2, "1.10")
        bob.expect("8", _150="0")
        took = bob.expect("8", _150="F", _39="2")
        made = cleo.expect("8", _150="F", _39="2")
        with exchange.client("cleo", "T3") as busy:  # with herself: two fills a trade
            busy.order("all", 2, fills_kept // 2, "1.10")
            busy.expect("8", _150="0")
            for i in range(fills_kept // 2):
                busy.order(f"one{i}", 1, 1, "1.10")
                for kind in "0FF":
                    busy.expect("8", _150=kind)
        exchange.post(f"/exchange/v1/symbols/ARTUSD/trades/{took[527]}/bust")
        bob.expect("8", _150="H", _39="4", _19=took[17], _527=took[527], _14="0")
        cleo.expect("8", _150="H", _39="4", _19=made[17], _32="2", _31="1.10", _14="0")


def test_post_only_orders_may_slide(exchange):
    with exchange.client("cleo", "P1") as cleo, exchange.client("bob", "P1") as bob:
        cleo.order("s", 2, 5, "1.10")
        cleo.expect("8", _150="0")
        bob.order("no", 1, 5, "1.20", "59=1|18=6|9479=R|")
        bob.expect("8", _150="8", _103="99")
        bob.order("b", 1, 5, "1.20", "59=1|18=6|9479=S|")
        bob.expect("8", _150="0", _39="0", _18="6")
        bob.expect("8", _150="D", _378="3", _44="1.09", _151="5")
        for client, id_, side in ((cleo, "s", 2), (bob, "b", 1)):
            client.send("F", f"11=c|41={id_}|55=ARTUSD|54={side}|60={now()}|")
            client.expect("8", _150="4")


def test_what_is_refused_says_why_and_changes_nothing(exchange):
    with exchange.client("ada", "A4") as ada:
        ada.send("D", f"11=a|55=NONE|54=1|38=1|40=2|44=1|59=1|60={now()}|")
        ada.expect("8", _150="8", _39="8", _103="1", _55="NONE")
        ada.order("b", 1, 1, "1.005")
        ada.expect("8", _150="8", _103="99")
        ada.order("c", 1, "1.5", "1.00")
        ada.expect("8", _150="8", _103="13")
        beyond = "Price times quantity is beyond what an amount can hold."
        ada.order("d", 1, 4_000_000_000, "40000000.00")
        ada.expect("8", _150="8", _103="3", _58=beyond)
        # She has as much to sell, and there is no other bound: at half the price it is taken.
        ada.order("d2", 2, 4_000_000_000, "40000000.00")
        ada.expect("8", _150="8", _103="3", _58=beyond)
        ada.order("d3", 2, 4_000_000_000, "20000000.00")
        ada.expect("8", _150="0", _39="0", _151="4000000000")
        ada.send("F", f"11=d4|41=d3|55=ARTUSD|54=2|60={now()}|")
        ada.expect("8", _150="4", _11="d4")
        ada.order("e", 1, 99999999999999999999, "1.00")
        ada.expect("8", _150="8", _103="13")
        ada.send("D", f"11=f|55=ARTUSD|54=1|40=2|44=1.00|60={now()}|")
        ada.expect("3", _371="38", _373="1", _372="D")
        ada.order("g", 1, 1, "one")
        ada.expect("3", _371="44", _373="6")
        ada.order("h" * 37, 1, 1, "1.00")
        ada.expect("3", _371="11", _373="5")
        ada.send("D", f"11=i|11=j|55=ARTUSD|54=1|38=1|40=2|44=1.00|60={now()}|")
        ada.expect("3", _371="11", _373="13")
        ada.send("V", "262=x|")
        ada.expect("j", _372="V", _380="3")
        ada.order("k", 1, 1, "0.40")
        ada.expect("8", _150="0")
        ada.order("k", 1, 1, "0.40")
        ada.expect("8", _150="8", _103="6")
        ada.order("l", 2, 1, "0.30", "59=1|18=6|")
        ada.expect("8", _150="8")  # it would take
        ada.send("q", f"11=q|530=7|60={now()}|")
        ada.expect("8", _150="4", _11="k")
        ada.expect("r", _533="1")
    status = exchange._operator.get("/exchange/v1/status").json
    assert status["symbols"][0]["live_orders"] == 0


def test_garbled_messages_take_no_number(exchange):
    with exchange.client("ada", "A5") as ada:
        good = framed(ada.body("1", "112=a|"))
        wrong_sum = framed(ada.body("1", "112=lost|", number=99))[:-4] + b"999\x01"
        ada.send_bytes(b"noise" + wrong_sum + b"8=FIX.4.4\x019=x\x01" + good)
        ada.expect("0", _112="a")
        ada.send("0")
        ada.send("1", "112=b|")
        ada.expect("0", _112="b")


def test_numbers_that_are_wrong(exchange):
    with exchange.client("ada", "A6") as ada:
        ada.send("1", "112=late|", number=7)
        ada.expect("2", _7="2", _16="0")
        ada.send("4", "43=Y|122=" + now() + "|123=Y|36=8|", number=2)
        ada.send("1", "112=again|", number=8)
        ada.expect("0", _112="again")
        ada.send("1", "112=old|", number=3)
        gone = ada.expect("5")
        assert "expecting 9 but received 3" in gone[58]
        assert ada.receive() is None


def test_messages_that_are_too_large_end_the_session(exchange):
    with exchange.client("ada", "A7") as ada:
        ada.send("D", f"58={'x' * 20_000}|")
        assert "bytes" in ada.expect("5")[58]
        assert ada.receive() is None


def test_logons_that_are_refused(exchange):
    token = exchange.tokens["ada"]

    def refusal(name="ada", password=token, comp_id="A8", fields="", number=1, begin="FIX.4.4"):
        with FixClient(exchange.fix_port, comp_id) as client:
            who = f"553={name}|554={password}|" if name else ""
            body = client.body("A", f"98=0|108=30|{who}{fields}", number)
            client.send_bytes(framed(body, begin))
            said = client.receive()
            assert client.receive() is None
            return said[58] if said else None

    wrong = refusal(password="mst_" + "0" * 64)
    assert wrong == refusal(name="bob") == refusal(name="nobody") == refusal(password="x")
    assert "password" not in wrong
    assert "553" in refusal(name="")
    assert "4.4" in refusal(begin="FIX.4.2")
    with FixClient(exchange.fix_port, "A8") as stranger:
        stranger.send("0")
        assert stranger.receive() is None
    # What was refused took numbers of ours, since clients count the Logout; none of the client's.
    with exchange.client("ada", "A8") as ada:
        ada.send("2", "7=1|16=0|")
        assert int(ada.expect("4", _123="Y")[36]) > 1


def test_one_connection_a_session(exchange):
    with exchange.client("ada", "A9") as ada:
        with FixClient(exchange.fix_port, "A9") as twice:
            twice.log_on("ada", exchange.tokens["ada"])
            assert "already" in twice.expect("5")[58]
            assert twice.receive() is None
        ada.send("1", "112=still here|")
        ada.expect("0", _112="still here")
        with exchange.client("ada", "another"), exchange.client("bob", "A9"):
            pass


def test_too_many_wrong_passwords(exchange):
    said = []
    for _ in range(25):
        with FixClient(exchange.fix_port, "A10") as client:
            client.log_on("guessed", "mst_" + "1" * 64)
            said.append(client.expect("5")[58])
    assert "try again later" in said[-1] and "try again later" not in said[0]


def test_heartbeats(exchange):
    with exchange.client("cleo", "A11", heartbeat=1) as cleo:
        test = cleo.expect("1")
        cleo.send("0", f"112={test[112]}|")
        cleo.expect("1")
        assert "heartbeat" in cleo.expect("5")[58]
        assert cleo.receive() is None


def test_orders_are_canceled_when_the_connection_ends_if_that_was_wanted(exchange):
    cleo = SteadyClient("A12", "cleo", exchange.tokens["cleo"], "8013=Y|")

    def told(client_id):
        return [report[150] for report in cleo.reports if report[11] == client_id]

    def order(client_id):
        cleo.send("D", f"11={client_id}|55=ARTUSD|54=1|38=1|40=2|44=0.30|59=1|60={now()}|")
        cleo.pump_until(lambda: told(client_id) == ["0"])

    cleo.connect(exchange.fix_port)
    order("d")
    cleo.disconnect()
    cleo.logon_fields = ""
    cleo.connect(exchange.fix_port)
    cleo.pump_until(lambda: told("d") == ["0", "4"])
    order("e")
    cleo.disconnect()
    cleo.connect(exchange.fix_port)
    cleo.send("H", "11=e|55=ARTUSD|54=1|")
    cleo.pump_until(lambda: told("e") == ["0", "I"])
    assert cleo.reports[-1][39] == "0"  # nobody wanted it canceled this time
    cleo.send("F", f"11=f|41=e|55=ARTUSD|54=1|60={now()}|")
    cleo.pump_until(lambda: told("f") == ["4"])
    cleo.disconnect()


def test_who_does_not_read_is_ended_and_nobody_waits(exchange):
    with exchange.client("cleo", "A13", receive_buffer=4_096) as slow:
        for _ in range(60):
            bodies = [slow.body("1", f"112={'x' * 8_000}|") for _ in range(20)]
            try:
                slow.send_bytes(b"".join(map(framed, bodies)))
            except OSError:
                break
        with exchange.client("bob", "B13") as bob:
            bob.send("1", "112=quick|")
            bob.expect("0", _112="quick")
        exchange.server.says("the connection was lost")


def test_plain_text_is_for_loopback_only(tmp_path):
    wide = Exchange(
        tmp_path,
        "--user",
        os.geteuid(),
        environment="deployment",
        variables={"MAINSTAY__APPS__EXCHANGE__FIX_LISTEN": "0.0.0.0:0"},
    )
    wide.server.spawn()
    assert wide.server.process.wait(30) != 0
    assert "fix_tls_certificate" in wide.server.output()


def test_over_tls(tmp_path):
    certificates = Certificates(tmp_path)
    certificates.issue()
    exchange = Exchange(
        tmp_path,
        variables={
            "MAINSTAY__APPS__EXCHANGE__FIX_TLS_CERTIFICATE": str(certificates.certificate),
            "MAINSTAY__APPS__EXCHANGE__FIX_TLS_KEY": str(certificates.key),
        },
    )
    context = ssl.create_default_context(cafile=certificates.roots)

    def secure(plain):
        return context.wrap_socket(plain, server_hostname="localhost")

    exchange.wrap = secure
    with exchange.server:
        exchange.open_market()
        with exchange.client("ada", "TA") as ada, exchange.client("bob", "TB") as bob:
            ada.order("s", 2, 10, "1.25")
            ada.expect("8", _150="0", _39="0")
            bob.order("b", 1, 4, "1.25")
            bob.expect("8", _150="0", _39="0")
            bob.expect("8", _150="F", _39="2", _31="1.25", _32="4")
            ada.expect("8", _150="F", _39="1", _31="1.25", _32="4", _151="6")
            assert ada.socket.version() in ("TLSv1.2", "TLSv1.3")
        with FixClient(exchange.fix_port, "T", wrap=secure) as client:
            client.log_on("ada", "mst_" + "0" * 64)
            assert "refused" in client.expect("5")[58]
        with FixClient(exchange.fix_port, "T") as plain:
            plain.log_on("ada", "x")
            assert plain.ended()


def test_a_resend_says_what_is_not_kept_any_more(tmp_path):
    exchange = Exchange(tmp_path, variables={"MAINSTAY__APPS__EXCHANGE__FIX_KEPT_MESSAGES": "2"})
    with exchange.server:
        exchange.open_market()
        with exchange.client("ada", "L") as ada:
            for i in range(4):  # numbers 2 to 5
                ada.order(f"l{i}", 1, 1, "0.10")
                ada.expect("8", _150="0", _11=f"l{i}")
        exchange.server.kill()
        exchange.server.start()
        with exchange.client("ada", "L", number=6) as ada:
            ada.send("2", "7=2|16=0|")
            ada.expect("4", _34="2", _123="Y", _36="4")
            ada.expect("8", _34="4", _11="l2", _43="Y")
            ada.expect("8", _34="5", _11="l3", _43="Y")
            ada.expect("4", _34="6", _123="Y")
            told = ada.expect("j", _372="2", _380="0")
            assert "2 to 3" in told[58] and "OrderStatusRequest" in told[58]
            ada.send("H", "11=l0|55=ARTUSD|54=1|")
            ada.expect("8", _150="I", _39="0", _11="l0")
        exchange.server.says("exchange.fix.resend_lacks")


def test_stopping_logs_clients_out(tmp_path):
    exchange = Exchange(tmp_path)
    with exchange.server:
        exchange.open_market()
        with exchange.client("ada", "S") as ada:
            exchange.server.process.terminate()
            assert "stops" in ada.expect("5")[58]
            ada.send("5")
            assert ada.receive() is None
        assert exchange.server.process.wait(20) == 0


class Knocker(threading.Thread):
    """Connects and logs on, session after session, until told to stop."""

    def __init__(self, exchange, port):
        super().__init__()
        self._token, self._port = exchange.tokens["bob"], port
        self._enough = threading.Event()
        self.logged_on, self.failures = 0, []

    def run(self):
        number = 1
        while not self._enough.is_set() and not self.failures:
            try:
                with FixClient(self._port, "KNOCK") as client:
                    client.log_on("bob", self._token, "141=Y|", number=number)
                    answer = client.receive()
                    if answer and answer.type == "5" and "already" in answer[58]:
                        continue  # the server has not seen yet that the one before has ended
                    assert answer and answer.type == "A", answer
                    self.logged_on += 1
                    client.send("5", number=number + 1)
                    client.expect("5")
            except Exception as failure:  # whatever it is, the test wants to say it
                self.failures.append(repr(failure))

    def finish(self):
        self._enough.set()
        self.join()


def test_a_restart_refuses_nobody_and_sessions_go_on(tmp_path):
    """The socket is handed over: who connects meanwhile waits in its queue."""
    exchange = Exchange(tmp_path, server=Restarting)
    with exchange.server as server:
        exchange.open_market()
        port = exchange.fix_port
        ada = SteadyClient("R", "ada", exchange.tokens["ada"])
        ada.connect(port)
        knocker = Knocker(exchange, port)
        knocker.start()
        try:
            for round_ in range(3):
                before = knocker.logged_on
                ada.send("D", f"11=r{round_}|55=ARTUSD|54=1|38=1|40=2|44=0.10|59=1|60={now()}|")
                ada.pump_until(lambda: len(ada.reports) == round_ + 1)
                server.begin_restart()
                ada.pump_until(lambda: ada.heard.get("58"))
                assert ada.heard.pop("58") == "the exchange stops or restarts"
                ada.send("5", "")
                ada.disconnect()
                ada.connect(port)  # waits for the successor; the numbers go on
                server.await_restart()
                wait_until(lambda: knocker.logged_on > before or knocker.failures, 20, "a logon")
        finally:
            knocker.finish()
        assert not knocker.failures
        ada.send("q", f"11=all|530=7|60={now()}|")
        ada.pump_until(lambda: ada.heard.get("533"))
        assert ada.heard["533"] == "3"
        assert ada.resends == 0  # nothing was lost on either side
        ada.disconnect()


@pytest.mark.parametrize("durability", ["process", "disk"])
def test_nothing_is_lost_or_told_twice_over_kills(tmp_path, durability):
    """Each order is in the market once and is told of once, whenever the process dies."""
    exchange = Exchange(tmp_path, variables={"MAINSTAY__JOURNAL__DURABILITY": durability})
    with exchange.server:
        exchange.open_market()
        client = SteadyClient("K", "ada", exchange.tokens["ada"])
        sent = 0
        for round_ in range(5):
            client.connect(exchange.fix_port)
            for _ in range(60):
                fields = f"11=k{sent}|55=ARTUSD|54=1|38=1|40=2|44=0.10|59=1|60={now()}|"
                client.send("D", fields)
                sent += 1
            # Some reports are read, others are on their way, others not made yet.
            client.pump_until(lambda: len(client.reports) >= sent - 60 + 15 * round_)
            exchange.server.kill()
            client.disconnect()
            exchange.server.start()
            exchange._operator = None
        client.connect(exchange.fix_port)
        client.pump_until(lambda: len(client.reports) >= sent)
        client.send("1", "112=end|")
        client.pump_until(lambda: client.heard.get("112") == "end")
        new = [report[11] for report in client.reports if report[150] == "0"]
        assert sorted(new) == sorted(f"k{i}" for i in range(sent))
        assert len({report[17] for report in client.reports}) == len(client.reports) == sent
        client.send("q", f"11=all|530=7|60={now()}|")
        client.pump_until(lambda: client.heard.get("533"))
        assert client.heard["533"] == str(sent)
        client.disconnect()
