"""The supported databases. Each module contains everything that is specific to one of them."""

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
    """Return the backend for a URL.

    :raises sqlalchemy.exc.ArgumentError: if the service does not support the database.
    """
    name = url.get_backend_name()
    if name not in _BACKENDS:
        raise ArgumentError(f"{name} is not supported; use one of {', '.join(_BACKENDS)}")
    return _BACKENDS[name]
