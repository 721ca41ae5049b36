"""What the bench makes of its figures."""

from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.bounds import Bound, bounds
from benchmarks.measure import LoadProfile, Run
from benchmarks.plot import plot
from benchmarks.races import GROWTH, Suite
from benchmarks.report import report


def at(**rates: float) -> dict[str, Run]:
    return {name.replace("_", " "): Run(rate, 500.0) for name, rate in rates.items()}


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    """Figures as two races might bring them."""
    suite = Suite(tmp_path, LoadProfile())
    against = at(classroom=1000, classroom_again=1020, Flask=100, Falcon=400)
    growth = dict(zip(GROWTH, (Run(900, 1), Run(800, 1), Run(300, 1)), strict=True))
    growth[f"{next(iter(GROWTH))} again"] = Run(810, 1)
    suite.results = {"SQLite": {"one student": against}, "growth on SQLite": {"POST": growth}}
    suite.memory = {name: dict.fromkeys(race, 80.0) for name, race in (("SQLite", against),)}
    suite.memory["growth on SQLite"] = dict.fromkeys(growth, 80.0)
    return suite


def test_we_are_compared_with_the_fastest_peer(suite: Suite) -> None:
    first, *_ = bounds(suite)
    assert (first.what, first.figure) == ("SQLite, one student: ours / Falcon", 2.5)
    assert first.noise == pytest.approx(0.02)
    assert first.verdict == "met"


def test_cost_is_compared_between_the_largest_and_the_smallest_school(suite: Suite) -> None:
    _, growth, _ = bounds(suite)
    assert (growth.figure, growth.verdict) == (3.0, "missed")


def test_memory_is_that_of_the_service(suite: Suite) -> None:
    *_, memory = bounds(suite)
    assert (memory.figure, memory.verdict) == (80.0, "met")


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
def test_a_result_within_the_noise_of_its_bound_is_neither(
    figure: float, noise: float, verdict: str
) -> None:
    assert Bound("speed", figure, at_least=2.0, noise=noise).verdict == verdict
    assert Bound("cost", 1 / figure, at_most=0.5, noise=noise).verdict == verdict


def test_the_report_has_a_row_for_every_bound_and_server(suite: Suite) -> None:
    lines = report(suite, ["a machine with two cores"]).splitlines()
    assert "* a machine with two cores" in lines
    wanted = [bound.what for bound in bounds(suite)] + ["Falcon", *GROWTH, "*noise*"]
    for what in wanted:
        assert any(line.startswith(f"| {what} ") for line in lines)


def test_the_plot_is_an_svg_with_a_line_for_each_work(suite: Suite) -> None:
    svg = ElementTree.fromstring(plot({"growth": suite.results["growth on SQLite"]}))
    assert len(svg.findall(".//{http://www.w3.org/2000/svg}polyline")) == 1
