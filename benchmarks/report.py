"""The results as Markdown that is also readable in a terminal."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from .bounds import Bound, bounds
from .figures import Race, Run, medians, noise
from .suite import Suite
from .wrk import LoadProfile

_RACES = (
    "Medians of the rate, in units of work per second, and of the CPU microseconds of one unit in"
    " the processes of the server. A unit is a request; that of `roster` is all requests that a"
    " client needs. `again` is the same server under a second name: how much the two differ is the"
    " noise."
)


def report(suite: Suite, environment: Sequence[str]) -> str:
    """Return the environment, the bounds, and the table of every race."""
    return "\n\n".join(_sections(suite, environment)) + "\n"


def _sections(suite: Suite, environment: Sequence[str]) -> Iterator[str]:
    yield "# Results"
    yield "\n".join(f"* {line}" for line in [*environment, _method(suite.profile)])
    yield "## Bounds"
    yield _table(["", "measured", "bound", "", "noise"], map(_bound_row, bounds(suite)))
    yield _noise(suite.results, suite.profile.max_noise)
    yield "## Races"
    yield _RACES
    for name, race in suite.results.items():
        yield f"### {name}"
        yield _race_table(race, suite.memory[name])


def _method(profile: LoadProfile) -> str:
    return (
        f"Rounds of {profile.seconds} s for each server: {profile.rounds}, and up to"
        f" {profile.max_rounds} while the noise is {profile.max_noise:.0%} or more"
    )


def _noise(results: Mapping[str, Race], limit: float) -> str:
    """Return a sentence about the races in which the noise is too high."""
    figures = {
        f"{name}, {work}": noise(runs)
        for name, race in results.items()
        for work, runs in race.items()
    }
    noisy = [f"{what} ({figure:.0%})" for what, figure in figures.items() if figure >= limit]
    if not noisy:
        return f"The noise is under {limit:.0%} in every race."
    return f"The noise is {limit:.0%} or more in: {'; '.join(noisy)}."


def _bound_row(bound: Bound) -> list[str]:
    return [bound.what, f"{bound.figure:.2f}", bound.rule, bound.verdict, f"{bound.noise:.0%}"]


def _race_table(race: Race, memory: Mapping[str, float]) -> str:
    rows = [
        [server, *(_cell(runs[server]) for runs in race.values()), f"{memory[server]:.0f} MB"]
        for server in memory
    ]
    noises = ["*noise*", *(f"*{noise(runs):.0%}*" for runs in race.values()), ""]
    return _table(["", *race, "resident"], [*rows, noises])


def _cell(runs: Sequence[Run]) -> str:
    rate, cpu = medians(runs)
    return f"{rate:,.0f} ({cpu:,.0f} µs)"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table whose columns are aligned in plain text too."""
    body = [list(head), *map(list, rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*body, strict=True)]
    lines = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in body]
    lines.insert(1, ["-" * max(width, 3) for width in widths])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
