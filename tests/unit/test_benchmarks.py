"""The evaluation and report of benchmark results."""

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.bounds import Bound, bounds
from benchmarks.figures import Run
from benchmarks.measure import needs_round
from benchmarks.plot import plot
from benchmarks.races import GROWTH
from benchmarks.report import report
from benchmarks.suite import Suite
from benchmarks.wrk import LoadProfile


def runs(**rates: Sequence[float]) -> dict[str, list[Run]]:
    """Runs with these rates, by the name of the server with ``_`` for a space."""
    return {
        name.replace("_", " "): [Run(rate, 500.0) for rate in each] for name, each in rates.items()
    }


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """The results of two races."""
    suite = Suite(tmp_path, LoadProfile())
    against_peers = runs(
        classroom=[1000, 500, 900],
        classroom_again=[1020, 510, 918],
        Flask=[100] * 3,
        Falcon=[200] * 3,
    )
    rates = (900, 800, 300)
    growth = {size: [Run(rate, 1)] for size, rate in zip(GROWTH, rates, strict=True)}
    growth[f"{next(iter(GROWTH))} again"] = [Run(810, 1)]
    suite.results = {"SQLite": {"one student": against_peers}, "growth on SQLite": {"POST": growth}}
    suite.memory = {
        "SQLite": dict.fromkeys(against_peers, 80.0),
        "growth on SQLite": dict.fromkeys(growth, 80.0),
    }
    return suite


def test_the_bound_compares_with_the_fastest_peer(suite: Suite) -> None:
    first, *_ = bounds(suite)
    assert (first.what, first.figure) == ("SQLite, one student: classroom / Falcon", 4.5)
    assert first.noise == pytest.approx(0.02)
    assert first.verdict == "met"


def test_rates_of_the_same_round_are_compared(suite: Suite) -> None:
    suite.results["SQLite"]["one student"]["Falcon"] = runs(Falcon=[250, 125, 900])["Falcon"]
    first, *_ = bounds(suite)
    assert first.figure == 4.0


def test_growth_compares_the_largest_and_smallest_school(suite: Suite) -> None:
    _, growth, _ = bounds(suite)
    assert (growth.figure, growth.verdict) == (3.0, "missed")


def test_cost_is_compared_between_the_last_page_and_the_first(suite: Suite) -> None:
    size = "1,000 students"
    first, last = runs(a=[900] * 3, b=[900] * 3), runs(a=[600] * 5, b=[600] * 5)
    suite.results["growth on PostgreSQL"] = {
        work: {size: each["a"], f"{size} again": each["b"]}
        for work, each in (("page of 50", first), ("last page", last))
    }
    what = "growth on PostgreSQL, 1,000 students: cost of last page / page of 50"
    assert {bound.what: bound.figure for bound in bounds(suite)}[what] == 1.5


@pytest.mark.parametrize(
    ("again", "is_needed"),
    [
        ([], True),
        ([1000, 1000], True),
        ([1040] * 3, False),
        ([1060] * 3, True),
        ([1060] * 6, False),
    ],
)
def test_rounds_are_added_while_the_noise_is_high(again: list[float], is_needed: bool) -> None:
    measured = runs(classroom=[1000] * len(again), classroom_again=again)
    assert needs_round(measured, LoadProfile()) == is_needed


def test_memory_is_that_of_the_largest_school(suite: Suite) -> None:
    suite.memory["growth on SQLite"]["1,000,000 students"] = 90.0
    *_, memory = bounds(suite)
    assert (memory.figure, memory.verdict) == (90.0, "missed")


def test_an_idle_server_has_a_bound(suite: Suite) -> None:
    suite.idle_percent = 0.05
    *_, idle = bounds(suite)
    assert (idle.figure, idle.verdict) == (0.05, "met")


def test_a_server_that_was_left_out_has_no_bound(suite: Suite) -> None:
    suite.results["PostgreSQL"] = suite.results["SQLite"]
    assert not [bound for bound in bounds(suite) if "Fastify" in bound.what]


@pytest.mark.parametrize(
    ("figure", "noise", "verdict"),
    [
        (2.0, 0.0, "met"),
        (2.3, 0.1, "met"),
        (3.1, 0.5, "met"),
        (2.1, 0.1, "within the noise: run longer"),
        (2.9, 0.5, "within the noise: run longer"),
        (1.9, 0.1, "within the noise: run longer"),
        (1.9, 0.05, "missed"),
        (1.2, 0.5, "missed"),
    ],
)
def test_a_result_within_the_noise_is_undecided(figure: float, noise: float, verdict: str) -> None:
    assert Bound("speed", figure, at_least=2.0, noise=noise).verdict == verdict
    assert Bound("cost", 1 / figure, at_most=0.5, noise=noise).verdict == verdict


def test_the_report_has_a_row_for_every_bound_and_server(suite: Suite) -> None:
    lines = report(suite, ["a machine with two cores"]).splitlines()
    assert "* a machine with two cores" in lines
    wanted = [bound.what for bound in bounds(suite)] + ["Falcon", *GROWTH, "*noise*"]
    for what in wanted:
        assert any(line.startswith(f"| {what} ") for line in lines)


def test_the_report_lists_races_with_too_much_noise(suite: Suite) -> None:
    assert "The noise is 5% or more in: growth on SQLite, POST (11%)." in report(suite, [])


def test_the_plot_has_a_line_for_each_workload(suite: Suite) -> None:
    svg = ElementTree.fromstring(plot({"growth": suite.results["growth on SQLite"]}))
    assert len(svg.findall(".//{http://www.w3.org/2000/svg}polyline")) == 1
