"""The query parameters that select a page."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..db.slices import Key
from .cursors import read_cursor
from .pagination import PageRequest
from .query import BadParameter, GetAll, QueryParameter, only, single

PARAMETERS = ("page", "per_page", "after", "before")
"""The names of the parameters that ``parse`` reads."""


def parse(
    getall: GetAll,
    kinds: Sequence[type],
    per_page: int,
    max_per_page: int,
    keep: Sequence[str] = (),
) -> PageRequest:
    """Read ``page``, ``per_page`` and the cursors from a query.

    :param kinds: the types of the parts of a cursor, ``int`` for an id or ``str``.
    :param keep: the names of parameters that the links to pages repeat.
    :raises BadParameter: for the first invalid parameter.
    """
    size = _number(getall, "per_page") or per_page
    requested = PageRequest(
        page=_number(getall, "page") or 1,
        per_page=min(size, max_per_page),
        after=_cursor(getall, "after", kinds),
        before=_cursor(getall, "before", kinds),
        kept=tuple((name, value) for name in keep for value in getall(name)),
    )
    if requested.after and requested.before:
        raise BadParameter("before", "must not be combined with after")
    return requested


def parameters(per_page: int, max_per_page: int) -> tuple[QueryParameter, ...]:
    """Return the documentation of the parameters that ``parse`` reads."""
    number = {"type": "integer", "minimum": 1}
    size = number | {"default": per_page}
    cursor = {"type": "string", "minLength": 1}
    opaque = "An opaque cursor: `meta.{0}` of a page, or `{0}` in one of its links."
    documented: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
        (
            "page",
            "The page number. Past the last page, the response is 404. With a cursor, the page"
            " number does not select rows.",
            number,
        ),
        ("per_page", f"Rows per page; values above {max_per_page} are capped.", size),
        ("after", opaque.format("after") + " The page begins after it.", cursor),
        ("before", opaque.format("before") + " The page ends before it.", cursor),
    )
    return tuple(
        QueryParameter(*each, example=None, component=each[0], read=only) for each in documented
    )


def _number(getall: GetAll, name: str) -> int | None:
    text = single(getall, name)
    if text is None:
        return None
    if not re.fullmatch("[1-9][0-9]*", text):
        raise BadParameter(name, "must be a whole number that is at least 1")
    # No existing page has a number of 15 digits. int() raises for thousands of digits, and the
    # database for an offset of more than 63 bits.
    return int(text[:14])


def _cursor(getall: GetAll, name: str, kinds: Sequence[type]) -> Key | None:
    text = single(getall, name)
    if text is None:
        return None
    try:
        return read_cursor(text, kinds)
    except ValueError as error:
        raise BadParameter(name, str(error)) from None
