"""Rate limits by fixed windows of the UTC clock."""

import math
import time
from collections.abc import Callable
from typing import NamedTuple

from ..settings import Settings
from .counters import CallCounter, open_counter


class Usage(NamedTuple):
    """The state of a client's window.

    :param is_allowed: whether the last call was within the limit.
    :param limit: the calls allowed per window.
    :param remaining: the calls left in this window.
    :param reset: the end of the window in Unix time.
    :param retry_after: the seconds until the end of the window, at least 1.
    :param is_first_refused: whether the last call was the first beyond the limit.
    """

    is_allowed: bool
    limit: int
    remaining: int
    reset: int
    retry_after: int
    is_first_refused: bool


class FixedWindow:
    """A limit of ``calls`` per client in each window of ``period`` seconds of the UTC clock."""

    def __init__(
        self, calls: int, period: int, counter: CallCounter, clock: Callable[[], float] = time.time
    ) -> None:
        self._calls = calls
        self._period = period
        self.counter = counter
        self._clock = clock

    def hit(self, client: str) -> Usage:
        """Count one call of ``client``, and return the state of its window."""
        return self._usage(client, by=1)

    def peek(self, client: str) -> Usage:
        """Return the state of the window of ``client`` without counting a call."""
        return self._usage(client, by=0)

    def _usage(self, client: str, by: int) -> Usage:
        now = self._clock()
        window = int(now // self._period)
        reset = (window + 1) * self._period
        calls = self.counter.increment(client, window, by)
        return Usage(
            is_allowed=calls <= self._calls,
            limit=self._calls,
            remaining=max(self._calls - calls, 0),
            reset=reset,
            retry_after=max(math.ceil(reset - now), 1),
            is_first_refused=calls == self._calls + 1,
        )


def open_limiter(settings: Settings) -> FixedWindow | None:
    """Return the limit of requests per client, or None if rate limits are off.

    :raises classroom.settings.SettingError: if redis-py does not accept the URL.
    """
    if not settings.use_rate_limits:
        return None
    period = settings.rate_limit_period
    return FixedWindow(settings.rate_limit_calls, period, open_counter(settings, "calls", period))
