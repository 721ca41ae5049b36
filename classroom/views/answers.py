"""What a write is answered with."""

from pyramid.renderers import render
from pyramid.response import Response

from ..conditions import entity_tag
from ..grammar import RETURN
from ..places import Item
from ..representations import Representation
from ..request import Request


def created(request: Request, item: Item) -> Representation | Response:
    """201 and ``Location``; else as ``written``."""
    request.response.status_int = 201
    request.response.location = request.resource_url(item)
    return written(request, item)


def written(request: Request, item: Item) -> Representation | Response:
    """``{}``, or the new representation where ``Prefer`` asks for it (RFC 7240); and its tag."""
    body, response = render("json", item, request=request), request.response
    response.headers["ETag"] = entity_tag(body)
    preference = RETURN.search(request.headers.get("Prefer", ""))
    if not preference or preference[1].lower() != "representation":
        return {}
    response.headers["Preference-Applied"] = "return=representation"
    response.headers["Content-Location"] = request.resource_url(item)
    response.content_type, response.body = "application/json", body
    return response
