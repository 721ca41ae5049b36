"""OPTIONS, and 405 for the methods that a resource does not support."""

from typing import NoReturn

from pyramid.httpexceptions import HTTPMethodNotAllowed
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.view import view_config

from ..request import Request
from ..resources.base import Resource
from ..security.permissions import Permission
from .results import Methods


@view_config(context=Resource, request_method="OPTIONS", permission=Permission.VIEW)
def options(context: Resource, request: Request) -> Methods:
    """List the methods of a resource."""
    return Methods(_allow(context, request))


# 405 precedes 403, so this view requires no permission. The deriver visible_item protects items.
@view_config(context=Resource, permission=NO_PERMISSION_REQUIRED)
def other_methods(context: Resource, request: Request) -> NoReturn:
    """Raise 405 (RFC 9110, section 15.5.6).

    Without this view Pyramid responds with 404 (pyramid#1526). It is tried last, because the other
    views of a resource are registered for a subclass.
    """
    allow = _allow(context, request)
    raise HTTPMethodNotAllowed(f"allowed methods: {allow}", headers=[("Allow", allow)])


def _allow(context: Resource, request: Request) -> str:
    """Return the methods for which a context has views, according to the introspector."""
    views = request.registry.introspector.get_category("views")
    methods = {
        view["introspectable"]["request_methods"]
        for view in views
        if view["introspectable"]["context"] in type(context).__mro__
    }
    implied = {"HEAD"} if "GET" in methods else set()
    return ", ".join(sorted((methods | implied) - {None}))
