"""Responses, made of what is known already: WebOb would find it out again, header by header."""

from collections.abc import Iterable

from pyramid.response import Response
from webob.util import status_reasons

from .syntax import JSON_TYPE

Headers = Iterable[tuple[str, str]]


def json_response(
    body: bytes, status: int = 200, headers: Headers = (), media_type: str = JSON_TYPE
) -> Response:
    """A response with a body that is JSON already."""
    length = str(len(body))
    return Response(
        app_iter=[body],
        status=f"{status} {status_reasons[status]}",
        headerlist=[("Content-Type", media_type), ("Content-Length", length), *headers],
    )
