"""`mainstay exchange match`: streams of all kinds, as the flat matcher of bench/ matches them."""

import json
import re
import struct
import subprocess

import pytest

from support import server

LINE = re.compile(r"msgs=(\d+) seconds=\d+\.\d+ ns_per_msg=\d+\.\d+ "
                  r"fills=(\d+) qty=(\d+) hash=([0-9a-f]{16})\n")
NO_FILLS = f"{1469598103934665603:016x}"
KINDS = {
    "classic": [],
    "xcore": [],
    "equity": [],
    "queue": [],
    "single": ["--ids", "sparse"],
    "xcore, prices from 0": ["--prices", "low"],
    "equity, prices up to 2^32 - 1, any ids and symbols":
        ["--prices", "high", "--ids", "sparse", "--symbols", "sparse"],
}


def program(path, *arguments):
    return subprocess.run([path, *map(str, arguments)], capture_output=True, text=True,
                          env=server.clean_environment({}), timeout=60, check=False)


def match(stream, *arguments):
    return program(server.binary(), "exchange", "match", stream, *arguments)


def helper(name, *arguments):
    """A program of bench/, built beside the binary; what it prints."""
    done = program(server.binary().parent / name, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def record(op, side=0, tif=0, order=0, price=0, quantity=0, zero=0):
    return struct.pack("<BBBBIQIIQ", op, side, tif, zero, 1, order, price, quantity, 9)


@pytest.mark.parametrize("flags", [["--matcher-only"], []], ids=["matcher", "accounts"])
@pytest.mark.parametrize("kind", KINDS)
def test_agrees_with_the_flat_matcher(kind, flags, tmp_path):
    stream = tmp_path / "stream"
    helper("exchange_streams", kind.partition(",")[0], stream, "40000", *KINDS[kind])
    flat = helper("flat_matcher", stream)
    ours = match(stream, "--journal", tmp_path, *flags)
    assert ours.returncode == 0, ours.stderr
    assert ours.stderr == ""
    assert LINE.fullmatch(ours.stdout).groups() == LINE.fullmatch(flat).groups()
    assert LINE.fullmatch(ours.stdout)[1] == "40000"
    assert list(tmp_path.iterdir()) == [stream]


def test_says_what_had_no_effect_when_asked(tmp_path):
    stream = tmp_path / "stream"
    stream.write_bytes(record(1, 1, order=5, price=10, quantity=3) + record(2, order=6) +
                       record(1, 0, order=0, price=11, quantity=2) +
                       record(3, order=5, quantity=9) + record(4, order=5, price=3))
    plain = match(stream, "--matcher-only", "--verbose")
    assert LINE.fullmatch(plain.stdout).groups()[:3] == ("5", "1", "2")
    assert "2 records had no effect" in plain.stderr
    told = json.loads(match(stream, "--matcher-only", "--json").stdout)
    assert told["ignored"] == 2
    assert (told["msgs"], told["fills"], told["qty"]) == (5, 1, 2)
    assert told["hash"] == LINE.fullmatch(plain.stdout)[4]


def test_accounts_refuse_what_they_cannot_pay(tmp_path):
    stream = tmp_path / "stream"
    big = 0xFFFFFFFF
    stream.write_bytes(record(1, 1, order=1, price=big, quantity=big) +
                       record(1, 0, order=2, price=big, quantity=big))
    told = json.loads(match(stream, "--journal", tmp_path, "--json").stdout)
    assert (told["fills"], told["refused"], told["ignored"]) == (0, 2, 0)
    assert json.loads(match(stream, "--matcher-only", "--json").stdout)["fills"] == 1


def test_prices_that_accounts_cannot_have_are_refused(tmp_path):
    stream = tmp_path / "stream"
    stream.write_bytes(record(1, 1, order=1, price=0, quantity=1) +
                       record(1, 0, order=2, price=0xFFFFFFFF, quantity=1))
    refused = match(stream, "--journal", tmp_path)
    assert refused.returncode == 1
    assert "both price 0 and price 4294967295" in refused.stderr
    assert match(stream, "--matcher-only").returncode == 0


def test_an_empty_file_is_a_stream(tmp_path):
    stream = tmp_path / "stream"
    stream.write_bytes(b"")
    printed = match(stream, "--matcher-only").stdout
    assert LINE.fullmatch(printed).groups() == ("0", "0", "0", NO_FILLS)


@pytest.mark.parametrize("content, told", [
    (record(1) + record(5), "record 2, byte 32: op 5 is none of"),
    (record(1, side=2), "record 1, byte 1: side 2"),
    (record(1, tif=3), "record 1, byte 2: tif 3"),
    (record(1, zero=1), "record 1, byte 3: is 1 and must be 0"),
    (record(1)[:31], "not a multiple of 32"),
])
def test_refuses_what_is_no_stream(content, told, tmp_path):
    stream = tmp_path / "stream"
    stream.write_bytes(content)
    refused = match(stream, "--matcher-only")
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert str(stream) in refused.stderr and told in refused.stderr


def test_a_file_that_is_not_there_is_named(tmp_path):
    refused = match(tmp_path / "nothing", "--matcher-only")
    assert refused.returncode == 1
    assert str(tmp_path / "nothing") in refused.stderr
