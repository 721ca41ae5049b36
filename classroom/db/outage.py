"""Detect outages of the database, so that each one is logged once."""

import time
from collections.abc import Callable


class Outage:
    """A detector of the first failure in an outage.

    :param quiet: seconds without a failure after which an outage is over.
    """

    def __init__(self, quiet: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._quiet = quiet
        self._clock = clock
        self._last = float("-inf")

    def record_failure(self) -> bool:
        """Record a failure, and return whether it begins an outage."""
        last, self._last = self._last, self._clock()
        return self._last - last > self._quiet
