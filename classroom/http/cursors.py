"""Cursors: keys of rows as text in links."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from ..db.slices import Key, Value
from ..models.names import ID, PRINTABLE

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def write_cursor(key: Key) -> str:
    """Return the cursor of a key. A time is the number of microseconds since the year 1."""
    return ".".join(map(_write, key))


def _write(value: Value) -> str:
    return str((value - _EARLIEST) // _MICROSECOND if isinstance(value, datetime) else value)


def read_cursor(text: str, kinds: Sequence[type]) -> Key:
    """Return the key of a cursor.

    :param kinds: the types of the values: ``int`` for an id, ``str`` or ``datetime``.
    :raises ValueError: if no key has this cursor.
    """
    parts = [_PARTS[kind] for kind in kinds]
    found = re.fullmatch(r"\.".join(f"({pattern})" for pattern, _ in parts), text)
    with suppress(OverflowError):  # a time after the year 9999
        if found:
            return tuple(read(found[place]) for place, (_, read) in enumerate(parts, 1))
    raise ValueError("must be a cursor from a link of this collection")


def _read_time(text: str) -> datetime:
    return _EARLIEST + int(text) * _MICROSECOND


# The pattern of each type, and the function that converts the text.
_PARTS: Mapping[type, tuple[str, Callable[[str], Value]]] = {
    int: (ID, int),
    str: (PRINTABLE, str),
    datetime: (ID, _read_time),
}
