"""Pages of a collection as JSON."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Any, cast

import msgspec
from msgspec import UNSET, UnsetType

from .base import Schema
from .fields import EXAMPLE_API

_PAGE = f"{EXAMPLE_API}students/?per_page=50&page="
_TOTAL = msgspec.Meta(ge=0, description="The number of rows on all pages.", examples=[120])
_PAGES = msgspec.Meta(ge=0, description="The number of pages.", examples=[3])


def _url(rel: str, query: str) -> msgspec.Meta:
    return msgspec.Meta(
        description=f"The URL of the {rel} page.",
        examples=[_PAGE + query],
        extra_json_schema={"format": "uri"},
    )


def _cursor(name: str, rel: str, example: str) -> msgspec.Meta:
    return msgspec.Meta(
        description=f"The cursor of the {rel} page: the value of the parameter `{name}`. Null if"
        " there is no such page, or if this page is empty.",
        examples=[example],
    )


class Meta(Schema, frozen=True):
    """The position of the page, and the URLs and cursors of other pages."""

    page: Annotated[int, msgspec.Meta(ge=1, examples=[2])]
    pages: Annotated[int, _PAGES]
    per_page: Annotated[int, msgspec.Meta(ge=1, examples=[50])]
    total: Annotated[int, _TOTAL]
    prev: Annotated[str, _url("previous", "1&before=51")] | None
    next: Annotated[str, _url("next", "3&after=100")] | None
    first: Annotated[str, _url("first", "1")]
    last: Annotated[str, _url("last", "3")]
    before: Annotated[str, _cursor("before", "previous", "51")] | None
    after: Annotated[str, _cursor("after", "next", "100")] | None


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
