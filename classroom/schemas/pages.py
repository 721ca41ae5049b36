"""Pages of a collection as JSON."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, cast

import msgspec
from msgspec import UNSET, UnsetType

from .base import Schema

_Positive = Annotated[int, msgspec.Meta(ge=1)]
_Count = Annotated[int, msgspec.Meta(ge=0)]
_URL = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]


class Meta(Schema, frozen=True):
    """The position of the page, and the URLs of other pages. Follow `next` until it is null."""

    page: _Positive
    pages: _Count
    per_page: _Positive
    total: _Count
    prev: _URL | None
    next: _URL | None
    first: _URL
    last: _URL


class PageSchema(Schema, frozen=True, kw_only=True):
    """A page of a collection. ``page_of`` defines one for each schema of items."""

    urls: list[str]
    items: Sequence[Any] | UnsetType = UNSET
    meta: Meta


@cache
def page_of(schema: type[Schema]) -> type[PageSchema]:
    """Define the pages of a collection from the schema of its items."""
    url = next(field.type for field in msgspec.structs.fields(schema) if field.name == "url")
    description = "The representations, in the order of `urls`. Only with `expand`."
    items = Annotated[list[schema] | UnsetType, msgspec.Meta(description=description)]  # type: ignore[valid-type]
    struct = msgspec.defstruct(
        f"{schema.__name__}Page",
        [("urls", list[url]), ("items", items, UNSET), ("meta", Meta)],  # type: ignore[valid-type]
        bases=(PageSchema,),
        namespace={"__doc__": f"A page of {schema.__name__.lower()} URLs."},
        frozen=True,
        kw_only=True,
    )
    return cast(type[PageSchema], struct)
