"""Reject long paths before traversal.

Pyramid caches the last 1,000 paths that it split, each with all its segments.
"""

from pyramid.httpexceptions import HTTPNotFound
from pyramid.registry import Registry
from pyramid.response import Response

from ..http.syntax import MAX_PATH
from ..request import Handler, Request


def factory(handler: Handler, registry: Registry) -> Handler:
    def path_length_tween(request: Request) -> Response:
        # PATH_INFO has one character per byte (PEP 3333).
        if len(request.environ["PATH_INFO"]) > MAX_PATH:
            raise HTTPNotFound
        return handler(request)

    return path_length_tween
