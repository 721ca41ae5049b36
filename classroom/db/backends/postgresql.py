"""PostgreSQL, with psycopg. psycopg is an extra and imported only when it is used."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import URL, Connection, DateTime, Engine, func, select, text
from sqlalchemy.dialects import postgresql

from .base import Backend

_DEFAULTS = {
    # No worker thread waits for a connection, even if there are more than 20.
    "sqlalchemy.pool_size": "20",
    "sqlalchemy.max_overflow": "-1",
    # The server may have restarted since a connection was used.
    "sqlalchemy.pool_pre_ping": "true",
}
_TIMEOUTS = {
    "connect_timeout": "2",  # seconds
    "options": "-c lock_timeout=1500",  # milliseconds
}
# Serialization failure and deadlock. Not 40003: after that the COMMIT may have succeeded.
_CONFLICTS = ("40001", "40P01")
_FOREIGN_KEY = "23503"
# The classes "connection exception" and "insufficient resources", "operator intervention" such as a
# shutdown, and a lock that was not released in time.
_UNAVAILABLE = ("08", "53", "57P", "55P03")
# libpq has no SQLSTATE for a connection that it could not open: these are messages of libpq, of the
# operating system, and of the server while it starts, stops, or has too many clients.
_NO_CONNECTION = re.compile(
    "Connection refused|Connection reset|connection timeout|Connection timed out|No route to host"
    "|Network is unreachable|No such file or directory\n\tIs the server running"
    "|closed the connection unexpectedly|Temporary failure in name resolution"
    "|the database system is |too many clients|too many connections|remaining connection slots"
)
# An arbitrary number, the same in every process.
_MIGRATION_LOCK = 0x636C6173


class PostgreSQL(Backend):
    name = "postgresql"
    paramstyle = "pyformat"
    now = func.clock_timestamp(type_=DateTime(timezone=True))
    # A statement is one round trip: no BEGIN, no ROLLBACK and no ping.
    reader_settings = {
        "sqlalchemy.isolation_level": "AUTOCOMMIT",
        "sqlalchemy.pool_pre_ping": "false",
    }

    def defaults(self, url: URL) -> Mapping[str, str]:
        return _DEFAULTS

    def connection_url(self, url: URL) -> URL:
        return url.update_query_dict({**_TIMEOUTS, **url.query})

    def explain_missing(self, driver: ImportError) -> str:
        if driver.name == "psycopg":
            return "psycopg is not installed; install the extra classroom[postgresql]"
        return str(driver)

    def limit_response_times(self, engine: Engine) -> None:
        from .psycopg_timeouts import limit_response_times  # noqa: PLC0415

        limit_response_times(engine)

    def for_reading(self, engine: Engine) -> Engine:
        return engine.execution_options(isolation_level="REPEATABLE READ")

    def in_autocommit(self, engine: Engine) -> Engine:
        return engine.execution_options(isolation_level="AUTOCOMMIT")

    def is_conflict(self, error: BaseException | None) -> bool:
        return _sqlstate(error) in _CONFLICTS

    def is_foreign_key_violation(self, error: BaseException | None) -> bool:
        return _sqlstate(error) == _FOREIGN_KEY

    def is_timeout(self, error: BaseException | None) -> bool:
        from .psycopg_timeouts import ServerUnresponsive  # noqa: PLC0415

        return isinstance(error, ServerUnresponsive)

    def is_unavailable(self, error: BaseException | None) -> bool:
        if state := _sqlstate(error):
            return state.startswith(_UNAVAILABLE)
        return bool(_NO_CONNECTION.search(str(error)))

    def insert_if_new(self, table: Any) -> Any:
        return postgresql.insert(table).on_conflict_do_nothing()

    def write_counts(self, connection: Connection) -> None:
        for mode in ("IMMEDIATE", "DEFERRED"):
            connection.execute(text(f"SET CONSTRAINTS ALL {mode}"))

    def identity(self, connection: Connection) -> tuple[Any, ...]:
        # The time identifies the server: its address has several names.
        statement = "SELECT pg_postmaster_start_time(), current_database(), current_schema()"
        return tuple(connection.execute(text(statement)).one())

    def last_id(self, connection: Connection, table: str) -> int:
        sequence = "CAST(pg_get_serial_sequence(:table, 'id') AS regclass)"
        statement = text(f"SELECT pg_sequence_last_value({sequence})")
        return connection.execute(statement, {"table": table}).scalar() or 0

    def set_last_id(self, connection: Connection, table: str, last: int) -> None:
        statement = text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)")
        connection.execute(statement, {"table": table, "last": last})

    def lock_tables(self, connection: Connection, tables: Iterable[str]) -> None:
        names = ", ".join(tables)
        connection.execute(text(f"LOCK TABLE {names} IN SHARE ROW EXCLUSIVE MODE"))

    def lock_migrations(self, connection: Connection) -> None:
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))

    def defect(self, connection: Connection) -> str | None:
        if connection.execute(text("SHOW server_encoding")).scalar() == "UTF8":
            return None
        return "the database is not encoded in UTF-8: create it with createdb --encoding=UTF8"


def _sqlstate(error: BaseException | None) -> str | None:
    return getattr(error, "sqlstate", None)
