"""The measuring itself: nobody is measured from another's start on, and every figure has a name that stays."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crowd import Crowd, Update
from benchmarks.fake_api import FakeApi
from benchmarks.figures import Row, key, names, table
from benchmarks.spent import Spent, costs_of
from bot.settings import ROOT


def test_who_gathers_anew_is_measured_anew() -> None:
    said: list[Update] = []
    crowd = Crowd(said.append)
    crowd.gather([1, 2])
    crowd.closed = True
    crowd.ask(1)
    crowd.answered(1, None)
    before = crowd.since
    assert crowd.figures()["answered"] == 1
    assert (
        crowd.figures()["said"] == len(said) == 2
    )  # in a closed loop an answer is followed by the next thing

    crowd.gather([1, 2])

    assert crowd.since > before
    assert not crowd.closed
    figures = crowd.figures()
    assert {figures[name] for name in ("answered", "said", "unanswered", "longest", "p95")} == {0}


async def test_nobody_goes_on_talking_to_the_next_bot() -> None:
    api = FakeApi()
    await api.gather({"people": [1]})
    await api.open({"rate": 1000})
    talking = api.talk
    await api.gather({"people": [1]})
    assert talking is not None
    assert talking.cancelling()
    assert api.crowd.figures()["said"] == 0


def test_figures_are_named_in_the_unit_that_ends_their_name() -> None:
    rows = [
        Row("updates.sqlite.per_s", "", 120.0, "/s", costs={"cpu_ms": 8.6}),
        Row("updates.sqlite.ratio_to_ptb", "", 120.0, "/s", 480.0),
        Row("summary.10000.sqlite.ms", "", 0.25, "ms", 0.125),
    ]
    assert names(rows) == {
        "updates.sqlite.per_s": 120.0,
        "updates.sqlite.cpu_ms": 8.6,
        "updates.sqlite.ratio_to_ptb": 0.25,
        "summary.10000.sqlite.ms": 250.0,
        "summary.10000.sqlite.ms.yardstick": 125.0,
        "summary.10000.sqlite.ms.ratio": 2.0,
    }
    assert key("years", "sqlite", "/tinhhinh of the leader", "ms") == "years.sqlite.tinhhinh_of_the_leader.ms"


def test_no_two_figures_have_one_name() -> None:
    row = Row("plan.10000.sqlite.s", "", 2.0, "s")
    with pytest.raises(ValueError, match=re.escape(row.key)):
        names([row, row])


def test_the_table_shows_what_a_figure_cost() -> None:
    costs = costs_of(Spent(2.0, 500), Spent(1.0, 0), 100)
    assert costs == {"cpu_ms": 20.0, "switches": 5.0, "server_cpu_ms": 10.0}
    shown = table("Updates", [Row("updates.x.per_s", "the bot", 50.0, "/s", 100.0, "beside", costs)])
    assert "50 /s     100 /s   0.50  beside, cpu_ms 20.00, switches 5.00, server_cpu_ms 10.00" in shown


@pytest.mark.process
def test_a_small_run_writes_every_figure_down(tmp_path: Path) -> None:
    small = ["--people", "3", "--seconds", "0.5", "--rounds", "1", "--of", "sqlite", "--of", "ptb"]
    kept = tmp_path / "figures.json"
    arguments = [sys.executable, "-m", "benchmarks", "--json", str(kept), "updates", *small]
    ended = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert ended.returncode == 0, ended.stderr
    found = json.loads(kept.read_text())
    assert found["machine"].keys() >= {"load", "calm", "cores"}
    figures = found["figures"]
    assert all(isinstance(value, float) for value in figures.values())
    for subject in ("sqlite", "ptb"):
        for what in ("per_s", "cpu_ms", "switches", "p50_ms", "p95_ms"):
            assert f"updates.{subject}.{what}" in figures
    assert figures["updates.sqlite.ratio_to_ptb"] == pytest.approx(
        figures["updates.sqlite.per_s"] / figures["updates.ptb.per_s"]
    )
