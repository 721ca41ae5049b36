"""Set ``Cache-Control``: responses to GET are private and revalidated, others are not stored."""

from pyramid.registry import Registry
from pyramid.response import Response

from ..request import Handler, Request


def factory(handler: Handler, registry: Registry) -> Handler:
    def cache_control_tween(request: Request) -> Response:
        response = handler(request)
        if request.is_read:
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.headers.setdefault("Vary", "Authorization")
        else:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    return cache_control_tween
