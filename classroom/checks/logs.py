"""Check the sections that configure logging, without creating handlers: some open files."""

import logging
from collections.abc import Iterator
from configparser import ConfigParser, Error, InterpolationError
from contextlib import suppress
from pkgutil import resolve_name

from ..ini import explain
from .configuration import Configuration
from .findings import Finding, error

# The keys that logging interpolates. It reads the others raw, or not at all.
_READ = {
    "logger": ("level", "handlers", "qualname", "propagate"),
    "handler": ("class", "level", "formatter", "args", "kwargs"),
    "formatter": ("class",),
}
_REQUIRED = {"logger": ("handlers", "qualname"), "handler": ("class",)}


def invalid_logging(configuration: Configuration) -> Iterator[Finding]:
    parser = configuration.ini.read_logging()
    if "loggers" not in parser:  # pserve then uses logging.basicConfig
        return
    for kind in _READ:
        yield from _invalid_keys(parser, kind)
        for name in _keys(parser, kind):
            yield from _problems(parser, kind, f"{kind}_{name}")


def _invalid_keys(parser: ConfigParser, kind: str) -> Iterator[Finding]:
    subject = f"[{kind}s] keys"
    try:
        parser.get(f"{kind}s", "keys")
    except InterpolationError as malformed:
        yield error(f"[{kind}s]", explain(malformed))
    except Error:
        yield error(subject, "is not set, or the section is missing")
    else:
        if kind == "logger" and "root" not in _keys(parser, kind):
            yield error(subject, "does not contain root")


def _problems(parser: ConfigParser, kind: str, name: str) -> Iterator[Finding]:
    if name not in parser:
        yield error(f"[{name}]", "is missing")
        return
    section = parser[name]
    try:
        values = {key: section[key] for key in _READ[kind] if key in section}
    except InterpolationError as malformed:
        yield error(f"[{name}]", explain(malformed))
        return
    for key in _REQUIRED.get(kind, ()):
        if key not in values and (name, key) != ("logger_root", "qualname"):
            yield error(f"[{name}] {key}", "is not set")
    for key, problem in _invalid_values(parser, kind, values):
        yield error(f"[{name}] {key}", problem)


def _invalid_values(
    parser: ConfigParser, kind: str, values: dict[str, str]
) -> Iterator[tuple[str, str]]:
    level, class_name = values.get("level", "NOTSET"), values.get("class")
    if level not in logging.getLevelNamesMapping():
        yield "level", f"unknown level {level!r}"
    if class_name is not None and not _is_class(kind, class_name):
        yield "class", f"unknown class {class_name!r}"
    for name in _split(values.get("handlers", "")):
        if name not in _keys(parser, "handler"):
            yield "handlers", f"{name} is not in the keys of [handlers]"
    formatter = values.get("formatter")
    if formatter and formatter not in _keys(parser, "formatter"):
        yield "formatter", f"{formatter} is not in the keys of [formatters]"


def _keys(parser: ConfigParser, kind: str) -> list[str]:
    """Return the names of the sections, or [] for an error, which is reported separately."""
    with suppress(Error):
        return _split(parser.get(f"{kind}s", "keys"))
    return []


def _split(text: str) -> list[str]:
    return [name.strip() for name in text.split(",")] if text else []


def _is_class(kind: str, name: str) -> bool:
    # Logging's own handlers need no prefix. An empty class means the default formatter.
    names = (f"logging.{name}", name) if kind == "handler" else (name or "logging.Formatter",)
    for each in names:
        with suppress(ImportError, AttributeError, ValueError):
            return callable(resolve_name(each))
    return False
