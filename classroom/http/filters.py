"""Query parameters that select rows by a value of a column."""

import re
from collections.abc import Sequence
from datetime import datetime

from ..models.names import ID, MAX_ID, SOURCE_ID_LENGTH, SOURCE_ID_RULE, is_source_id
from ..models.names import SOURCE_ID as SOURCE_ID_PATTERN
from .date_times import EXAMPLE, MAX_LENGTH, parse_date_time
from .query import QueryParameter, only


def date_time(name: str, description: str) -> QueryParameter:
    """Define a parameter whose value is a date and time, converted to UTC; None if not given."""
    schema = {"type": "string", "format": "date-time", "maxLength": MAX_LENGTH}
    return QueryParameter(name, description, schema, EXAMPLE, name, _date_time)


def item_id(name: str, description: str) -> QueryParameter:
    """Define a parameter whose value is an id; None if not given."""
    schema = {"type": "integer", "format": "int64", "minimum": 1, "maximum": MAX_ID}
    return QueryParameter(name, description, schema, 7, name, _item_id)


def _date_time(values: Sequence[str]) -> datetime | None:
    text = only(values)
    return None if text is None else parse_date_time(text)


def _item_id(values: Sequence[str]) -> int | None:
    text = only(values)
    if text is None:
        return None
    if not re.fullmatch(ID, text):
        raise ValueError("must be an id: a whole number of 1 to 18 digits, without leading zeros")
    return int(text)


def _source_id(values: Sequence[str]) -> str | None:
    text = only(values)
    if text is not None and not is_source_id(text):
        raise ValueError(f"must be {SOURCE_ID_RULE}")
    return text


SOURCE_ID = QueryParameter(
    "source_id",
    "Select the row with this id in another system.",
    {"type": "string", "minLength": 1, "maxLength": SOURCE_ID_LENGTH, "pattern": SOURCE_ID_PATTERN},
    "S-123",
    "source_id",
    _source_id,
)
UPDATED_SINCE = date_time(
    "updated_since", "Select the rows that were created or changed at or after this time."
)
