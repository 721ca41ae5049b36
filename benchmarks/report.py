"""The results as Markdown, which a terminal shows as well."""

from collections.abc import Iterable, Iterator, Sequence

from .bounds import At, Bound, bounds, noise
from .measure import LoadProfile, Race
from .races import Suite


def report(suite: Suite, environment: Sequence[str]) -> str:
    """All of it: where and when, the bounds, and every race."""
    return "\n\n".join(_sections(suite, environment)) + "\n"


def _sections(suite: Suite, environment: Sequence[str]) -> Iterator[str]:
    yield "# Results"
    yield "\n".join(f"* {line}" for line in [*environment, _method(suite.profile)])
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


def _method(profile: LoadProfile) -> str:
    return f"Medians of {profile.rounds} runs of {profile.seconds} s, A to Z and Z to A"


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
