"""The time, and a clock that tests set."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

# SQLite's clock has milliseconds.
_TICK = timedelta(milliseconds=1)


@contextmanager
def now() -> Iterator[list[datetime]]:
    """Yield a list with the time before the block and, at its end, the time after the block."""
    times = [datetime.now(UTC) - _TICK]
    yield times
    times.append(datetime.now(UTC))


class Clock:
    """A replacement for the module ``time``, whose monotonic clock is stopped.

    :param now: its time in seconds, which the test changes.
    """

    time = staticmethod(time.time)

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now
