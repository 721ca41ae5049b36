"""What the figures must show, and whether they do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .measure import Run
from .races import AGAIN, GROWTH, Suite

_WITH_TOKEN = {"one student": 2.0, "page of 50": 2.0, "304": 2.0, "POST": 1.5, "PUT": 1.5}
_OF_PEERS = {
    "SQLite": _WITH_TOKEN,
    "PostgreSQL": _WITH_TOKEN,
    "password": {"one student": 100.0},
}

At = Mapping[str, Run]
"""A race at one work: the servers' medians."""


@dataclass(frozen=True)
class Bound:
    """A figure, what it must be at least or at most, and the noise of the race it is from."""

    what: str
    figure: float
    at_least: float = 0.0
    at_most: float = float("inf")
    noise: float = 0.0

    @property
    def verdict(self) -> str:
        low, high = self.figure / (1 + self.noise), self.figure * (1 + self.noise)
        if self.at_least <= low and high <= self.at_most:
            return "met"
        if high < self.at_least or low > self.at_most:
            return "missed"
        return "within the noise: run longer"

    @property
    def rule(self) -> str:
        return f"≥ {self.at_least:g}" if self.at_least else f"≤ {self.at_most:g}"


def noise(at: At) -> float:
    """By how much the server that was measured twice seems to differ from itself."""
    again = next(name for name in at if name.endswith(AGAIN))
    rates = at[again].rate, at[again.removesuffix(AGAIN)].rate
    return max(rates) / min(rates) - 1


def ratio(at: At, one: str, other: str) -> float:
    """How many times as many requests one server answers as another."""
    return at[one].rate / at[other].rate


def fastest_peer(at: At) -> str:
    return max((name for name in at if not name.startswith("classroom")), key=lambda n: at[n].rate)


def bounds(suite: Suite) -> Iterator[Bound]:
    """The bounds on what was measured, which may be less than all."""
    for name, race in suite.results.items():
        for work, at in race.items():
            yield from _on_speed(name, work, at)
    for name, megabytes in suite.memory.items():
        if name in _OF_PEERS:
            what = f"{name}: resident memory of a process, MB"
            yield Bound(what, megabytes["classroom"], at_most=90)


def _on_speed(race: str, work: str, at: At) -> Iterator[Bound]:
    what, spread = f"{race}, {work}", noise(at)
    if race == "baselines":
        figure = ratio(at, "classroom", "bare Pyramid")
        yield Bound(f"{work}: ours / bare Pyramid", figure, at_least=0.5, noise=spread)
    elif work in _OF_PEERS.get(race, {}):
        peer = fastest_peer(at)
        figure, least = ratio(at, "classroom", peer), _OF_PEERS[race][work]
        yield Bound(f"{what}: ours / {peer}", figure, at_least=least, noise=spread)
    elif race.startswith("growth"):
        smallest, *_, largest = GROWTH
        figure = ratio(at, smallest, largest)
        yield Bound(f"{what}: cost at 10⁶ / at 10³", figure, at_most=1.5, noise=spread)
    elif race == "scale-out":
        figure = ratio(at, "two processes", "one process")
        yield Bound("two pinned processes / one", figure, at_least=1.7, noise=spread)
    elif race == "rate limits":
        figure = ratio(at, "limits on", "limits off")
        yield Bound("rate limits on / off", figure, at_least=0.75, noise=spread)
    elif race == "wrong passwords":
        figure = ratio(at, "flooded", "undisturbed")
        yield Bound("during / without wrong passwords", figure, at_least=0.5, noise=spread)
