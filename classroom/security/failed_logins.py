"""The log of failed logins."""

import logging
import threading

log = logging.getLogger("classroom.security")

_MAX_NAME = 64  # characters of a user name in a line


class FailedLogins:
    """Logs failed logins: at most one line per user name, client and period.

    The first failure is logged at once. The others of its period are logged as a count at its end,
    and then belong to the next period.

    :param period: in seconds.
    :param max_lines: in a period; further user names and clients share one line.
    """

    def __init__(self, period: float = 60.0, max_lines: int = 1000) -> None:
        self._period = period
        self._max_lines = max_lines
        self._lock = threading.Lock()
        # Failures that are not logged yet, of those that have a line in this period.
        self._more: dict[tuple[str, str], int] = {}
        self._others = 0

    def record(self, username: str, client: str) -> None:
        login = username[:_MAX_NAME], client
        with self._lock:
            if login in self._more:
                self._more[login] += 1
            elif len(self._more) < self._max_lines:
                self._begin(login)
            else:
                self._others += 1

    def _begin(self, login: tuple[str, str]) -> None:
        if not self._more:
            self._start_period()
        self._more[login] = 0
        log.warning("failed login of user %r from %s", *login)

    def _start_period(self) -> None:
        timer = threading.Timer(self._period, self._end_period)
        timer.daemon = True
        timer.start()

    def _end_period(self) -> None:
        with self._lock:
            counts = {login: count for login, count in self._more.items() if count}
            self._more, others, self._others = dict.fromkeys(counts, 0), self._others, 0
            if counts:
                self._start_period()
        for (username, client), count in counts.items():
            log.warning("%d more failed logins of user %r from %s", count, username, client)
        if others:
            log.warning("%d more failed logins of other users or from other clients", others)
