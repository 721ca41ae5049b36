"""The figures of a race, from the runs of its servers."""

from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

AGAIN = " again"
"""The suffix of the second name of the server that is measured twice."""

MAX_NOISE = 0.05


class Run(NamedTuple):
    """A measurement: the rate in units of work per second, and the CPU microseconds of one."""

    rate: float
    cpu: float


Runs = Mapping[str, Sequence[Run]]
"""The runs of each server at one work, one in each round."""

Race = Mapping[str, Runs]
"""The runs by the name of the work."""


def medians(runs: Sequence[Run]) -> Run:
    """Return the median rate and the median CPU time."""
    return Run(*map(median, zip(*runs, strict=True)))


def ratio(ours: Sequence[Run], theirs: Sequence[Run]) -> float:
    """Return the median, over the rounds, of the ratio of two rates.

    The speed of a machine changes within minutes. The two runs of a round are seconds apart. If one
    sequence is longer, its last runs do not count.
    """
    return median(one.rate / other.rate for one, other in zip(ours, theirs, strict=False))


def noise(runs: Runs) -> float:
    """Return how much the server that is measured twice differs from itself, as a fraction."""
    again = next(name for name in runs if name.endswith(AGAIN))
    figure = ratio(runs[again], runs[again.removesuffix(AGAIN)])
    return max(figure, 1 / figure) - 1
