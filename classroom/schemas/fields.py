"""Types of fields: the constraints, the documentation and an example of each."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from msgspec import Meta

from ..http.base_url import EXAMPLE_URL
from ..models.names import (
    ID,
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


def url(path: str, description: str, rule: str = "must be a URL of this server") -> Meta:
    """Return the constraints of a URL of the API.

    :param path: a regular expression for the part after the URL of the API.
    :param rule: the message about an invalid value.
    """
    pattern = f"^https?://.+{re.escape(API_PATH)}{path}$"
    return Meta(
        pattern=pattern,
        description=description,
        examples=[EXAMPLE_API + path.replace(ID, "7")],
        extra_json_schema={"format": "uri"},
        extra={"is_link": True, "validate": _url_validator(pattern, rule)},
    )


def _url_validator(pattern: str, rule: str) -> Callable[[object], None]:
    matches = re.compile(pattern).fullmatch

    def validate(value: object) -> None:
        if not isinstance(value, str):
            raise InvalidValue("url", "must be a string")
        if not matches(value):
            raise InvalidValue("url", rule)

    return validate


def item_url_rule(name: str) -> str:
    """Return the message about a URL that is not the URL of an item of this type."""
    return f"must be the URL of a {name} of this server"


def item_url(collection: str, name: str) -> Meta:
    """Return the constraints of the URL of a student or a class."""
    return url(f"{collection}/{ID}", f"The URL of a {name}.", item_url_rule(name))


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
