"""Bounds on the figures, and whether they are met."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .figures import Race, Runs, medians, noise, ratio
from .peer_programs import PEERS
from .races import ADAPTED, STOCK
from .suite import Suite

OURS, FASTEST, FASTIFY = "classroom", "fastest peer", "Fastify"
_SMALL, _LARGE = "1,000 students", "1,000,000 students"


class Result(NamedTuple):
    """The runs of one server with one kind of request."""

    work: str
    server: str


@dataclass(frozen=True)
class Rule:
    """A bound on the ratio of the rates of two results of a race."""

    race: str
    one: Result
    other: Result
    at_least: float = 0.0
    at_most: float = float("inf")


def speed(race: str, work: str, against: str, at_least: float, ours: str = OURS) -> Rule:
    """Return a rule for our rate, divided by that of another server."""
    return Rule(race, Result(work, ours), Result(work, against), at_least=at_least)


def growth(database: str, work: str) -> Rule:
    """Return a rule for the cost with the most rows, divided by the cost with the fewest."""
    race = f"growth on {database}"
    return Rule(race, Result(work, _SMALL), Result(work, _LARGE), at_most=1.5)


RULES = (
    speed("baselines", "one student", STOCK, 0.55),
    speed("baselines", "one student", ADAPTED, 0.43),
    speed("SQLite", "one student", FASTEST, 3.5),
    speed("SQLite", "page of 50", FASTEST, 4.0),
    speed("SQLite", "304", FASTEST, 3.5),
    speed("SQLite", "POST", FASTEST, 1.6),
    speed("SQLite", "PUT", FASTEST, 1.2),
    speed("SQLite", "DELETE", FASTEST, 1.2),
    speed("PostgreSQL", "one student", FASTEST, 3.5),
    speed("PostgreSQL", "page of 50", FASTEST, 4.0),
    speed("PostgreSQL", "304", FASTEST, 3.5),
    speed("PostgreSQL", "POST", FASTEST, 2.0),
    speed("PostgreSQL", "PUT", FASTEST, 1.5),
    speed("PostgreSQL", "DELETE", FASTEST, 1.5),
    speed("PostgreSQL", "one student", FASTIFY, 1.5),
    speed("PostgreSQL", "page of 50", FASTIFY, 1.5),
    speed("PostgreSQL", "POST", FASTIFY, 0.8),
    speed("PostgreSQL", "PUT", FASTIFY, 0.6),
    speed("password", "one student", FASTEST, 100),
    speed("wrong passwords", "one student", "undisturbed", 0.5, ours="flooded"),
    speed("rate limits", "one student", "no limits", 0.65, ours="Redis over TCP"),
    speed("rate limits", "one student", "no limits", 0.70, ours="Redis over a unix socket"),
    speed("access log", "one student", "no access log", 0.95, ours="access log"),
    speed("scale-out", "one student", "one process", 1.7, ours="two processes"),
    *(
        growth(database, work)
        for database in ("SQLite", "PostgreSQL")
        for work in ("one student", "page of 50", "page by next", "last page", "POST")
    ),
    # The cost of the last page, compared with the first.
    Rule(
        "growth on PostgreSQL",
        Result("page of 50", _SMALL),
        Result("last page", _SMALL),
        at_most=1.5,
    ),
)
MAX_MEGABYTES = 85
MAX_IDLE_PERCENT = 0.1


@dataclass(frozen=True)
class Bound:
    """A figure, its limits, and the noise of the race in which it was measured."""

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


def bounds(suite: Suite) -> Iterator[Bound]:
    """Yield the bounds on the figures that were measured."""
    for rule in RULES:
        if race := suite.results.get(rule.race):
            yield from _compare(rule, race)
    for race_name, megabytes in suite.memory.items():
        if _LARGE in megabytes:
            what = f"{race_name}: resident MB of a process, after the run"
            yield Bound(what, megabytes[_LARGE], at_most=MAX_MEGABYTES)
    if suite.idle_percent is not None:
        yield Bound("idle process: percent of a CPU", suite.idle_percent, at_most=MAX_IDLE_PERCENT)


def _compare(rule: Rule, race: Race) -> Iterator[Bound]:
    one, other = _resolve(rule.one, race), _resolve(rule.other, race)
    if one and other:
        runs = [race[result.work][result.server] for result in (one, other)]
        spread = max(noise(race[result.work]) for result in (one, other))
        what = _describe(rule, one, other)
        yield Bound(what, ratio(*runs), rule.at_least, rule.at_most, spread)


def _resolve(result: Result, race: Race) -> Result | None:
    """Replace FASTEST with the fastest peer. Return None for a result that was not measured."""
    runs: Runs = race.get(result.work, {})
    server = _fastest_peer(runs) if result.server == FASTEST else result.server
    return Result(result.work, server) if server in runs else None


def _fastest_peer(runs: Runs) -> str:
    rates = {peer.name: medians(runs[peer.name]).rate for peer in PEERS if peer.name in runs}
    return max(rates, key=lambda name: rates[name], default="")


def _describe(rule: Rule, one: Result, other: Result) -> str:
    if one.work != other.work:
        return f"{rule.race}, {one.server}: cost of {other.work} / {one.work}"
    if rule.at_least:
        return f"{rule.race}, {one.work}: {one.server} / {other.server}"
    return f"{rule.race}, {one.work}: cost at {other.server} / {one.server}"
