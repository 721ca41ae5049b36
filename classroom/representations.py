"""Resources as JSON, and JSON as fields, side by side.

A representation is given by a renderer adapter for the resource's class, so that a view returns
its context; what a request body says is read and refused here too.
"""

from email.utils import format_datetime
from importlib.metadata import version
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec
from pyramid.config import Configurator
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from pyramid.renderers import JSON
from pyramid.traversal import find_interface, find_resource
from sqlalchemy import Row

from .errors import InvalidField
from .grammar import MAX_BODY, NAME_RULE, is_name
from .pagination import Page
from .places import Collection, Item, Place
from .request import Request
from .resources import (
    V1,
    Class,
    NamedItem,
    Registration,
    Root,
    RootWithTokens,
    Student,
)

Representation = dict[str, Any]
Kind = TypeVar("Kind", bound=Item)

_VERSION = version("classroom")


def root(context: Root, request: Request) -> Representation:
    api = request.resource_url(context["api"]["v1.0"])
    return {"name": "classroom", "version": _VERSION, "api": api}


def v1(context: V1, request: Request) -> Representation:
    names = [name for name, kind in context.children.items() if issubclass(kind, Collection)]
    urls = {name: request.resource_url(context[name]) for name in names}
    if isinstance(request.root, RootWithTokens):
        urls["token"] = request.resource_url(request.root["auth"]["request-token"])
    return urls


def named_item(context: NamedItem, request: Request) -> Representation:
    return {
        "url": request.resource_url(context),
        "name": context.row.name,
        "registrations": request.resource_url(context["registrations"]),
    }


def registration(context: Registration, request: Request) -> Representation:
    tree, row = find_interface(context, V1), context.row
    return {
        "url": request.resource_url(context),
        "student": request.resource_url(tree["students"].place(row.student_id)),
        "class": request.resource_url(tree["classes"].place(row.class_id)),
        "timestamp": format_datetime(row.timestamp, usegmt=True),
    }


def page(context: Collection, request: Request, cut: Page[Row[Any]]) -> Representation:
    """A page of a collection; every URL in it begins with one of two that are made once."""
    here, home = request.resource_url(context), request.resource_url(context.home)
    numbers = {name: getattr(cut, name) for name in ("page", "pages", "per_page", "total")}
    links = {name: getattr(cut, name) for name in ("prev", "next", "first", "last")}
    return {
        "urls": [f"{home}{'/'.join(map(str, row))}" for row in cut.rows],
        "meta": numbers
        | {name: link and f"{here}?{urlencode(link)}" for name, link in links.items()},
    }


def read_name(request: Request) -> str:
    """The ``name`` that a request body gives a student or a class.

    :raises pyramid.httpexceptions.HTTPError: where it gives none that can be stored.
    """
    name = _text(_read_object(request), "name")
    if not is_name(name):
        raise InvalidField("name", f"must be {NAME_RULE}")
    return name


def read_registration(request: Request) -> tuple[Student, Class]:
    """The student and the class that a request body names by their URLs.

    :raises pyramid.httpexceptions.HTTPError: where it does not name one of each.
    """
    fields = _read_object(request)
    urls = _text(fields, "student"), _text(fields, "class")
    student = _find(request, "student", urls[0], Student)
    return student, _find(request, "class", urls[1], Class)


def _find(request: Request, field: str, url: str, kind: type[Kind]) -> Kind:
    found = _look_up(request, url)
    # Only the exact URL will do, or there would be two names for one thing.
    if not isinstance(found, kind) or request.resource_url(found) != url:
        raise InvalidField(field, f"must be the URL of a {field} of this server")
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
        raise InvalidField(field, "is missing")
    if not isinstance(fields[field], str):
        raise InvalidField(field, "must be a string")
    return fields[field]


def _read_object(request: Request) -> Representation:
    # A foreign web page cannot send this media type unasked (Fetch, 2.2.2).
    if (
        request.content_type.strip().lower() != "application/json"
        or request.charset.lower() != "utf-8"
    ):
        raise HTTPUnsupportedMediaType("the body must be application/json in UTF-8")
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


def _encode(value: Any, default: Any) -> bytes:
    return msgspec.json.encode(value, enc_hook=default)


def includeme(config: Configurator) -> None:
    json = JSON(_encode)
    json.add_adapter(Root, root)
    json.add_adapter(V1, v1)
    json.add_adapter(NamedItem, named_item)
    json.add_adapter(Registration, registration)
    config.add_renderer(None, json)
    config.add_renderer("json", json)
