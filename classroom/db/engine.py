"""The engine, and its transactions for reading and for writing."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import URL, Engine, engine_from_config, event, make_url
from sqlalchemy.exc import ArgumentError, InvalidRequestError

from ..settings import SettingError
from .backends import backend_at, backend_of
from .driver_errors import mark_retryable

# Keep names and password hashes out of the log.
_DEFAULTS = {"sqlalchemy.hide_parameters": "true"}


def make_engine(settings: Mapping[str, Any]) -> Engine:
    """Create the engine that the ``sqlalchemy.*`` settings describe.

    :raises classroom.settings.SettingError: if the settings are invalid.
    """
    options = {key: value for key, value in settings.items() if key.startswith("sqlalchemy.")}
    try:
        return _make_engine(make_url(options["sqlalchemy.url"]), options)
    except KeyError:
        raise SettingError("sqlalchemy.url", "is required") from None
    except (ArgumentError, InvalidRequestError, TypeError, ValueError) as error:
        raise SettingError(", ".join(options), str(error)) from None


def _make_engine(url: URL, options: Mapping[str, Any]) -> Engine:
    backend = backend_at(url)
    connected = {"sqlalchemy.url": backend.connection_url(url)}
    try:
        engine = engine_from_config({**_DEFAULTS, **backend.defaults(url), **options, **connected})
    except ImportError as error:
        raise SettingError("sqlalchemy.url", backend.explain_missing(error)) from None
    backend.listen(engine)
    event.listen(engine, "handle_error", partial(mark_retryable, backend))
    return engine


def printable_url(settings: Mapping[str, Any]) -> str:
    """Return the URL of the database, with its password masked."""
    url = make_url(settings["sqlalchemy.url"])
    # libpq takes passwords there too.
    return url.difference_update_query(["password", "sslpassword"]).render_as_string()


def for_reading(engine: Engine) -> Engine:
    """Return the same engine and pool, for transactions that see one snapshot."""
    return backend_of(engine).for_reading(engine)


def for_writing(engine: Engine) -> Engine:
    """Return the same engine and pool, for transactions that write."""
    return backend_of(engine).for_writing(engine)


def in_autocommit(engine: Engine) -> Engine:
    """Return the same engine and pool, for statements that are each their own transaction."""
    return backend_of(engine).in_autocommit(engine)
