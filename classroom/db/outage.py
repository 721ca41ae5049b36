"""Log the beginning and the end of database outages."""

import logging
import threading
import time
from collections.abc import Callable

log = logging.getLogger(__name__)


class Outage:
    """A state that begins with a failure, and ends with the next success.

    :param pause: seconds after a logged outage in which no further one is logged: if the database
        is busy or read-only, some requests fail and others succeed.
    """

    def __init__(self, pause: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._logged = float("-inf")
        self._began: float | None = None

    def record_failure(self, error: Exception) -> None:
        with self._lock:
            now = self._clock()
            if self._began is not None or now - self._logged < self._pause:
                return
            self._began = self._logged = now
        log.error("database error: %r", str(getattr(error, "orig", error)))

    def record_success(self) -> None:
        if self._began is None:  # without the lock, since every request comes here
            return
        with self._lock:
            began, self._began = self._began, None
        if began is not None:
            log.info("the database is available again after %.1f seconds", self._clock() - began)
