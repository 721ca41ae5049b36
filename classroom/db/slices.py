"""Slices of an ordered set of rows."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

Value = int | str | datetime
Scope = Mapping[str, Value]
"""Bind parameters that select the rows of one collection."""
Key = tuple[Value, ...]
"""The values that a row has in the columns that order the rows."""


class Slice(NamedTuple):
    """The rows to select: at most ``limit``, beyond a key or after an offset.

    :param offset: how many rows to skip from the first, if there is no key.
    :param backward: whether to select the rows before the key, nearest first.
    """

    limit: int
    offset: int = 0
    key: Key | None = None
    backward: bool = False
