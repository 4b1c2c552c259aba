"""`mainstay exchange simulate`: the same file and seed are the same market, to the bit."""

import csv
import json

import pytest

from support.server import run

SCENARIO = """
seed = 7
seconds = 6
anchor = 1000
[zero_intelligence]
count = 60
acts_per_second = 5
ticks_beyond = 30
[parlour]
count = 10
[momentum]
count = 5
[investors]
csv = "views.csv"
arrivals_per_second = 2
"""


@pytest.fixture
def scenario(tmp_path):
    (tmp_path / "views.csv").write_text("day,views\n2026-01-01,100\n2026-01-02,300\n")
    path = tmp_path / "market.toml"
    path.write_text(SCENARIO)
    return path


def simulate(scenario, *arguments):
    done = run(scenario.parent, "exchange", "simulate", scenario, "--json", *arguments)
    assert done.returncode == 0, done.stdout
    return json.loads(done.stdout)


def test_a_seed_is_a_market(scenario):
    first = simulate(scenario)
    assert first["trades"] > 50 and first["price"]["lowest"] > 0
    again = simulate(scenario)
    for same in ("digest", "state_hash", "messages", "trades", "price"):
        assert again[same] == first[same]
    other = simulate(scenario, "--seed", "8")
    assert other["digest"] != first["digest"] and other["state_hash"] != first["state_hash"]
    longer = simulate(scenario, "--seconds", "9")
    assert longer["messages"] > first["messages"]


def test_trades_are_written(scenario):
    path = scenario.parent / "trades.csv"
    report = simulate(scenario, "--trades", path)
    with path.open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == report["trades"]
    assert sum(int(row["quantity"]) for row in rows) == report["lots"]
    assert int(rows[-1]["price"]) == report["price"]["last"]
    times = [int(row["time_ns"]) for row in rows]
    assert times == sorted(times) and times[-1] <= 6e9


def test_the_learner_s_prices_and_the_welfare_of_both_rules(scenario):
    plain = simulate(scenario)
    assert "primary" not in plain and "parlour_prices" not in plain
    text = SCENARIO.replace(
        "[parlour]\n", "[parlour]\npricing_days = 500\nbids = [0.5, 0.98]\nasks = [1.02, 1.5]\n"
    )
    scenario.write_text(text + "[primary]\ninvestors = 30\nartists = 10\n")
    report = simulate(scenario)
    assert report["parlour_prices"]["bid"] in (0.5, 0.98)
    assert report["parlour_prices"]["ask"] in (1.02, 1.5)
    rules = report["primary"]
    assert set(rules) == {"mean_variance", "deferred_acceptance"}
    for rule in rules.values():
        assert 0 < rule["welfare_ratio"] <= 1.000001 and rule["matches"] > 0
    assert simulate(scenario)["primary"] == rules
    done = run(scenario.parent, "exchange", "simulate", scenario)
    assert "of the best welfare" in done.stdout and "Parlour's prices" in done.stdout


def test_files_that_cannot_be_are_no_empty_ones(scenario):
    def refused(*arguments):
        done = run(scenario.parent, "exchange", "simulate", *arguments)
        assert done.returncode != 0
        return done.stdout

    assert "/dev/full" in refused(scenario, "--trades", "/dev/full")
    scenario.write_text("#" * (1 << 20) + SCENARIO)
    assert "1 MiB" in refused(scenario)
    assert "no such file" in refused(scenario.with_name("nothing.toml"))


def test_people_get_a_table(scenario):
    done = run(scenario.parent, "exchange", "simulate", scenario)
    assert done.returncode == 0
    assert "state hash" in done.stdout and "trades" in done.stdout


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("seed = \n", "market.toml:1"),
        ("seeds = 1\n", "seeds"),
        ("[zero_intelligence]\ncount = -1\n", "zero_intelligence.count"),
        ("[zero_intelligence]\nmarket_share = 2\n", "market_share"),
        ("[investors]\ncsv = 'nowhere.csv'\n", "nowhere.csv"),
        ("[investors]\narrivals = 'replay'\n", '"replay" needs a csv'),
        ("[parlour]\npricing_days = 1\n", "1 to 400 pairs of prices"),
        ("[parlour]\nbids = [1, 'two']\n", "bids"),
        ("[primary]\ninvestors = 1001\n", "1000 investors"),
        ("[zero_intelligence]\ncount = 2000000\n", "1000000 agents"),
    ],
)
def test_what_a_scenario_cannot_say_is_refused(scenario, text, said):
    scenario.write_text(text)
    done = run(scenario.parent, "exchange", "simulate", scenario)
    assert done.returncode > 0 and said in done.stdout
    assert run(scenario.parent, "exchange", "simulate", "nowhere.toml").returncode == 2
