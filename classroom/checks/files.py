"""Checks of files: those of a SQLite database, and the ini file."""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from ..db.backends import sqlite_files
from ..db.engine import has_password, parse_url
from ..file_modes import EXPOSED, is_exposed
from ..ini import Ini
from ..rate_limits.redis_counters import open_pool
from ..settings import SettingError
from .configuration import Configuration
from .findings import Finding, error, warning


def database_files(configuration: Configuration) -> Iterator[Finding]:
    url = configuration.url
    if url is None or not sqlite_files.is_file(url):
        return
    path = Path(str(url.database))
    directory = path.absolute().parent
    # Unlike those of Path, the functions of os.path do not raise if the user cannot enter a parent.
    if not os.path.isdir(directory):
        yield error(str(directory), "is not a directory, or is in one that this user cannot enter")
    for needed in (path, directory):
        if os.path.exists(needed) and not os.access(needed, os.W_OK, effective_ids=True):
            yield error(str(needed), "is not writable")
    for name in sqlite_files.exposed_files(url):
        yield error(name, EXPOSED)


def exposed_secrets(configuration: Configuration) -> Iterator[Finding]:
    ini = configuration.ini
    # Values from the command line are not in the file, which may be invalid without them.
    without = Ini(ini.path, dict.fromkeys(ini.variables, ""))
    with suppress(SettingError):
        if is_exposed(str(ini.file)) and _has_secret(without.read()):
            yield warning(str(ini.file), EXPOSED)


def _has_secret(app: Mapping[str, str]) -> bool:
    with suppress(SettingError):
        if has_password(parse_url(app)):
            return True
    with suppress(TypeError, ValueError):  # it is invalid, or memory://
        if open_pool(app.get("classroom.redis_url", "")).connection_kwargs.get("password"):
            return True
    return bool(app.get("classroom.secret_key"))
