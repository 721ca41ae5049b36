"""The objects that the packages share, as one typed entry of the application's registry."""

import threading
from typing import Any

from pyramid.config import Configurator
from pyramid.registry import Registry

from .db.database import Database
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
    nonblocking_paths: frozenset[str]
    """The paths whose GET, HEAD and OPTIONS wait neither for a database nor for another server."""
    openapi: dict[str, bytes]
    """The parts of the OpenAPI document, encoded as JSON."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database
        self.draining = threading.Event()
        """Set while the service completes its last requests, and expects no new ones."""


def services(registry: Registry) -> Services:
    """Return the shared objects of an application."""
    return registry["classroom"]


def includeme(config: Configurator) -> None:
    settings = parse(config.registry.settings)
    config.registry["classroom"] = Services(settings, Database(config.registry.settings))
