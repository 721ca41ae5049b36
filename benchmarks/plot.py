"""Cost against size as an SVG: a panel for each database, a line for each kind of work."""

from collections.abc import Iterator

from .measure import Race
from .races import GROWTH, Meeting

_WIDTH, _HEIGHT, _LEFT, _TOP = 300, 240, 60, 40
_COLOURS = ("#1b6ca8", "#c0392b", "#27824a", "#8e5ea2", "#c77b0a")
_TICKS = (100, 1_000, 10_000)


def plot(meeting: Meeting) -> str:
    """Microseconds a request, one client after another, against the number of students."""
    panels = [name for name in meeting.results if name.startswith("growth")]
    return panels
