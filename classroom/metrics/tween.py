"""The tween that passes what only the application knows to the server tween, in the environ."""

from pyramid.registry import Registry
from pyramid.response import Response

from ..request import Handler, Request

RESOURCE = "classroom.resource"
"""The class of the context. It is missing if the request was rejected before traversal."""
RETRIES = "classroom.retries"
"""The number of attempts before this one."""


def factory(handler: Handler, registry: Registry) -> Handler:
    def metrics_tween(request: Request) -> Response:
        environ = request.environ
        # pyramid_retry removes its key after the attempt.
        environ[RETRIES] = environ.get("retry.attempt", 0)
        response = handler(request)
        if context := getattr(request, "context", None):
            environ[RESOURCE] = type(context).__name__
        return response

    return metrics_tween
