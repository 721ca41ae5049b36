"""Add an entity tag to each 200 response to GET or HEAD, and evaluate preconditions (304, 412).

A view with a body that never changes adds the entity tag itself, so that the body is not hashed.
"""

from pyramid.registry import Registry
from pyramid.response import Response

from ..http.codes import ErrorCode
from ..http.errors import PRECONDITION_FAILED, error_response
from ..http.preconditions import Outcome, entity_tag, evaluate
from ..request import Handler, Request


def factory(handler: Handler, registry: Registry) -> Handler:
    def etag_tween(request: Request) -> Response:
        response = handler(request)
        if not request.is_read or response.status_int != 200:
            return response
        tag = response.headers.get("ETag") or entity_tag(response.body)
        response.headers["ETag"] = tag
        outcome = evaluate(request.environ, tag)
        if outcome is Outcome.FAILED:
            return error_response(
                request.environ, ErrorCode.PRECONDITION_FAILED, PRECONDITION_FAILED
            )
        if outcome is Outcome.UNCHANGED:
            return _not_modified(response)
        return response

    return etag_tween


def _not_modified(response: Response) -> Response:
    """Return a 304 without content or content headers (RFC 9110, section 15.4.5)."""
    headers = [field for field in response.headerlist if not field[0].startswith("Content-")]
    return Response(status=304, headerlist=headers)
