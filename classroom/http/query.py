"""Query parameters that select, order and expand rows.

A resource lists the parameters that it reads in its attribute ``query``.
"""

import unicodedata
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..models.folding import word_prefixes
from ..models.names import NAME, NAME_LENGTH, NAME_RULE, is_name
from .codes import ErrorCode

GetAll = Callable[[str], Sequence[str]]
"""Return all values of a query parameter."""
ParameterReader = Callable[[Sequence[str]], Any]
"""Convert the values of a query parameter, or raise ValueError."""

MAX_WORDS = 8
"""The maximum number of words in ``q``. Each word costs a scan of all names that match it."""
MAX_LISTED = 10
"""The maximum number of values in a comma-separated list."""

# The maximum length of a client's text in a message.
_MAX_ECHO = 64
# No character decomposes into more than four, so a longer text exceeds NAME_LENGTH even in NFC.
_MAX_DECOMPOSED = 4 * NAME_LENGTH


class QueryParameter(NamedTuple):
    """A query parameter, with the function that converts it and its documentation.

    :param schema: the JSON Schema of one value.
    :param component: the key of the parameter in the OpenAPI document.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    example: Any
    component: str
    read: ParameterReader


class BadParameter(ValueError):
    """An invalid query parameter; the message names it."""

    error_code = ErrorCode.INVALID_PARAMETER

    def __init__(self, name: str, rule: str) -> None:
        super().__init__(f"{name}: {rule}")


class UnknownParameter(BadParameter):
    """A parameter that the method does not accept at this URL."""

    error_code = ErrorCode.UNKNOWN_PARAMETER

    def __init__(self, name: str) -> None:
        super().__init__(name[:_MAX_ECHO], "is not a parameter of this method at this URL")


def check_names(given: Iterable[str], known: Container[str]) -> None:
    """Check the names of query parameters.

    :raises UnknownParameter: for the first name that is not ``known``.
    """
    for name in given:
        if name not in known:
            raise UnknownParameter(name)


def read(getall: GetAll, parameters: Iterable[QueryParameter]) -> dict[str, Any]:
    """Return the converted values of the parameters by name.

    :raises BadParameter: for the first invalid parameter.
    """
    return {each.name: _read(getall, each.name, each.read) for each in parameters}


def single(getall: GetAll, name: str) -> str | None:
    """Return the value of a parameter, or None if it is not given.

    :raises BadParameter: if it is given more than once.
    """
    return _read(getall, name, only)


def _words(values: Sequence[str]) -> tuple[str, ...]:
    """Return the folded prefixes to search for."""
    q = only(values)
    if q is None:
        return ()
    # Normalization takes quadratic time for a sequence of accents.
    if len(q) > _MAX_DECOMPOSED or not is_name(composed := unicodedata.normalize("NFC", q)):
        raise ValueError(f"must be {NAME_RULE}")
    found = word_prefixes(composed)
    if len(found) > MAX_WORDS:
        raise ValueError(f"must have at most {MAX_WORDS} different words")
    return tuple(found)


def sort(component: str, *names: str) -> QueryParameter:
    """Define a parameter ``sort``, whose value is one of ``names``, optionally after a ``-``.

    :param component: the key of the parameter in the OpenAPI document.
    """
    orders = [order for name in names for order in (name, f"-{name}")]
    schema = {"type": "string", "enum": orders, "default": orders[0]}
    description = "The order of the rows; `-` reverses it."
    return QueryParameter("sort", description, schema, "name", component, _one_of(orders))


def _one_of(orders: Sequence[str]) -> ParameterReader:
    """Return a function that reads one of ``orders``, the first by default."""

    def chosen(values: Sequence[str]) -> str:
        order = only(values)
        if order is not None and order not in orders:
            raise ValueError(f"must be one of {', '.join(orders)}")
        return order or orders[0]

    return chosen


def expand(component: str, *names: str) -> QueryParameter:
    """Define a parameter ``expand``, whose value is a list of some of ``names``.

    :param component: the key of the parameter in the OpenAPI document.
    """
    texts = {"items": "`items` adds the representations to the page"}
    described = (
        texts.get(name, f"`{name}` embeds the {name} instead of its URL") for name in names
    )
    choice = {"type": "string", "enum": list(names)}
    array = {"type": "array", "minItems": 1, "maxItems": MAX_LISTED, "items": choice}
    description = "; ".join(described) + "."
    return QueryParameter("expand", description, array, [names[-1]], component, _some_of(names))


def _some_of(names: Sequence[str]) -> ParameterReader:
    """Return a function that reads a comma-separated list of some of ``names``."""

    def listed(values: Sequence[str]) -> frozenset[str]:
        # Generated clients tend to repeat the parameter instead of separating names with commas.
        found = [name for value in values for name in value.split(",")]
        if len(found) > MAX_LISTED or not set(found) <= set(names):
            allowed = ", ".join(names)
            raise ValueError(f"must be a comma-separated list of up to {MAX_LISTED} of: {allowed}")
        return frozenset(found)

    return listed


def only(values: Sequence[str]) -> str | None:
    """Return the only value, or None if there is none.

    :raises ValueError: if there are several.
    """
    if len(values) > 1:
        raise ValueError("must not be repeated")
    return values[0] if values else None


def _read(getall: GetAll, name: str, reader: ParameterReader) -> Any:
    try:
        return reader(getall(name))
    except ValueError as error:
        raise BadParameter(name, str(error)) from None


Q = QueryParameter(
    "q",
    "Select the names that contain, for each word in `q`, a word that begins with it. Case and"
    f" accents are ignored. At most {MAX_WORDS} different words; a word that is a prefix of another"
    " does not count.",
    {"type": "string", "minLength": 1, "maxLength": NAME_LENGTH, "pattern": NAME},
    "dav",
    "q",
    _words,
)
SORT = sort("Order", "id", "name", "created_at", "updated_at")
SORT_BY_NAME = sort("UserOrder", "id", "name")
EXPAND_ITEMS = expand("ItemsExpansion", "items")
