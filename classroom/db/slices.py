"""Keyset slices of an ordered set of rows."""

from typing import NamedTuple

Key = tuple[int | str, ...]
"""The values of the columns that order the rows, for one row."""


class Slice(NamedTuple):
    """Rows to fetch: ``limit`` of them beyond ``key`` (None: an end), ``offset`` rows skipped."""

    limit: int
    offset: int = 0
    key: Key | None = None
    backward: bool = False
