"""Resources as JSON, each kind by a function of its own; what bodies say is read in ``inputs``."""

from collections.abc import Sequence
from email.utils import format_datetime
from functools import singledispatch
from importlib.metadata import version
from typing import Any
from urllib.parse import quote_plus

import msgspec
from pyramid.traversal import find_interface
from sqlalchemy import Row

from ..http.pagination import Link, Page
from ..request import Request
from ..resources.base import Collection, Resource
from ..resources.tree import V1, NamedCollection, NamedItem, Registration, Root, RootWithTokens

Representation = dict[str, Any]

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
    urls = _collections(context, request)
    if isinstance(request.root, RootWithTokens):
        urls["token"] = request.resource_url(request.root["auth"]["request-token"])
    return urls


@represent.register
def named_item(context: NamedItem, request: Request) -> Representation:
    return _named_item(request.resource_url(context.__parent__), context.row.id, context.row.name)


@represent.register
def registration(context: Registration, request: Request) -> Representation:
    return _registration(_collections(find_interface(context, V1), request), context.row)


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
    tree = _collections(find_interface(context, V1), request)
    return [_registration(tree, row) for row in rows]


def _collections(context: V1, request: Request) -> Representation:
    """The URLs of the collections by their names."""
    names = [name for name, kind in context.children.items() if issubclass(kind, Collection)]
    return {name: request.resource_url(context[name]) for name in names}


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
