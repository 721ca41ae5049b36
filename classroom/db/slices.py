"""Keyset slices of an ordered set of rows."""

from typing import NamedTuple

Key = tuple[int | str, ...]
"""The values of the columns that order the rows, for one row."""


class Slice(NamedTuple):
    """The rows to select: at most ``limit`` beyond ``key``, after ``offset`` more.

    :param key: None selects from the first row, or from the last if ``backward``.
    """

    limit: int
    offset: int = 0
    key: Key | None = None
    backward: bool = False
