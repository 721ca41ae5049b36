"""JSON responses, made at once: WebOb's setters cost more, header by header."""

from collections.abc import Iterable

from pyramid.response import Response
from webob.util import status_reasons

from .syntax import JSON_TYPE

Headers = Iterable[tuple[str, str]]

# Added here and not by a tween, since this costs a tuple and setting a header scans all others.
_NO_SNIFFING = ("X-Content-Type-Options", "nosniff")


def json_response(
    body: bytes, status: int = 200, headers: Headers = (), media_type: str = JSON_TYPE
) -> Response:
    """Return a response with an encoded body."""
    length = str(len(body))
    described = [("Content-Type", media_type), ("Content-Length", length), _NO_SNIFFING]
    return Response(
        app_iter=[body],
        status=f"{status} {status_reasons[status]}",
        headerlist=[*described, *headers],
    )
