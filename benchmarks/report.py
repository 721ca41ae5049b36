"""The results as Markdown, which a terminal shows as well."""

import platform
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from tests.support.paths import ROOT

from . import machine
from .bounds import At, Bound, bounds, noise
from .measure import Race
from .races import Suite

_OURS = ("classroom", "pyramid", "waitress", "SQLAlchemy", "psycopg", "argon2-cffi", "redis")


def report(suite: Suite) -> str:
    """All of it: where and when, the bounds, and every race."""
    return "\n\n".join(_sections(suite)) + "\n"


def _sections(suite: Suite) -> Iterator[str]:
    yield "# Results"
    yield _circumstances(suite)
    yield "## Bounds"
    yield _table(["", "measured", "bound", "", "noise"], map(_bound_row, bounds(suite)))
    yield "## Races"
    yield (
        "Requests a second, and the CPU microseconds of one request in the server's processes."
        " `again` is the same server under a second name: how much the two differ is the noise."
    )
    for name, race in suite.results.items():
        yield f"### {name}"
        yield _race_table(race, suite.memory[name])


def _circumstances(suite: Suite) -> str:
    profile = suite.profile
    return "\n".join(
        [
            f"* {datetime.now(UTC):%d %B %Y}; {machine.describe()}",
            f"* Medians of {profile.rounds} runs of {profile.seconds} s, A to Z and Z to A",
            f"* Python {platform.python_version()}, {', '.join(_versions())}",
            f"* {', '.join(_programs())}",
            f"* Peers: {', '.join(_requirements())}",
        ]
    )


def _versions() -> Iterator[str]:
    return (f"{name} {version(name)}" for name in _OURS)


def _programs() -> Iterator[str]:
    for command in (["wrk", "-v"], ["postgres", "-V"], ["redis-server", "-v"]):
        told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        yield " ".join(told.splitlines()[0].split()[:3])


def _requirements() -> Iterator[str]:
    for line in (ROOT / "benchmarks" / "requirements.txt").read_text().splitlines():
        if "==" in line:
            yield line.replace("==", " ")


def _bound_row(bound: Bound) -> list[str]:
    return [bound.what, f"{bound.figure:.2f}", bound.rule, bound.verdict, f"{bound.noise:.0%}"]


def _race_table(race: Race, memory: dict[str, float]) -> str:
    rows = [
        [server, *(_cell(race[work], server) for work in race), f"{memory[server]:.0f} MB"]
        for server in memory
    ]
    noises = ["*noise*", *(f"*{noise(race[work]):.0%}*" for work in race), ""]
    return _table(["", *race, "resident"], [*rows, noises])


def _cell(at: At, server: str) -> str:
    return f"{at[server].rate:,.0f} ({at[server].cpu:,.0f} µs)"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose columns are aligned also where nobody renders it."""
    body = [list(head), *map(list, rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*body, strict=True)]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in body]
    lines.insert(1, ["-" * max(width, 3) for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
