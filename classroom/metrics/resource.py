"""The tween that tells the server tween the class of the context."""

from pyramid.registry import Registry
from pyramid.response import Response

from ..request import Handler, Request

KEY = "classroom.resource"
"""The key in the environ. It is missing if the request was rejected before traversal."""


def factory(handler: Handler, registry: Registry) -> Handler:
    def resource_tween(request: Request) -> Response:
        response = handler(request)
        if context := getattr(request, "context", None):
            request.environ[KEY] = type(context).__name__
        return response

    return resource_tween
