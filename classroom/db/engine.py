"""The engine, and its transactions for reading and for writing."""

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import URL, Engine, engine_from_config, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import asbool

from ..settings import SettingError
from .backends import backend_at, backend_of
from .driver_errors import mark_retryable

# Keep names and password hashes out of the log.
_DEFAULTS = {"sqlalchemy.hide_parameters": "true"}
# Options that engine_from_config leaves as strings; "false" would be true.
_BOOLEANS = ("sqlalchemy.hide_parameters", "sqlalchemy.pool_pre_ping")
# The options in a URL in which libpq takes passwords.
_PASSWORDS = ("password", "sslpassword")


def make_engine(settings: Mapping[str, Any], *, prepare: bool = True) -> Engine:
    """Create the engine that the ``sqlalchemy.*`` settings describe.

    :param prepare: whether to set up its connections for the service. On SQLite, this changes the
        journal mode, which is stored in the file.
    :raises classroom.settings.SettingError: if the settings are invalid.
    """
    options = {key: value for key, value in settings.items() if key.startswith("sqlalchemy.")}
    try:
        engine = _make_engine(parse_url(options), options)
    except (ArgumentError, InvalidRequestError, TypeError, ValueError) as error:
        raise SettingError(", ".join(options), str(error)) from None
    if prepare:
        backend_of(engine).listen(engine)
        event.listen(engine, "handle_error", partial(mark_retryable, backend_of(engine)))
    return engine


def parse_url(settings: Mapping[str, Any]) -> URL:
    """Parse the URL of the database.

    :raises classroom.settings.SettingError: if it is missing or malformed.
    """
    key = "sqlalchemy.url"
    try:
        return make_url(settings[key])
    except KeyError:
        raise SettingError(key, "is required") from None
    except (ArgumentError, ValueError):
        # The message of the error may contain a part of the password.
        problem = "is malformed; write @, :, / and % in a password as %40, %3A, %2F and %25"
        raise SettingError(key, problem) from None


def max_connections(engine: Engine) -> float:
    """Return the number of connections that the pool can have, which may be infinite."""
    pool = engine.pool
    if not isinstance(pool, QueuePool) or pool.size() == 0 or pool._max_overflow == -1:
        return math.inf
    return pool.size() + pool._max_overflow


def _make_engine(url: URL, options: Mapping[str, Any]) -> Engine:
    backend = backend_at(url)
    connected = {"sqlalchemy.url": backend.connection_url(url)}
    merged: dict[str, Any] = {**_DEFAULTS, **backend.defaults(url), **options, **connected}
    booleans = {key: asbool(merged[key]) for key in _BOOLEANS if key in merged}
    try:
        return engine_from_config(merged | booleans)
    except ImportError as error:
        raise SettingError("sqlalchemy.url", backend.explain_missing(error)) from None


def printable_url(settings: Mapping[str, Any]) -> str:
    """Return the URL of the database, with its password masked."""
    return parse_url(settings).difference_update_query(_PASSWORDS).render_as_string()


def has_password(url: URL) -> bool:
    """Return whether a URL contains a password, as its user information or as an option."""
    return bool(url.password or any(map(url.query.get, _PASSWORDS)))


def for_reading(engine: Engine) -> Engine:
    """Return the same engine and pool, for transactions that see one snapshot."""
    return backend_of(engine).for_reading(engine)


def for_writing(engine: Engine) -> Engine:
    """Return the same engine and pool, for transactions that write."""
    return backend_of(engine).for_writing(engine)


def in_autocommit(engine: Engine) -> Engine:
    """Return the same engine and pool, for statements that are each their own transaction."""
    return backend_of(engine).in_autocommit(engine)
