"""JSON as fields, and URLs as resources: what request bodies say."""

from typing import Any, TypeVar

import msgspec
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)
from pyramid.traversal import find_resource

from ..http.errors import InvalidFields
from ..http.syntax import JSON_TYPE, MAX_BODY, PATCH_TYPES
from ..models.validation import InvalidValue, validate_name
from ..request import Request
from ..resources.base import Item, Place
from ..resources.tree import Class, Student

Fields = dict[str, Any]
Kind = TypeVar("Kind", bound=Item)


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


def _name(fields: Fields) -> str:
    try:
        return validate_name(_text(fields, "name"))
    except InvalidValue as error:
        raise InvalidFields({error.field: error.rule}) from None


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


def _text(fields: Fields, field: str) -> str:
    if field not in fields:
        raise InvalidFields({field: "is missing"})
    if not isinstance(fields[field], str):
        raise InvalidFields({field: "must be a string"})
    return fields[field]


def _read_object(request: Request, *media_types: str) -> Fields:
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
