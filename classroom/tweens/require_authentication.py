"""Require authentication before traversal.

A 401 comes before any 404 or 405, and before a row is read. ACLs decide what a user may do, and
which paths are public: those of resources with the ACL ``PUBLIC`` (``classroom.resources.acl``).
"""

from pyramid.httpexceptions import HTTPUnauthorized
from pyramid.registry import Registry
from pyramid.response import Response

from ..request import Handler, Request
from ..services import services


def factory(handler: Handler, registry: Registry) -> Handler:
    public_paths = services(registry).public_paths

    def require_authentication_tween(request: Request) -> Response:
        path = request.environ["PATH_INFO"]
        is_public = request.is_safe and path in public_paths and request.was_sent_to(path)
        if not is_public and request.identity is None:
            raise HTTPUnauthorized
        return handler(request)

    return require_authentication_tween
