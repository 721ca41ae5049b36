"""The values that views return, and the response adapters for them."""

from typing import Any, NamedTuple

import msgspec
from pyramid.config import Configurator
from pyramid.response import Response

from ..http.json_response import Headers, json_response
from ..http.preconditions import entity_tag
from ..http.syntax import PATCH_TYPES, RETURN
from ..resources.base import Item
from ..schemas import Nothing, Token
from ..schemas.base import Schema
from ..schemas.pages import PageSchema

_NOTHING = msgspec.json.encode(Nothing())


class EntryPoint(NamedTuple):
    """An entry point, and the URL of the document that describes it."""

    representation: Schema
    document: str


class Created(NamedTuple):
    """An item that the request created."""

    item: Item


class Changed(NamedTuple):
    """An item that exists and that the request may have changed."""

    item: Item


class Methods(NamedTuple):
    """The methods that a resource supports."""

    allow: str


def represented(result: Schema) -> Response:
    return json_response(msgspec.json.encode(result))


def page(result: PageSchema) -> Response:
    """Add the links of the page as a ``Link`` header (RFC 8288)."""
    links = ((name, getattr(result.meta, name)) for name in ("first", "prev", "next", "last"))
    header = ", ".join(f'<{url}>; rel="{name}"' for name, url in links if url)
    return json_response(msgspec.json.encode(result), headers=[("Link", header)])


def entry_point(result: EntryPoint) -> Response:
    link = f'<{result.document}>; rel="service-desc"; type="application/json"'  # RFC 8631
    return json_response(msgspec.json.encode(result.representation), headers=[("Link", link)])


def token(result: Token) -> Response:
    headers = [("Cache-Control", "no-cache, no-store, max-age=0")]
    return json_response(msgspec.json.encode(result), headers=headers)


def methods(result: Methods) -> Response:
    headers = [("Allow", result.allow)]
    if "PATCH" in result.allow:
        headers.append(("Accept-Patch", ", ".join(PATCH_TYPES)))  # RFC 5789, section 3.1
    return json_response(_NOTHING, headers=headers)


def created(result: Created) -> Response:
    return _written(result.item, 201, [("Location", result.item.url)])


def changed(result: Changed) -> Response:
    return _written(result.item, 200)


def _written(item: Item, status: int, headers: Headers = ()) -> Response:
    """Return a response with an empty object, or the representation if ``Prefer`` requests it."""
    body = msgspec.json.encode(item.represent())
    headers = [*headers, ("ETag", entity_tag(body))]
    preference = RETURN.search(item.request.environ.get("HTTP_PREFER", ""))
    if not preference or preference[1].lower() != "representation":
        return json_response(_NOTHING, status, headers)
    applied = [("Preference-Applied", "return=representation"), ("Content-Location", item.url)]
    return json_response(body, status, [*headers, *applied])


_ADAPTERS: dict[type, Any] = {
    Schema: represented,
    PageSchema: page,
    EntryPoint: entry_point,
    Token: token,
    Methods: methods,
    Created: created,
    Changed: changed,
}


def includeme(config: Configurator) -> None:
    for result, adapter in _ADAPTERS.items():
        config.add_response_adapter(adapter, result)
