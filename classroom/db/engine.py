"""The engine, and its transactions for reading and for writing."""

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import URL, Engine, engine_from_config, event, make_url
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError
from sqlalchemy.orm import sessionmaker

from ..settings import SettingError
from . import revision, sqlite
from .conflicts import mark_conflict
from .reader import Errors, Reader

log = logging.getLogger(__name__)

# No thread of the server waits for a connection, however many threads there are.
_POOL = {"sqlalchemy.pool_size": "20", "sqlalchemy.max_overflow": "-1"}
# PostgreSQL may have gone since a connection was used. A request detects that in two seconds.
_TESTED_POOL = {**_POOL, "sqlalchemy.pool_pre_ping": "true"}
_TIMEOUTS = {
    "connect_timeout": "2",
    "options": "-c lock_timeout=1500",
}


def make_engine(settings: Mapping[str, Any]) -> Engine:
    """Create the engine that the ``sqlalchemy.*`` settings describe.

    :raises classroom.settings.SettingError: if the settings are invalid.
    """
    options = {key: value for key, value in settings.items() if key.startswith("sqlalchemy.")}
    try:
        url = make_url(options["sqlalchemy.url"])
        engine = engine_from_config(_with_defaults(options, url))
    except KeyError:
        raise SettingError("sqlalchemy.url", "must be given") from None
    except ImportError as error:
        raise SettingError("sqlalchemy.url", _explain_missing(error)) from None
    except (ArgumentError, InvalidRequestError, TypeError, ValueError) as error:
        raise SettingError(", ".join(options), str(error)) from None
    if engine.dialect.name == "sqlite":
        sqlite.listen(engine)
    event.listen(engine, "handle_error", _mark_conflict)
    return engine


def open_database(settings: Mapping[str, Any]) -> Engine:
    """Create the engine, and bring its database to the state that the code needs.

    An empty database gets its tables. Names that have to be folded are folded.

    :raises classroom.settings.SettingError: if the database cannot be used.
    """
    engine = make_engine(settings)
    try:
        make_file(settings)
        _ensure_tables(engine)
        _fold_names(engine)
    except (revision.Mismatch, DBAPIError, OSError) as error:
        engine.dispose()
        raise SettingError("sqlalchemy.url", in_one_line(error)) from None
    return engine


def make_file(settings: Mapping[str, Any]) -> None:
    """Create the file of a SQLite database if it is missing.

    :raises OSError: if the file cannot be created.
    """
    if sqlite.is_file(url := make_url(settings["sqlalchemy.url"])):
        sqlite.make_file(url)


def for_reading(engine: Engine) -> Engine:
    """Return the same engine and pool, for transactions that see one state of the database."""
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ")


def for_writing(engine: Engine) -> Engine:
    """Return the same engine and pool, for transactions that write."""
    return engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")


def in_one_line(error: Exception) -> str:
    """The message of an error, or of the driver's error that caused it."""
    return " ".join(str(getattr(error, "orig", error)).split())


class Outage:
    """Detects the first failure of an outage, so that an outage is logged once.

    :param lull: seconds without a failure after which an outage is over.
    """

    def __init__(self, lull: float = 30.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lull = lull
        self._clock = clock
        self._last = float("-inf")

    def record_failure(self) -> bool:
        """Record a failure; return whether an outage begins with it."""
        last, self._last = self._last, self._clock()
        return self._last - last > self._lull


def _explain_missing(driver: ImportError) -> str:
    if driver.name == "psycopg":
        return "psycopg is not installed; install it with pip install '.[postgresql]'"
    return str(driver)


def _with_defaults(options: Mapping[str, Any], url: URL) -> dict[str, Any]:
    defaults: dict[str, str] = {}
    if url.get_backend_name() == "postgresql":
        defaults, url = _TESTED_POOL, url.update_query_dict({**_TIMEOUTS, **url.query})
    elif sqlite.is_file(url):
        defaults, url = _POOL, sqlite.existing_file(url)
    # Keep names and password hashes out of the log.
    defaults = {**defaults, "sqlalchemy.hide_parameters": "true"}
    return {**defaults, **options, "sqlalchemy.url": url}


def _ensure_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        is_empty = revision.is_empty(connection)
    # A startup that finds its tables does not wait for a writer.
    with (for_writing(engine) if is_empty else engine).begin() as connection:
        revision.ensure_current(connection)


def _fold_names(engine: Engine) -> None:
    # Not at the top: migrations use this module, and run without the models.
    from . import backfill  # noqa: PLC0415

    with engine.connect() as connection:
        if backfill.are_folded(connection):
            return
    with for_writing(engine).begin() as connection:
        backfill.fold_names(connection)


def _mark_conflict(context: ExceptionContext) -> None:
    if isinstance(context.sqlalchemy_exception, DBAPIError):
        mark_conflict(context.sqlalchemy_exception)


def _reader(settings: Mapping[str, Any], engine: Engine) -> Reader:
    """Create the reader for requests.

    On PostgreSQL it has connections of its own, on which a statement is one round trip: no BEGIN,
    no ROLLBACK and no test of the connection.
    """
    connections: Engine = engine
    no_fallback: Errors = ()
    if engine.dialect.name == "postgresql":
        # Not at the top: psycopg is an extra. Not in make_engine: migrations and copies have no
        # time limit.
        from .postgresql import ServerUnresponsive, limit_response_times  # noqa: PLC0415

        own = {"sqlalchemy.isolation_level": "AUTOCOMMIT", "sqlalchemy.pool_pre_ping": "false"}
        connections, no_fallback = make_engine({**settings, **own}), (ServerUnresponsive,)
        engine.dispose()
        for each in (engine, connections):
            limit_response_times(each)
    reader = Reader(connections, for_reading(engine), no_fallback)
    event.listen(engine, "engine_disposed", lambda _: reader.close())
    return reader


def _warn_if_readable(settings: Mapping[str, Any]) -> None:
    if sqlite.is_file(url := make_url(settings["sqlalchemy.url"])):
        for name in sqlite.readable_files(url):
            log.warning("%s is readable by other users; restrict it with chmod 600", name)


class Database:
    """The database of an application: its engine, and what is needed to read and to write.

    :raises classroom.settings.SettingError: if the database cannot be used.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        engine = open_database(settings)
        _warn_if_readable(settings)
        self.engine = for_reading(engine)
        self.reader = _reader(settings, engine)
        self.sessions = sessionmaker(for_writing(engine))
        self.writer_lock = sqlite.WriterLock() if engine.dialect.name == "sqlite" else None
        self.outage = Outage()
