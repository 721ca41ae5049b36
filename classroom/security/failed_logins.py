"""Log failed logins without flooding the log."""

import logging
import threading

log = logging.getLogger("classroom.security")

_MAX_NAME_LENGTH = 64  # characters of a user name that are logged


class FailedLogins:
    """A log of failed logins with at most one line per user name, client and period.

    The first failure is logged immediately. Further failures are logged as a count at the end of
    the period; this line counts as the line of the next period.

    :param period: the length of a period in seconds.
    :param max_lines: per period. All other user names and clients share one line.
    """

    def __init__(self, period: float = 60.0, max_lines: int = 1000) -> None:
        self._period = period
        self._max_lines = max_lines
        self._lock = threading.Lock()
        # Failures to log at the end of the period, for each login that has a line in it.
        self._unlogged: dict[tuple[str, str], int] = {}
        self._overflow = 0
        self.total = 0

    def record(self, username: str, client: str) -> None:
        login = username[:_MAX_NAME_LENGTH], client
        with self._lock:
            self.total += 1
            if login in self._unlogged:
                self._unlogged[login] += 1
            elif len(self._unlogged) < self._max_lines:
                self._begin(login)
            else:
                self._overflow += 1

    def _begin(self, login: tuple[str, str]) -> None:
        if not self._unlogged:
            self._start_period()
        self._unlogged[login] = 0
        log.warning("failed login for user %r from %s", *login)

    def _start_period(self) -> None:
        timer = threading.Timer(self._period, self._end_period)
        timer.daemon = True
        timer.start()

    def _end_period(self) -> None:
        with self._lock:
            counts = {login: count for login, count in self._unlogged.items() if count}
            overflow, self._overflow = self._overflow, 0
            self._unlogged = dict.fromkeys(counts, 0)
            if counts:
                self._start_period()
        for (username, client), count in counts.items():
            log.warning("%d more failed logins for user %r from %s", count, username, client)
        if overflow:
            log.warning("%d more failed logins for other users or from other clients", overflow)
