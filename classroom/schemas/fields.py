"""Types of fields: the constraints, the documentation and an example of each."""

import re
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from ..http.base_url import EXAMPLE_URL
from ..models.names import (
    ID,
    MAX_ID,
    NAME,
    NAME_LENGTH,
    NAME_RULE,
    SOURCE_ID,
    SOURCE_ID_LENGTH,
    SOURCE_ID_RULE,
)
from ..models.validation import InvalidValue, validate_name, validate_source_id

API_PATH = "/api/v1.0/"
EXAMPLE_API = EXAMPLE_URL + API_PATH

_HTTP_DATE = r"^[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT$"


def url(path: str, description: str) -> Meta:
    """Return the constraints of a URL of the API.

    :param path: a regular expression for the part after the URL of the API.
    """
    return Meta(
        pattern=_url_pattern(path),
        description=description,
        examples=[EXAMPLE_API + path.replace(ID, "7")],
        extra_json_schema={"format": "uri"},
        extra={"is_link": True},
    )


def _url_pattern(path: str) -> str:
    return f"^https?://.+{re.escape(API_PATH)}{path}$"


def item_url(collection: str, name: str) -> Meta:
    """Return the constraints of the URL of a student or a class."""
    return url(f"{collection}/{ID}", f"The URL of a {name}.")


def reference(collection: str, name: str) -> Meta:
    """Return the constraints of a student or a class that a client names by its URL or its id."""
    is_url = re.compile(_url_pattern(f"{collection}/{ID}")).fullmatch

    def validate(value: object) -> None:
        is_id = type(value) is int and 1 <= value <= MAX_ID  # neither a boolean nor 1.0
        if not is_id and not (isinstance(value, str) and is_url(value)):
            raise InvalidValue(name, reference_rule(name))

    return Meta(
        description=f"The URL of a {name}, exactly as this server returns it, or the id.",
        examples=[f"{EXAMPLE_API}{collection}/7"],
        extra={"validate": validate},
    )


def reference_rule(name: str) -> str:
    """Return the message about a value that names no item of this type."""
    return f"must be the URL of a {name} of this server, or its id as an integer"


Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=NAME_LENGTH,
        pattern=NAME,
        description=f"A name: {NAME_RULE}. Names need not be unique.",
        # Python's $ also matches before a trailing line feed, so the pattern alone would allow one.
        extra={"validate": validate_name},
    ),
]
Id = Annotated[
    int, Meta(ge=1, examples=[7], extra_json_schema={"format": "int64", "readOnly": True})
]
SourceId = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=SOURCE_ID_LENGTH,
        pattern=SOURCE_ID,
        description=f"The id in another system of the school: {SOURCE_ID_RULE}. Unique.",
        extra={"validate": validate_source_id},
    ),
]
Time = Annotated[
    datetime,
    Meta(tz=True, examples=["2026-11-22T11:10:25.123Z"], extra_json_schema={"readOnly": True}),
]
ItemId = Annotated[
    int, Meta(ge=1, le=MAX_ID, description="An id.", extra_json_schema={"format": "int64"})
]
HTTPDate = Annotated[
    str,
    Meta(
        pattern=_HTTP_DATE,
        description="The time of the registration, as an HTTP date (RFC 9110, section 5.6.7).",
        examples=["Sun, 22 Nov 2026 11:10:25 GMT"],
    ),
]


def registrations_url(collection: str, name: str) -> Meta:
    """Return the constraints of the URL of the registrations of a student or a class."""
    return url(f"{collection}/{ID}/registrations/", f"The URL of the {name}'s registrations.")
