"""The FIX door for a client that others wrote: QuickFIX's initiator, which checks each message of
ours against the dictionary of FIX 4.4."""

import queue
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from support.fix import Exchange, Message, now

pytestmark = pytest.mark.xdist_group("quickfix")  # one server, or program, for the file

HERE = Path(__file__).resolve().parent
SECONDS = 30


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """quickfix_client/main.cpp, compiled as C++14."""
    compiler = shutil.which("g++")
    if not compiler or not Path("/usr/include/quickfix").is_dir():
        pytest.skip("not installed: libquickfix-dev (./dev deps test)")
    built = tmp_path_factory.mktemp("quickfix") / "quickfix_client"
    source = HERE / "quickfix_client" / "main.cpp"
    subprocess.run(
        [compiler, "-std=c++14", "-w", str(source), "-lquickfix", "-lpthread", "-o", str(built)],
        check=True,
        timeout=300,
    )
    return built


@pytest.fixture(scope="module")
def dictionary(node):
    """QuickFIX's own is not in Debian's package; the same is in npm's jspurefix."""
    return HERE / "node_modules" / "jspurefix" / "data" / "FIX44.xml"


@pytest.fixture(scope="module")
def exchange(tmp_path_factory):
    market = Exchange(tmp_path_factory.mktemp("market"))
    with market.server:
        yield market.open_market()


CONFIG = """[DEFAULT]
ConnectionType=initiator
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=30
ReconnectInterval=1
LogonTimeout=10
LogoutTimeout=5
FileStorePath={store}
UseDataDictionary=Y
DataDictionary={dictionary}
ValidateUserDefinedFields=N
{more}
[SESSION]
BeginString=FIX.4.4
SenderCompID={comp_id}
TargetCompID=MAINSTAY
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
"""


class QuickFix:
    """The program, running: what it says comes as (kind, text)."""

    def __init__(self, program, dictionary, folder, port, name, token, comp_id="QF", more="",
                 fields=()):
        self.config = folder / f"{comp_id}.cfg"
        self.store = folder / f"{comp_id}.store"
        self.write = lambda port: self.config.write_text(
            CONFIG.format(store=self.store, dictionary=dictionary, comp_id=comp_id, port=port,
                          more=more)
        )
        self.write(port)
        self.command = [str(program), str(self.config), name, token, *fields]
        self.said = []
        self.exec_ids = set()

    def __enter__(self):
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process, self.lines), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(20)

    def _read(self, process, lines):
        for line in process.stdout:
            lines.put(line.rstrip("\n"))

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait_for(self, kind, what=lambda text: True):
        deadline = time.monotonic() + SECONDS
        while True:
            try:
                line = self.lines.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind}; it said {self.said[-20:]}") from None
            self.said.append(line)
            got, _, text = line.partition(" ")
            if got == kind and what(text):
                return text

    def report(self, kind="8", **fields):
        """The next application message, which must be this one."""
        message = Message(self.wait_for("app"))
        # What was on its way when the program was killed: told, but not counted yet.
        while message.get(43) == "Y" and message.get(17) in self.exec_ids:
            message = Message(self.wait_for("app"))
        self.exec_ids.add(message.get(17))
        assert message.type == kind, message
        for tag, value in fields.items():
            assert message.get(int(tag[1:])) == value, (tag, message)
        return message

    def order(self, client_id, side, quantity, price, more="59=1"):
        self.tell(
            f"send 35=D|11={client_id}|55=ARTUSD|54={side}|38={quantity}|40=2|44={price}|"
            f"60={now()}|{more}"
        )

    def quiet(self):
        """Nothing that we sent was refused by QuickFIX."""
        assert not [line for line in self.said if "reject" in line.lower()], self.said


@pytest.fixture
def quickfix(program, dictionary, tmp_path, exchange):
    def make(name="ada", comp_id="QF", token=None, **options):
        return QuickFix(program, dictionary, tmp_path, exchange.fix_port, name,
                        token or exchange.tokens[name], comp_id, **options)

    return make


def test_orders_from_new_to_their_end(exchange, quickfix):
    with quickfix("ada", "Q1") as ada, quickfix("bob", "Q2") as bob:
        ada.wait_for("up")
        bob.wait_for("up")
        ada.order("a1", 2, 10, "1.25", "59=1|1=desk|111=4|7928=N")
        ada.report(_150="0", _39="0", _11="a1", _1="desk")
        bob.order("b1", 1, 3, "1.25", "59=3")
        bob.report(_150="0")
        bob.report(_150="F", _39="2", _851="2", _31="1.25", _32="3")
        ada.report(_150="F", _39="1", _851="1", _151="7", _14="3", _6="1.25")
        ada.tell(f"send 35=G|11=a2|41=a1|55=ARTUSD|54=2|40=2|38=20|44=1.30|60={now()}")
        ada.report(_150="5", _39="1", _11="a2", _41="a1", _151="17")
        ada.tell("send 35=H|11=a2|55=ARTUSD|54=2|790=s1")
        ada.report(_150="I", _39="1", _790="s1")
        ada.tell("send 35=AF|584=m1|585=7")
        ada.report(_150="I", _584="m1", _911="1", _912="Y")
        ada.tell(f"send 35=F|11=a3|41=a2|55=ARTUSD|54=2|60={now()}")
        ada.report(_150="4", _39="4", _11="a3", _41="a2")
        ada.tell(f"send 35=F|11=a4|41=a2|55=ARTUSD|54=2|60={now()}")
        ada.report("9", _434="1", _102="1")
        for i in range(3):
            ada.order(f"m{i}", 1, 1, "0.10")
            ada.report(_150="0")
        ada.tell(f"send 35=q|11=q1|530=7|60={now()}")
        for _ in range(3):
            ada.report(_150="4")
        ada.report("r", _531="7", _533="3")
        ada.order("z", 1, 1, "1.005")
        ada.report(_150="8", _103="99")
        ada.tell(f"send 35=D|11=y|55=NONE|54=1|38=1|40=1|60={now()}")
        ada.report(_150="8", _103="1")
        ada.tell("send 35=V|262=x|263=1|264=0")
        ada.report("j", _380="3", _372="V")
        ada.tell(f"send 35=D|11=x|55=ARTUSD|54=1|38=1|40=2|60={now()}")
        refused = Message(ada.wait_for("admin", lambda text: "|35=3|" in text))
        assert (refused[371], refused[373]) == ("44", "1")
        ada.tell("logout")
        ada.wait_for("down")
        for one in (ada, bob):
            assert not [line for line in one.said if "|35=3|" in line and "371=44" not in line]


def test_reports_of_a_cut_connection_come_with_the_next(exchange, quickfix):
    ada = quickfix("ada", "Q3")
    with ada:
        ada.wait_for("up")
        ada.order("c1", 2, 5, "2.00")
        ada.report(_150="0")
    with quickfix("bob", "Q4") as bob:
        bob.wait_for("up")
        bob.order("d1", 1, 5, "2.00")
        bob.report(_150="0")
        bob.report(_150="F", _39="2")
    with ada:
        ada.wait_for("up")
        ada.report(_150="F", _39="2", _11="c1", _43="Y")
        ada.tell("send 35=H|11=c1|55=ARTUSD|54=2")
        ada.report(_150="I", _39="2")


def test_numbers_that_begin_anew(exchange, quickfix):
    ada = quickfix("ada", "Q5")
    with ada:
        ada.wait_for("up")
        ada.order("e1", 1, 1, "0.20")
        ada.report(_150="0")
    with quickfix("ada", "Q5", more="ResetOnLogon=Y") as again:
        logon = Message(again.wait_for("admin", lambda text: "|35=A|" in text))
        assert (logon[34], logon[141]) == ("1", "Y")
        again.wait_for("up")
        again.tell(f"send 35=F|11=e2|41=e1|55=ARTUSD|54=1|60={now()}")
        again.report(_150="4", _11="e2", _34="2")


def test_a_gap_of_the_clients_is_asked_for(exchange, quickfix):
    with quickfix("ada", "Q6") as ada:
        ada.wait_for("up")
        ada.tell("sender 9")
        ada.order("f1", 1, 1, "0.20")
        ada.wait_for("admin", lambda text: "|35=2|" in text)
        ada.report(_150="0", _11="f1")
        ada.tell(f"send 35=q|11=f2|530=7|60={now()}")
        ada.report(_150="4")
        ada.report("r")


def test_a_wrong_password_and_then_the_right_one(exchange, quickfix):
    with quickfix("ada", "Q7", token="mst_" + "0" * 64) as wrong:
        said = Message(wrong.wait_for("admin", lambda text: "|35=5|" in text))
        assert "refused" in said[58]
    with quickfix("ada", "Q7") as ada:
        ada.wait_for("up")
        ada.order("g1", 1, 1, "0.20", "59=3")
        ada.report(_150="0")
        ada.report(_150="4", _39="4")


def test_an_exchange_that_dies_and_comes_back(program, dictionary, tmp_path):
    exchange = Exchange(tmp_path)
    with exchange.server:
        exchange.open_market()
        ada = QuickFix(program, dictionary, tmp_path, exchange.fix_port, "ada",
                       exchange.tokens["ada"], "QK")
        with ada:
            ada.wait_for("up")
            for i in range(50):
                ada.order(f"k{i}", 1, 1, "0.10")
            ada.report(_150="0", _11="k0")
            exchange.server.kill()
            ada.wait_for("down")
            ada.tell("say all")
            ada.wait_for("said")  # every order has its number and is stored
            ada.exec_ids.update(Message(line.partition(" ")[2]).get(17) for line in ada.said
                                if line.startswith("app "))
        exchange.server.start()
        ada.write(exchange.fix_port)
        with ada:
            ada.wait_for("up")
            before = {Message(line.partition(" ")[2])[11] for line in ada.said
                      if line.startswith("app ")}
            behind = [ada.report(_150="0")[11] for _ in range(50 - len(before))]
            assert sorted([*before, *behind]) == sorted(f"k{i}" for i in range(50))
            ada.tell(f"send 35=q|11=q|530=7|60={now()}")
            for _ in range(50):
                ada.report(_150="4")
            ada.report("r", _533="50")
