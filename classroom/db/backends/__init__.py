"""The supported databases: one module for each, with all that the others do not have."""

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import ArgumentError

from .base import Backend
from .postgresql import PostgreSQL
from .sqlite import SQLite

__all__ = ["Backend", "backend_at", "backend_of"]

_BACKENDS = {backend.name: backend for backend in (SQLite(), PostgreSQL())}


def backend_of(bind: Engine | Connection) -> Backend:
    """Return the backend of an engine or of a connection."""
    return _BACKENDS[bind.dialect.name]


def backend_at(url: URL) -> Backend:
    """Return the backend that a URL names.

    :raises sqlalchemy.exc.ArgumentError: if the service does not support it.
    """
    name = url.get_backend_name()
    if name not in _BACKENDS:
        raise ArgumentError(f"{name} is not supported; use one of {', '.join(_BACKENDS)}")
    return _BACKENDS[name]
