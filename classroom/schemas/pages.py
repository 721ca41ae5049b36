"""Pages of a collection as JSON."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, cast

import msgspec
from msgspec import UNSET, UnsetType

from .base import Schema
from .fields import EXAMPLE_API

_PAGE = f"{EXAMPLE_API}students/?per_page=50&page="
_URL = Annotated[str, msgspec.Meta(extra_json_schema={"format": "uri"})]


def _field(description: str, example: Any, ge: int | None = None) -> msgspec.Meta:
    return msgspec.Meta(description=description, examples=[example], ge=ge)


def _url(rel: str, query: str) -> msgspec.Meta:
    return _field(f"The URL of the {rel} page.", _PAGE + query)


def _cursor(name: str, rel: str, example: str) -> msgspec.Meta:
    description = f"The cursor of the {rel} page, a value of the parameter `{name}`. Null if there"
    return _field(f"{description} is no such page, or if this page is empty.", example)


class Meta(Schema, frozen=True):
    """The position of the page, and the URLs and cursors of other pages."""

    page: Annotated[int, _field("The number in the request, 1 by default.", 2, ge=1)]
    pages: Annotated[int, _field("The number of pages.", 3, ge=0)]
    per_page: Annotated[int, _field("The maximum number of rows on a page.", 50, ge=1)]
    total: Annotated[int, _field("The number of rows on all pages.", 120, ge=0)]
    prev: Annotated[_URL | None, _url("previous", "1&before=51")]
    next: Annotated[_URL | None, _url("next", "3&after=100")]
    first: Annotated[_URL, _url("first", "1")]
    last: Annotated[_URL, _url("last", "3")]
    before: Annotated[str | None, _cursor("before", "previous", "51")]
    after: Annotated[str | None, _cursor("after", "next", "100")]


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
