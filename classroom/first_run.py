"""Log the command that adds the first user, or makes a user the first admin."""

import logging
import sysconfig
from functools import partial
from pathlib import Path

from pyramid.config import Configurator
from sqlalchemy import Engine

from .db import queries
from .services import services

log = logging.getLogger(__name__)


def includeme(config: Configurator) -> None:
    database = services(config.registry).database
    ini = _shorten(Path(config.registry.settings["__file__"]))
    database.call_when_ready(partial(_log_hint, database.engine, ini))


def _log_hint(engine: Engine, ini: Path) -> None:
    command = _shorten(Path(sysconfig.get_path("scripts"), "classroom"))
    with engine.connect() as connection:
        users = connection.execute(queries.HAS_USERS).one()
    if not users.any:
        log.warning("no users; create one with: %s -c %s adduser NAME", command, ini)
    elif not users.admin:
        log.warning("no admin; grant the role with: %s -c %s setrole NAME admin", command, ini)


def _shorten(path: Path) -> Path:
    directory = Path.cwd()
    return path.relative_to(directory) if path.is_relative_to(directory) else path
