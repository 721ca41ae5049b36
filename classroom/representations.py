"""Resources as JSON, and JSON as fields, side by side.

A representation is given by a renderer adapter for the resource's class, so that a view returns
its context; what a request body says is read and refused here too.
"""

from collections.abc import Sequence
from email.utils import format_datetime
from functools import singledispatch
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import quote_plus

import msgspec
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPNotFound,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from pyramid.traversal import find_interface, find_resource
from sqlalchemy import Row

from . import parameters, queries
from .errors import InvalidFields
from .grammar import JSON_TYPE, MAX_BODY, NAME_RULE, PATCH_TYPES, is_name
from .pagination import Link, Page
from .places import Collection, Item, Place, Resource
from .request import Request
from .resources import (
    V1,
    Class,
    NamedCollection,
    NamedItem,
    Registration,
    Root,
    RootWithTokens,
    Student,
)

Representation = dict[str, Any]
Kind = TypeVar("Kind", bound=Item)

_VERSION = version("classroom")


@singledispatch
def represent(context: Resource, request: Request) -> Representation:
    """What a resource is in JSON."""
    raise NotImplementedError(context)


def encode(context: Resource, request: Request) -> bytes:
    """The representation of a resource, as it is sent."""
    return msgspec.json.encode(represent(context, request))


@represent.register
def root(context: Root, request: Request) -> Representation:
    api = request.resource_url(context["api"]["v1.0"])
    return {"name": "classroom", "version": _VERSION, "api": api}


@represent.register
def v1(context: V1, request: Request) -> Representation:
    names = [name for name, kind in context.children.items() if issubclass(kind, Collection)]
    urls = {name: request.resource_url(context[name]) for name in names}
    if isinstance(request.root, RootWithTokens):
        urls["token"] = request.resource_url(request.root["auth"]["request-token"])
    return urls


@represent.register
def named_item(context: NamedItem, request: Request) -> Representation:
    return _named_item(request.resource_url(context.__parent__), context.row.id, context.row.name)


@represent.register
def registration(context: Registration, request: Request) -> Representation:
    row = context.row
    if request.is_read and "expand" in request.GET:
        expanded = parameters.read(request.GET.getall, context.query)["expand"]
        row = next(iter(request.rows(queries.registration(expanded), context.key)), None)
        if row is None:  # deleted meanwhile
            raise HTTPNotFound
    return _registration(v1(find_interface(context, V1), request), row)


def page(
    context: Collection, request: Request, cut: Page[Row[Any]], is_expanded: bool
) -> Representation:
    """A page of a collection, every URL in it made of one of a few."""
    here, home = request.resource_url(context), request.resource_url(context.home)
    numbers = {name: getattr(cut, name) for name in ("page", "pages", "per_page", "total")}
    links = {name: getattr(cut, name) for name in ("prev", "next", "first", "last")}
    meta = numbers | {name: link and f"{here}?{_query(link)}" for name, link in links.items()}
    items = {"items": _items(context, request, cut.rows)} if is_expanded else {}
    return {"urls": [home + context.home.path(row) for row in cut.rows], **items, "meta": meta}


def _query(link: Link) -> str:
    # Half the time of a page would go into urlencode(), which has texts alone in mind.
    return "&".join(
        f"{name}={value if isinstance(value, int) else quote_plus(value, safe=',')}"
        for name, value in link
    )


def link(meta: Representation) -> str:
    """The links of a page as a ``Link`` header (RFC 8288)."""
    relations = ("first", "prev", "next", "last")
    return ", ".join(f'<{meta[name]}>; rel="{name}"' for name in relations if meta[name])


def _items(context: Collection, request: Request, rows: Sequence[Row[Any]]) -> list[Representation]:
    if isinstance(context, NamedCollection):
        home = request.resource_url(context)
        return [_named_item(home, row.id, row.name) for row in rows]
    tree = v1(find_interface(context, V1), request)
    return [_registration(tree, row) for row in rows]


def _named_item(home: str, id: int, name: str) -> Representation:
    url = f"{home}{id}"
    return {"url": url, "name": name, "registrations": f"{url}/registrations/"}


def _registration(tree: Representation, row: Any) -> Representation:
    """:param tree: the URLs of the collections."""
    return {
        "url": f"{tree['registrations']}{row.student_id}/{row.class_id}",
        "student": _side(tree["students"], row.student_id, getattr(row, "student_name", None)),
        "class": _side(tree["classes"], row.class_id, getattr(row, "class_name", None)),
        "timestamp": format_datetime(row.timestamp, usegmt=True),
    }


def _side(home: str, id: int, name: str | None) -> Representation | str:
    """A student or a class, where its name has been read; else its URL."""
    return f"{home}{id}" if name is None else _named_item(home, id, name)


def read_name(request: Request) -> str:
    """The ``name`` that a request body gives a student or a class.

    :raises pyramid.httpexceptions.HTTPError: where it gives none that can be stored.
    """
    return _name(_read_object(request, JSON_TYPE))


def read_patch(request: Request, name: str) -> str:
    """What a ``name`` becomes by the merge patch in a request body (RFC 7396).

    :raises pyramid.httpexceptions.HTTPError: where that cannot be stored.
    """
    patched = {"name": name} | _read_object(request, *PATCH_TYPES)
    return _name({field: value for field, value in patched.items() if value is not None})


def read_registration(request: Request) -> tuple[Student, Class]:
    """The student and the class that a request body names by their URLs.

    :raises pyramid.httpexceptions.HTTPError: where it does not name one of each.
    """
    fields = _read_object(request, JSON_TYPE)
    found: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for field, kind in (("student", Student), ("class", Class)):
        try:
            found[field] = _find(request, field, _text(fields, field), kind)
        except InvalidFields as error:
            problems |= error.problems
    if problems:
        raise InvalidFields(problems)
    return found["student"], found["class"]


def _name(fields: Representation) -> str:
    name = _text(fields, "name")
    if not is_name(name):
        raise InvalidFields({"name": f"must be {NAME_RULE}"})
    return name


def _find(request: Request, field: str, url: str, kind: type[Kind]) -> Kind:
    found = _look_up(request, url)
    # Only the exact URL will do, or there would be two names for one thing.
    if not isinstance(found, kind) or request.resource_url(found) != url:
        raise InvalidFields({field: f"must be the URL of a {field} of this server"})
    return found


def _look_up(request: Request, url: str) -> Place | None:
    here = request.application_url
    if not url.startswith(f"{here}/"):
        return None
    try:
        return find_resource(request.root, url.removeprefix(here))
    except (KeyError, UnicodeError):
        return None


def _text(fields: Representation, field: str) -> str:
    if field not in fields:
        raise InvalidFields({field: "is missing"})
    if not isinstance(fields[field], str):
        raise InvalidFields({field: "must be a string"})
    return fields[field]


def _read_object(request: Request, *media_types: str) -> Representation:
    # A foreign web page cannot send these media types unasked (Fetch, 2.2.2).
    if (
        request.content_type.strip().lower() not in media_types
        or request.charset.lower() != "utf-8"
    ):
        patch = [("Accept-Patch", ", ".join(media_types))] if request.method == "PATCH" else []
        rule = f"the body must be {' or '.join(media_types)} in UTF-8"
        raise HTTPUnsupportedMediaType(rule, headers=patch)
    request.make_body_seekable()  # and rewind it: this may be the second try of a request
    body = request.body_file_raw.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise HTTPRequestEntityTooLarge(f"the body must not exceed {MAX_BODY} bytes")
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPBadRequest("the body must be JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise HTTPBadRequest("the body must be a JSON object")
    return fields
