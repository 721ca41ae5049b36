"""Answers to readers are theirs alone, and are asked about again before they are used again."""

from pyramid.registry import Registry
from pyramid.response import Response

from ..request import Handler, Request


def factory(handler: Handler, registry: Registry) -> Handler:
    def cache_control_tween(request: Request) -> Response:
        response = handler(request)
        if request.is_read:
            response.headers.setdefault("Cache-Control", "private, no-cache")
            response.headers.setdefault("Vary", "Authorization")
        return response

    return cache_control_tween
