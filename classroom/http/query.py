"""What a query asks of a resource beside a page: which rows, in which order, how much of them."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..models.folding import beginnings
from ..models.names import NAME_RULE, is_name

GetAll = Callable[[str], Sequence[str]]
"""Gives every value of a parameter."""
Reader = Callable[[Sequence[str]], Any]
"""What all values of a parameter mean; ValueError where they make no sense."""

ORDERS = ("id", "-id", "name", "-name")


class BadParameter(ValueError):
    """A query parameter that makes no sense; the message names it."""

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")


def read(getall: GetAll, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """What a query says of each parameter that has a reader.

    :raises BadParameter: for the first that makes no sense.
    """
    return {name: _read(getall, name, reader) for name, reader in readers.items()}


def single(getall: GetAll, name: str) -> str | None:
    """The value of a parameter that may be given once.

    :raises BadParameter: where it is given more often.
    """
    return _read(getall, name, _only)


def words(values: Sequence[str]) -> tuple[str, ...]:
    """The beginnings of words that are looked for in names, folded."""
    q = _only(values)
    if q is None:
        return ()
    q = unicodedata.normalize("NFC", q)  # as long as it is to the eye
    if not is_name(q):
        raise ValueError(f"must be {NAME_RULE}")
    return tuple(beginnings(q))


def order(values: Sequence[str]) -> str:
    """One of ORDERS."""
    sort = _only(values)
    if sort is not None and sort not in ORDERS:
        raise ValueError(f"must be one of {', '.join(ORDERS)}")
    return sort or ORDERS[0]


def some_of(*names: str) -> Reader:
    """A reader of names between commas, all of them among ``names``."""

    def listed(values: Sequence[str]) -> frozenset[str]:
        # Clients of OpenAPI tend to repeat a parameter that is a list.
        found = frozenset(name for value in values for name in value.split(","))
        if not found <= set(names):
            raise ValueError(f"must be some of {', '.join(names)}, with commas between them")
        return found

    return listed


def _only(values: Sequence[str]) -> str | None:
    if len(values) > 1:
        raise ValueError("must be given once")
    return values[0] if values else None


def _read(getall: GetAll, name: str, reader: Reader) -> Any:
    try:
        return reader(getall(name))
    except ValueError as error:
        raise BadParameter(name, str(error)) from None
