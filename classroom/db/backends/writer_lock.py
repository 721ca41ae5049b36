"""A lock that serializes the writers of a process."""

import sqlite3
import threading
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

_KEY = "writer_lock"


class WriterLock:
    """A lock that a writing transaction of an engine holds, from BEGIN until after COMMIT.

    SQLite's own busy handler sleeps and polls, even if the database is no longer locked.

    :param timeout: seconds to wait for the lock.
    """

    def __init__(self, timeout: float) -> None:
        self._lock = threading.Lock()
        self._timeout = timeout

    def listen(self, engine: Engine) -> None:
        """Acquire the lock when a writing transaction begins, and release it at its end.

        It ends when the connection returns to the pool: SQLAlchemy has no event after COMMIT.
        """
        event.listen(engine, "begin", self._acquire)
        event.listen(engine, "checkin", self._release)

    def _acquire(self, connection: Connection) -> None:
        """Wait for the lock, if the transaction writes.

        :raises sqlalchemy.exc.OperationalError: if the lock is not free in time.
        """
        is_writer = connection.get_execution_options().get("sqlite_begin")
        if not is_writer or _KEY in connection.info:
            return
        if not self._lock.acquire(timeout=self._timeout):
            raise OperationalError(None, None, sqlite3.OperationalError("database is locked"))
        connection.info[_KEY] = self

    def _release(self, _: Any, entry: ConnectionPoolEntry) -> None:
        if entry.info.pop(_KEY, None):
            self._lock.release()
