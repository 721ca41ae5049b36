"""What a write is answered with."""

from pyramid.response import Response

from ..http.preconditions import entity_tag
from ..http.responses import Headers, json_response
from ..http.syntax import RETURN
from ..request import Request
from ..resources.base import Item
from ..schemas.representations import encode

NOTHING = b"{}"


def created(request: Request, item: Item) -> Response:
    """201 and ``Location``; else as ``written``."""
    return written(request, item, 201, [("Location", request.resource_url(item))])


def written(request: Request, item: Item, status: int = 200, headers: Headers = ()) -> Response:
    """Nothing, or the new representation where ``Prefer`` asks for it (RFC 7240); and its tag."""
    body = encode(item, request)
    headers = [*headers, ("ETag", entity_tag(body))]
    preference = RETURN.search(request.environ.get("HTTP_PREFER", ""))
    if not preference or preference[1].lower() != "representation":
        return json_response(NOTHING, status, headers)
    applied = ("Preference-Applied", "return=representation")
    where = ("Content-Location", request.resource_url(item))
    return json_response(body, status, [*headers, applied, where])
