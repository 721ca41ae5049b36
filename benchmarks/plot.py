"""Plot cost against size as an SVG: a panel per database, a line per kind of request."""

from collections.abc import Iterator, Mapping
from math import log10

from .figures import Race, medians
from .races import GROWTH

_WIDTH, _HEIGHT, _LEFT, _TOP, _PANEL = 260, 220, 60, 50, 340
_COLOURS = ("#1b6ca8", "#c0392b", "#27824a", "#8e5ea2", "#c77b0a")
_COSTS = (100, 1_000, 10_000, 100_000)


def plot(panels: Mapping[str, Race]) -> str:
    """Return an SVG of the microseconds per request of one client, by the number of students.

    Both axes are logarithmic. A flat line is a cost that does not grow.
    """
    width, height = _LEFT + _PANEL * len(panels), _TOP + _HEIGHT + 70
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for number, (title, race) in enumerate(panels.items()):
        parts += [f'<g transform="translate({_LEFT + _PANEL * number} {_TOP})">']
        parts += [*_axes(title), *_lines(race), "</g>"]
    return "\n".join([*parts, "</svg>", ""])


def _axes(title: str) -> Iterator[str]:
    yield _text(0, -22, title, 'font-weight="bold"')
    for cost in _COSTS:
        y = _y(cost)
        yield f'<path d="M0 {y:.0f}H{_WIDTH}" stroke="#ddd"/>'
        yield _text(-6, y + 4, f"{cost:,} µs", 'text-anchor="end"')
    for label, x in zip(GROWTH, _xs(), strict=True):
        yield _text(x, _HEIGHT + 18, label, 'text-anchor="middle"')


def _lines(race: Race) -> Iterator[str]:
    for number, (work, runs) in enumerate(race.items()):
        colour = _COLOURS[number]
        points = [
            f"{x:.0f},{_y(1_000_000 / medians(runs[size]).rate):.1f}"
            for size, x in zip(GROWTH, _xs(), strict=True)
        ]
        style = f'fill="none" stroke="{colour}" stroke-width="2"'
        yield f'<polyline points="{" ".join(points)}" {style}/>'
        yield _text(number % 3 * 90, _HEIGHT + 38 + number // 3 * 16, work, f'fill="{colour}"')


def _text(x: float, y: float, text: str, style: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {style}>{text}</text>'


def _xs() -> Iterator[float]:
    return (20 + (_WIDTH - 40) * number / (len(GROWTH) - 1) for number in range(len(GROWTH)))


def _y(cost: float) -> float:
    low, high = log10(_COSTS[0]), log10(_COSTS[-1])
    return _HEIGHT * (high - log10(cost)) / (high - low)
