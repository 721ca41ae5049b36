"""The objects that the packages share, as one typed entry of the application's registry."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry

from .db.database import Database
from .rate_limits.window import FixedWindow
from .settings import Settings, parse


class Services:
    """The shared objects. The package that creates one sets its attribute."""

    secret_key: str
    """Signs tokens."""
    root: type[Any]
    """The class of the root of the resource tree."""
    public_paths: frozenset[str]
    """The paths that need no authentication."""
    unlimited_paths: frozenset[str]
    """The paths whose requests do not count against rate limits."""
    nonblocking_paths: frozenset[str] = frozenset()
    """The paths whose GET, HEAD and OPTIONS wait neither for a database nor for another server."""
    openapi: Callable[[], dict[str, bytes]]
    """Return the parts of the OpenAPI document, encoded as JSON."""
    limiter: FixedWindow | None
    """The limit of requests per client, or None if rate limits are off."""
    count_failed_logins: Callable[[], int]
    """Return the number of failed logins since startup."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.server_contexts: list[Callable[[Any], AbstractContextManager[None]]] = []
        """Entered before the server starts, with its dispatcher, and exited when it has stopped."""
        self.draining = threading.Event()
        """Set after SIGTERM or SIGINT. During the drain, the service still accepts new requests."""


def services(registry: Registry) -> Services:
    """Return the shared objects of an application."""
    return registry["classroom"]


def includeme(config: Configurator) -> None:
    settings = parse(config.registry.settings)
    config.registry["classroom"] = Services(settings, Database(config.registry.settings))
