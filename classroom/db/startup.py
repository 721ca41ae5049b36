"""Prepare the database at startup."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from ..settings import SettingError
from . import revision
from .backends import Backend, backend_of
from .driver_errors import in_one_line
from .engine import for_writing, make_engine, parse_url
from .not_ready import DatabaseUnavailable, NotReady


def open_database(settings: Mapping[str, Any], *, create: bool = True) -> Engine:
    """Create the engine, and prepare its database.

    :param create: whether to create the database if it is missing; otherwise, that is an error.
    :raises classroom.settings.SettingError: if the database cannot be used.
    """
    engine = make_engine(settings)
    try:
        prepare(engine, settings, create=create)
    except NotReady as error:
        raise unusable(error) from None
    return engine


def prepare(engine: Engine, settings: Mapping[str, Any], *, create: bool = True) -> None:
    """Create the tables of an empty database, and fold names, for search, that are not folded yet.

    :raises NotReady: if the database is unavailable, or older than the code.
    :raises classroom.settings.SettingError: if the database cannot be used.
    """
    try:
        _ensure_database(backend_of(engine), parse_url(settings), create)
        _ensure_tables(engine)
        _fold_names(engine)
    except (NotReady, revision.Mismatch, DBAPIError, OSError) as error:
        engine.dispose()
        if isinstance(error, NotReady):
            raise
        if backend_of(engine).is_unavailable(getattr(error, "orig", None)):
            raise DatabaseUnavailable(in_one_line(error)) from None
        raise unusable(error) from None


def _ensure_database(backend: Backend, url: URL, create: bool) -> None:
    if create:
        backend.create_if_missing(url)
    elif not backend.exists(url):
        raise FileNotFoundError(
            f"no database in {url.database}; pserve and classroom adduser create it"
        )


def unusable(error: Exception) -> SettingError:
    """Return the error that ends a process that cannot use its database."""
    return SettingError("sqlalchemy.url", in_one_line(error))


def _ensure_tables(engine: Engine) -> None:
    with engine.connect() as connection:
        is_empty = revision.is_empty(connection)
    # Only an empty database is written to. Otherwise, startup must not wait for other writers.
    with (for_writing(engine) if is_empty else engine).begin() as connection:
        revision.ensure_current(connection)


def _fold_names(engine: Engine) -> None:
    # Not at the top: migrations import this module, and run without the models.
    from . import backfill  # noqa: PLC0415

    with engine.connect() as connection:
        if backfill.are_folded(connection):
            return
    with for_writing(engine).begin() as connection:
        backfill.fold_names(connection)
