"""The entry points of the service as JSON."""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Annotated, Any, Literal, Self, cast

import msgspec
from msgspec import NODEFAULT, UNSET, Meta, Raw, UnsetType

from ..http.base_url import EXAMPLE_URL
from ..models.names import ID
from .base import Schema
from .fields import url

_VERSION = version("classroom")
_TOKEN_URL = Annotated[
    str | UnsetType,
    Meta(
        description="The URL that issues tokens, in token mode.",
        examples=[f"{EXAMPLE_URL}/auth/request-token"],
        extra_json_schema={"format": "uri"},
    ),
]


class Root(Schema, frozen=True):
    """The entry point."""

    name: Literal["classroom"]
    version: Annotated[str, Meta(examples=[_VERSION])]
    api: Annotated[str, url("", "The URL of the API.")]

    @classmethod
    def of(cls, api: str) -> Self:
        """Return the entry point of the API at a URL."""
        return cls("classroom", _VERSION, api)


class API(Schema, frozen=True):
    """The URLs of the collections. ``api_of`` defines the fields."""


class Token(Schema, frozen=True):
    """A JSON web token (RFC 7519), with its type and lifetime (RFC 6749, section 5.1)."""

    token: Annotated[str, Meta(examples=["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.Zm9v"])]
    token_type: Literal["Bearer"]
    expires_in: Annotated[
        int, Meta(ge=1, description="Seconds until the token expires.", examples=[3600])
    ]


class Nothing(Schema, frozen=True):
    """An empty object. The result is in the headers."""


def _part(schema: dict[str, Any], example: Any) -> Meta:
    return Meta(extra_json_schema=schema, examples=[example])


_OBJECT = {"type": "object"}
_OBJECTS = {"type": "array", "maxItems": 100, "items": _OBJECT}


class Document(Schema, frozen=True, kw_only=True):
    """This document."""

    # Encoded once, on the first request.
    openapi: Annotated[Raw, _part({"type": "string"}, "3.1.0")]
    info: Annotated[Raw, _part(_OBJECT, {"title": "classroom", "version": _VERSION})]
    servers: Annotated[Raw, _part(_OBJECTS, [{"url": EXAMPLE_URL}])]
    security: Annotated[Raw, _part(_OBJECTS, [])]
    tags: Annotated[Raw, _part(_OBJECTS, [])]
    paths: Annotated[Raw, _part(_OBJECT, {})]
    components: Annotated[Raw, _part(_OBJECT, {})]


def api_of(collections: Iterable[str]) -> type[API]:
    """Define the URLs of the collections with these names, of the user, and of tokens."""
    fields: list[tuple[str, Any, Any]] = [
        (name, Annotated[str, url(f"{name}/", f"The URL of the {name}.")], NODEFAULT)
        for name in collections
    ]
    fields.append(("user", Annotated[str, url(f"users/{ID}", "The URL of the caller.")], NODEFAULT))
    fields.append(("token", _TOKEN_URL, UNSET))
    namespace = {"__doc__": "The URLs of the collections."}
    struct = msgspec.defstruct("API", fields, bases=(API,), namespace=namespace, frozen=True)
    return cast(type[API], struct)
