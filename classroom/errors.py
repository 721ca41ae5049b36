"""The one error body, and the errors that the domain raises."""

from collections.abc import Iterable

import msgspec
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response
from webob.util import status_reasons

PRECONDITION_FAILED = "the resource is not in the state that was asked for"


class InvalidField(HTTPBadRequest):
    """A field of the input, or a parameter, that is missing or wrong."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}")


def error_response(status: int, message: str, headers: Iterable[tuple[str, str]] = ()) -> Response:
    """The answer that says what went wrong: ``{"status", "error", "message"}``, never stored."""
    error = {"status": status, "error": status_reasons[status].lower(), "message": message}
    response = Response(msgspec.json.encode(error), status, content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    response.headers.extend(headers)
    return response
