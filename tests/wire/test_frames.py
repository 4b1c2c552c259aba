"""Every .frames file against one charging network; `--update` rewrites what does not match."""

from pathlib import Path

import frames
import pytest

from support import charging

FILES = sorted(Path(__file__).resolve().parent.rglob("*.frames"))
pytestmark = [pytest.mark.usefixtures("own_server"), pytest.mark.xdist_group("charging_frames")]


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    with charging.network(tmp_path_factory.mktemp("frames"), "--set",
                          "apps.charging.accept_unknown_tags=false", "--set",
                          "apps.charging.ocpp_ping_interval=300ms") as server:
        yield server


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_frames(file, network, request):
    update = request.config.getoption("--update")
    failure = frames.run_file(file, network.base_url, network.operator.ask, update)
    assert failure is None, failure


def test_what_the_runner_finds():
    def run(text, answers, update=False):
        return frames.Frames("", lambda *_: answers.pop(0)).run(text, update)

    text = "# x\napi GET a\napi < 200 {<$n>}\napi GET b/<$n>\napi < <num> <any>!"
    assert run(text, [(200, "{7}"), (404, "no!")]) == (None, text)
    failure, _ = run(text, [(200, "{7}"), (404, "no")])
    assert failure == "line 5\nexpected <num> <any>!\nheard    404 no"
    assert run(text, [(200, "{7}"), (404, "no")], True) == (None, text[:-12] + "404 no")
    assert "500 broken" in run("setup PUT a {}", [(500, "broken")])[0]
    for wrong, said in (("a b c", "not understood"), ("a > x", "not connected"),
                        ("api GET <$n>", "nobody has said"), ("api < 200", "no call"),
                        ("api GET a", "without its answer")):
        assert said in run(wrong, [(200, "")])[0], wrong
