"""The files of SQLite: URLs, permissions, and a check that the file was not replaced."""

import os
import sqlite3
from functools import partial
from pathlib import Path

from sqlalchemy import URL, Engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from ...file_modes import is_exposed


def is_file(url: URL) -> bool:
    """Return whether a URL is a path to a SQLite file. A SQLite URI, with its options, is not."""
    is_named = url.database not in (None, "", ":memory:") and "uri" not in url.query
    return url.get_backend_name() == "sqlite" and is_named


def existing_file(url: URL) -> URL:
    """Return the URL that opens the same file, but does not create a missing one."""
    path = Path(str(url.database)).absolute()
    return url.set(database=path.as_uri()).update_query_dict({"mode": "rw", "uri": "true"})


def has_content(url: URL) -> bool:
    """Return whether the file exists, and is not empty.

    :raises OSError: if the user cannot enter its directory.
    """
    try:
        return Path(str(url.database)).stat().st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        return False


def make_file(url: URL) -> None:
    """Create the database file if it is missing, with access for its owner only.

    SQLite gives its -wal and -shm files the mode of the database file.

    :raises OSError: if the file cannot be created.
    """
    Path(str(url.database)).touch(mode=0o600)


def exposed_files(url: URL) -> list[str]:
    """Return the files of a database that all users of the host can read."""
    names = [f"{url.database}{suffix}" for suffix in ("", "-wal", "-shm")]
    return [name for name in names if is_exposed(name)]


class FileGuard:
    """A check that rejects connections after the database file was removed or replaced.

    Writes to a removed file are lost. A new file would be mixed with the contents of the old file's
    write-ahead log.
    """

    def __init__(self) -> None:
        self._first: tuple[int, int] | None = None

    def listen(self, engine: Engine) -> None:
        event.listen(engine, "connect", self._watch)
        event.listen(engine, "checkout", lambda _, entry, __: entry.info["check"]())

    def _watch(self, connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
        """Store the check of a new connection in its pool entry."""
        entry.info["check"] = partial(self._check, path_of(connection))

    def _check(self, path: str) -> None:
        identity = file_identity(path)
        self._first = self._first or identity
        if identity != self._first:
            error = sqlite3.OperationalError("the database file was removed or replaced")
            raise OperationalError(None, None, error)


def path_of(connection: sqlite3.Connection) -> str:
    """Return the path of the database file, or "" for a database in memory."""
    main = "SELECT file FROM pragma_database_list WHERE name = 'main'"
    [(path,)] = connection.execute(main).fetchall()
    return path


def file_identity(path: str) -> tuple[int, int] | None:
    """Return what all names of a file have in common, or None if there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino
