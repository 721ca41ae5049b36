"""Permissions that depend on the body of the request."""

from pyramid.httpexceptions import HTTPForbidden

from ..request import Request
from ..resources.base import Resource
from ..security.permissions import Permission


def require(request: Request, permission: Permission, context: Resource) -> None:
    """:raises pyramid.httpexceptions.HTTPForbidden: unless the ACLs grant the permission."""
    decision = request.has_permission(permission, context)
    if not decision:
        raise HTTPForbidden(result=decision)
