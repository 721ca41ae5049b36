"""Strangers are turned away at the door: they get 401 before any 404 or 405, and before the tree
reads a row. What those who come in may do is up to the ACLs."""

from pyramid.httpexceptions import HTTPUnauthorized
from pyramid.registry import Registry
from pyramid.response import Response

from ..request import Handler, Request

_OPEN = ("", "/", "/api/v1.0/openapi.json")


def factory(handler: Handler, registry: Registry) -> Handler:
    def strangers_tween(request: Request) -> Response:
        path = request.environ["PATH_INFO"]
        is_open = request.is_safe and path in _OPEN and request.was_sent_to(path)
        if not is_open and request.identity is None:
            raise HTTPUnauthorized
        return handler(request)

    return strangers_tween
