"""The state of the service, refreshed in the background while clients request it."""

import threading
import time

from .checks import UNAVAILABLE, DatabaseCheck, RedisCheck
from .schemas import Checks

# In seconds. The checks have their own timeouts, so a result is rarely too old.
_BETWEEN_CHECKS = 1
_MAX_AGE = 5
_FIRST_CHECK = 1.5
_TO_STOP = 5


class Readiness:
    """The results of the last checks.

    A thread repeats the checks once per second. It starts with the first call of ``checks``, so
    that a shell, and a service without such requests, do not start it.
    """

    def __init__(self, database: DatabaseCheck, redis: RedisCheck) -> None:
        self._database = database
        self._redis = redis
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._checked = threading.Event()
        self._thread: threading.Thread | None = None
        self._started_at = 0.0
        self._last = Checks(*UNAVAILABLE, "unused")
        self._checked_at = 0.0

    def checks(self) -> Checks:
        """Return the last results. Only the first calls wait for them, for at most 1.5 seconds."""
        self._start()
        self._checked.wait(self._started_at + _FIRST_CHECK - time.monotonic())
        last = self._last
        if time.monotonic() - self._checked_at < _MAX_AGE:
            return last
        return Checks(*UNAVAILABLE, last.redis)

    def stop(self) -> None:
        """End the thread after the current check, and wait some seconds for it."""
        with self._lock:
            self._stopped.set()
            thread = self._thread
        if thread:
            thread.join(_TO_STOP)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._stopped.clear()
                self._started_at = time.monotonic()
                self._thread = threading.Thread(target=self._run, name="readiness", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._last = Checks(*self._database.run(), self._redis.run())
            self._checked_at = time.monotonic()
            self._checked.set()
            self._stopped.wait(_BETWEEN_CHECKS)
        self._database.close()
        self._redis.close()
