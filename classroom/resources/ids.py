"""Ids in path segments."""

import re

from ..models.names import ID


def is_id(name: str) -> bool:
    """Return whether a path segment is an id in its canonical form."""
    return re.fullmatch(ID, name) is not None


def parse_id(name: str | int) -> int:
    """Return the id that a path segment stands for.

    :param name: the segment, or an integer, as in ``students[7]`` in the shell.
    :raises KeyError: if ``name`` is not an id in its canonical form.
    """
    if not is_id(str(name)):
        raise KeyError(name)
    return int(name)
