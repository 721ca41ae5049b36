"""The fixed window: so many calls per client in every period of the UTC clock."""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from .counters import CallCounter


class Usage(NamedTuple):
    """The state of a client's window: the calls allowed and left, and the end.

    ``reset`` is in seconds of the epoch, ``retry_after`` the same in seconds from now, at least 1.
    """

    allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int


class FixedWindow:
    """Allows each client ``calls`` in every ``period`` seconds of the UTC clock."""

    def __init__(
        self, calls: int, period: int, counter: CallCounter, clock: Callable[[], float] = time.time
    ) -> None:
        self._calls = calls
        self._period = period
        self._counter = counter
        self._clock = clock

    def hit(self, client: str) -> Usage:
        """Count one call of ``client``, and return the state of its window."""
        return self._usage(client, by=1)

    def peek(self, client: str) -> Usage:
        """Say where ``client`` stands without counting a call."""
        return self._usage(client, by=0)

    def _usage(self, client: str, by: int) -> Usage:
        now = self._clock()
        window = int(now // self._period)
        reset = (window + 1) * self._period
        calls = self._counter.increment(client, window, by)
        return Usage(
            allowed=calls <= self._calls,
            limit=self._calls,
            remaining=max(self._calls - calls, 0),
            reset=reset,
            retry_after=max(math.ceil(reset - now), 1),
        )
