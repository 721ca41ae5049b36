"""Limits on password checks: how many may run at the same time, and fail per minute."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..rate_limits.counters import CallCounter
from ..rate_limits.window import FixedWindow
from .failed_logins import FailedLogins

PERIOD = 60
_USERS_AT_ONE_ADDRESS = 10  # a whole school may share one address


class TooManyChecks(Exception):
    """The maximum number of passwords is already being hashed."""

    retry_after = 1


class TooManyFailures(Exception):
    """Too many logins for a user or from a client failed in this minute."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("too many failed logins; try again later")
        self.retry_after = retry_after


class CheckSlots:
    """Slots for threads that hash a password: half as many as there are worker threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken = 0

    @contextmanager
    def take(self, worker_threads: int) -> Iterator[None]:
        """Hold a slot for the duration of the context.

        :raises TooManyChecks: if no slot is free. It does not wait for one.
        """
        with self._lock:
            if self._taken >= max(worker_threads // 2, 1):
                raise TooManyChecks("too many passwords are being checked; try again")
            self._taken += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken -= 1


class LoginAttempts:
    """A counter and log of failed logins, per client and per user name at a client.

    :param limit: allowed failures per minute of a user name at a client; 0 disables the limits.
    """

    def __init__(self, limit: int, counter: CallCounter, log: FailedLogins) -> None:
        self._limit = limit
        self._of_client = FixedWindow(limit * _USERS_AT_ONE_ADDRESS, PERIOD, counter)
        self._of_user = FixedWindow(limit, PERIOD, counter)
        self._log = log

    def check(self, username: str, client: str) -> None:
        """Check that the limits permit another login.

        :raises TooManyFailures: if too many logins failed in this minute.
        """
        for window, key in self._windows(username, client):
            usage = window.peek(key)
            if not usage.remaining:
                self._log.record(username, client)
                raise TooManyFailures(usage.retry_after)

    def count_failure(self, username: str, client: str) -> None:
        """Count and log a failed login."""
        self._log.record(username, client)
        for window, key in self._windows(username, client):
            window.hit(key)

    def _windows(self, username: str, client: str) -> Iterator[tuple[FixedWindow, str]]:
        if self._limit:
            yield self._of_client, client
            # A user name may have 4 kB; a digest keeps keys short.
            digest = hashlib.blake2b(username.encode(), digest_size=16).hexdigest()
            yield self._of_user, f"{client}:{digest}"
