"""SQLite, with sqlite3 of the standard library."""

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Engine, event, func, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.pool import ConnectionPoolEntry

from ...file_modes import EXPOSED
from . import sqlite_files
from .base import Backend
from .writer_lock import WriterLock

log = logging.getLogger(__name__)

# No worker thread waits for a connection, even with more than 20 threads.
_POOL = {"sqlalchemy.pool_size": "20", "sqlalchemy.max_overflow": "-1"}
_BUSY_TIMEOUT = 3  # seconds
# docs/decisions/0006-a-commit-survives-a-power-cut.md explains why synchronous is FULL.
_PRAGMAS = (
    f"busy_timeout = {_BUSY_TIMEOUT * 1000}",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
)


class SQLite(Backend):
    name = "sqlite"
    paramstyle = "named"
    # In the format of SQLAlchemy's DateTime. SQLite's clock has a resolution of 1 ms.
    now = func.strftime("%Y-%m-%d %H:%M:%f000", "now", type_=DateTime)

    def defaults(self, url: URL) -> Mapping[str, str]:
        return _POOL if sqlite_files.is_file(url) else {}

    def connection_url(self, url: URL) -> URL:
        return sqlite_files.existing_file(url) if sqlite_files.is_file(url) else url

    def listen(self, engine: Engine) -> None:
        event.listen(engine, "connect", _prepare)
        sqlite_files.FileGuard().listen(engine)
        WriterLock(_BUSY_TIMEOUT).listen(engine)
        event.listen(engine, "begin", _begin)

    def exists(self, url: URL) -> bool:
        return not sqlite_files.is_file(url) or sqlite_files.has_content(url)

    def create_if_missing(self, url: URL) -> None:
        if sqlite_files.is_file(url):
            sqlite_files.make_file(url)

    def warn_if_exposed(self, url: URL) -> None:
        for name in sqlite_files.exposed_files(url) if sqlite_files.is_file(url) else ():
            log.warning("%s %s", name, EXPOSED)

    def for_writing(self, engine: Engine) -> Engine:
        return engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")

    def in_autocommit(self, engine: Engine) -> Engine:
        return engine.execution_options(sqlite_begin=None)

    def is_conflict(self, error: BaseException | None) -> bool:
        # The low byte of an extended result code is the primary result code.
        return _error_code(error) & 0xFF == sqlite3.SQLITE_BUSY

    def is_foreign_key_violation(self, error: BaseException | None) -> bool:
        return _error_code(error) == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY

    def insert_if_new(self, table: Any) -> Any:
        return sqlite.insert(table).on_conflict_do_nothing()

    def identity(self, connection: Connection) -> tuple[Any, ...]:
        driver: Any = connection.connection
        path = sqlite_files.path_of(driver)
        return (sqlite_files.file_identity(path) or id(driver),)

    def last_id(self, connection: Connection, table: str) -> int:
        statement = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
        return connection.execute(statement, {"table": table}).scalar() or 0

    def set_last_id(self, connection: Connection, table: str, last: int) -> None:
        for statement in (
            "DELETE FROM sqlite_sequence WHERE name = :table",
            "INSERT INTO sqlite_sequence VALUES (:table, :last)",
        ):
            connection.execute(text(statement), {"table": table, "last": last})

    def suspend_foreign_keys(self, connection: Connection) -> None:
        # Bypass SQLAlchemy, which would begin a transaction, in which the pragma has no effect.
        driver: Any = connection.connection
        driver.execute("PRAGMA foreign_keys = OFF")


def _prepare(connection: sqlite3.Connection, entry: ConnectionPoolEntry) -> None:
    # SQLAlchemy emits BEGIN. sqlite3 would begin a transaction only at the first write, after reads
    # that belong to it.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # Writers use BEGIN IMMEDIATE, because SQLite ignores the busy timeout if a transaction that has
    # read begins to write.
    if begin := connection.get_execution_options().get("sqlite_begin", "BEGIN"):
        connection.exec_driver_sql(begin)


def _error_code(error: BaseException | None) -> int:
    return getattr(error, "sqlite_errorcode", 0)
