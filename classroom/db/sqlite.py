"""SQLite, made to keep what it says: one writer after another, and never another file."""

import os
import sqlite3
import stat
import threading
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

# Why synchronous is FULL is told in docs/decisions/0006-a-commit-survives-a-power-cut.md.
_PATIENCE = 3  # seconds
_PRAGMAS = (
    f"busy_timeout = {_PATIENCE * 1000}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "cache_size = -32768",
)


def is_file(url: URL) -> bool:
    """Whether a URL names a SQLite file, and leaves it to us how that is opened."""
    is_named = url.database not in (None, "", ":memory:") and "uri" not in url.query
    return url.get_backend_name() == "sqlite" and is_named


def existing_file(url: URL) -> URL:
    """The URL that opens a database file and makes none in the place of a missing one."""
    path = Path(str(url.database)).absolute()
    return url.set(database=path.as_uri()).update_query_dict({"mode": "rw", "uri": "true"})


def make_file(url: URL) -> None:
    """Create the database file if it is missing, for its owner only.

    SQLite gives its -wal and -shm files the mode of the database file.

    :raises OSError: if that fails.
    """
    Path(str(url.database)).touch(mode=0o600)


def readable_files(url: URL) -> list[str]:
    """The files of a database that every user of the host can read."""
    names = [f"{url.database}{suffix}" for suffix in ("", "-wal", "-shm")]
    return [name for name in names if _mode(name) & stat.S_IROTH]


def _mode(name: str) -> int:
    try:
        return os.stat(name).st_mode
    except FileNotFoundError:
        return 0


def is_busy(errorcode: int) -> bool:
    """Whether an extended result code says that another connection was in the way."""
    return errorcode & 0xFF == sqlite3.SQLITE_BUSY


def listen(engine: Engine) -> None:
    """Set up the connections and transactions of an engine for SQLite."""
    guard = _FileGuard()
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "connect", guard.watch)
    event.listen(engine, "checkout", lambda _, entry, __: entry.info["check"]())
    event.listen(engine, "begin", _begin)


def _prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    # Left alone, sqlite3 begins a transaction at the first write, after what was read for it.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A reader that becomes a writer is refused at once, whatever the busy time-out.
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


class Turns:
    """Has the writers of this process take turns. SQLite alone would have them sleep, and look
    again now and then, while the database is free.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self) -> None:
        """:raises sqlalchemy.exc.OperationalError: where no turn comes within seconds."""
        if not self._lock.acquire(timeout=_PATIENCE):
            raise OperationalError(None, None, sqlite3.OperationalError("database is locked"))

    def end(self) -> None:
        self._lock.release()


class _FileGuard:
    """Refuses a connection once its file is no longer the one that was opened first.

    What is written on a file that was removed is lost, and one that was put in its place would be
    mixed with what the write-ahead log still holds of the first.
    """

    def __init__(self) -> None:
        self._first: tuple[int, int] | None = None

    def watch(self, connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        """Give a new connection its check."""
        [(_, _, path)] = connection.execute("PRAGMA database_list").fetchall()
        entry.info["check"] = partial(self._check, path)

    def _check(self, path: str) -> None:
        identity = _identity(path)
        self._first = self._first or identity
        if identity != self._first:
            error = sqlite3.OperationalError("the database file was removed or replaced")
            raise OperationalError(None, None, error)


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
