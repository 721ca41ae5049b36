"""The engine, and how its transactions begin: readers share, writers come one after another."""

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

from pyramid.config import Configurator
from sqlalchemy import Connection, Engine, engine_from_config, event, inspect
from sqlalchemy.exc import ArgumentError, DBAPIError, InvalidRequestError
from sqlalchemy.orm import sessionmaker

from .settings import SettingError

log = logging.getLogger(__name__)

_PRAGMAS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "cache_size = -32768",
)


def make_engine(settings: Mapping[str, Any]) -> Engine:
    """The engine that the ``sqlalchemy.*`` settings describe.

    :raises classroom.settings.SettingError: where they describe none.
    """
    try:
        engine = engine_from_config(dict(settings), "sqlalchemy.")
    except KeyError:
        raise SettingError("sqlalchemy.url", "must be given") from None
    except (ArgumentError, ImportError, InvalidRequestError, TypeError, ValueError) as error:
        keys = ", ".join(key for key in settings if key.startswith("sqlalchemy."))
        raise SettingError(keys, str(error)) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_database(settings: Mapping[str, Any]) -> Engine:
    """The engine that ``settings`` describe, its tables made where the database is empty.

    :raises classroom.settings.SettingError: where there can be no such database.
    """
    engine = make_engine(settings)
    try:
        with for_writing(engine).begin() as connection:
            tables = inspect(connection).get_table_names()
            if tables and "alembic_version" not in tables:
                raise SettingError("sqlalchemy.url", "the database has tables of something else")
            if not tables:
                # Only here: alembic takes a third of a second and ten megabytes to import.
                from .migrations import upgrade  # noqa: PLC0415

                upgrade(connection)
                log.info("the database was empty; its tables were made")
    except DBAPIError as error:
        raise SettingError("sqlalchemy.url", str(error.orig)) from None
    return engine


def for_writing(engine: Engine) -> Engine:
    """The same engine and pool, for transactions that write."""
    return engine.execution_options(sqlite_begin="BEGIN IMMEDIATE")


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # Left alone, sqlite3 begins a transaction at the first write, after what was read for it.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # A reader that becomes a writer is refused at once, whatever the busy time-out.
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def includeme(config: Configurator) -> None:
    engine = open_database(config.registry.settings)
    config.registry["classroom.engine"] = engine
    config.registry["classroom.dbsession_factory"] = sessionmaker(for_writing(engine))
