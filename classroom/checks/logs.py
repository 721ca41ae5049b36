"""The check of the sections that configure logging. It creates no handler: some open a file."""

import logging
from collections.abc import Iterator
from configparser import ConfigParser, InterpolationError
from contextlib import suppress
from pkgutil import resolve_name

from ..ini import explain
from .configuration import Configuration
from .findings import Finding, error

_REQUIRED = {"logger": {"handlers", "qualname"}, "handler": {"class"}, "formatter": set[str]()}
# The values that logging does not interpolate.
_RAW = {"format", "datefmt", "style"}


def invalid_logging(configuration: Configuration) -> Iterator[Finding]:
    parser = configuration.logging
    if "loggers" not in parser:  # pserve then uses logging.basicConfig
        return
    if "root" not in _keys(parser, "loggers"):
        yield error("[loggers] keys", "does not contain root")
    for kind, required in _REQUIRED.items():
        if not parser.has_option(f"{kind}s", "keys"):
            yield error(f"[{kind}s] keys", "is not set, or the section is missing")
        for key in _keys(parser, f"{kind}s"):
            yield from _problems(parser, f"{kind}_{key}", required)


def _problems(parser: ConfigParser, name: str, required: set[str]) -> Iterator[Finding]:
    if name not in parser:
        yield error(f"[{name}]", "is missing")
        return
    try:
        section = _values(parser, name)
    except InterpolationError as malformed:
        yield error(f"[{name}]", explain(malformed))
        return
    if name == "logger_root":
        required = required - {"qualname"}
    for key in sorted(required - section.keys()):
        yield error(f"[{name}] {key}", "is not set")
    for key, problem in _invalid_values(parser, section):
        yield error(f"[{name}] {key}", problem)


def _invalid_values(parser: ConfigParser, section: dict[str, str]) -> Iterator[tuple[str, str]]:
    level, class_name = section.get("level", "NOTSET"), section.get("class")
    if level not in logging.getLevelNamesMapping():
        yield "level", f"unknown level {level!r}"
    if class_name and not _exists(class_name):
        yield "class", f"cannot import {class_name}"
    for key, referred in (("handlers", "handlers"), ("formatter", "formatters")):
        for name in set(_split(section.get(key, ""))) - set(_keys(parser, referred)):
            yield key, f"{name} is not in the keys of [{referred}]"


def _keys(parser: ConfigParser, section: str) -> list[str]:
    return _split(parser.get(section, "keys", raw=True, fallback=""))


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")] if text else []


def _values(parser: ConfigParser, name: str) -> dict[str, str]:
    section = parser[name]
    return {key: section[key] for key in section.keys() - parser.defaults().keys() - _RAW}


def _exists(class_name: str) -> bool:
    # Logging's own handlers need no prefix.
    for name in (class_name, f"logging.{class_name}"):
        with suppress(ImportError, AttributeError, ValueError):
            return bool(resolve_name(name))
    return False
