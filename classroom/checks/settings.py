"""Checks of ``[app:main]`` and of the environment."""

import os
import re
from collections.abc import Iterator

from pyramid.settings import asbool

from ..environment import unknown_variables as unknown
from ..metrics import require_client
from ..settings import SettingError
from .configuration import Configuration
from .findings import Finding, error, warning

_DEBUG = re.compile(r"pyramid[._](debug|reload)_\w+", re.IGNORECASE)


def invalid_settings(configuration: Configuration) -> Iterator[Finding]:
    for problem in configuration.invalid.values():
        yield error(problem.key, problem.problem)


def unknown_variables(configuration: Configuration) -> Iterator[Finding]:
    for name in unknown():
        yield warning(name, "has no effect; see docs/settings.md")


def missing_secret_key(configuration: Configuration) -> Iterator[Finding]:
    key = "classroom.secret_key"
    is_missing = configuration.app[key] is None and key not in configuration.invalid
    if is_missing and configuration.value("classroom.use_token_auth"):
        yield error(key, "is not set: each process signs tokens with a different key")


def missing_extra(configuration: Configuration) -> Iterator[Finding]:
    if configuration.value("classroom.metrics_listen"):
        try:
            require_client()
        except SettingError as problem:
            yield error(problem.key, problem.problem)


def debug_settings(configuration: Configuration) -> Iterator[Finding]:
    # Pyramid reads PYRAMID_DEBUG_ALL and similar variables from the environment.
    for name, value in {**configuration.app, **os.environ}.items():
        if _DEBUG.fullmatch(name) and asbool(value):
            yield error(name, "is for development")


def exposed_tracebacks(configuration: Configuration) -> Iterator[Finding]:
    if configuration.adjustments.expose_tracebacks:
        yield error("[server:main] expose_tracebacks", "is for development")


def debug_toolbar(configuration: Configuration) -> Iterator[Finding]:
    if "pyramid_debugtoolbar" in str(configuration.app.get("pyramid.includes")):
        yield error("pyramid.includes", "pyramid_debugtoolbar is for development")
