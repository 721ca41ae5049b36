"""OPTIONS, and 405 for the methods that a resource does not support."""

from pyramid.httpexceptions import HTTPMethodNotAllowed
from pyramid.view import view_config

from ..request import Request
from ..resources.base import Resource
from ..security.permissions import Permission
from .results import Methods


@view_config(context=Resource, permission=Permission.VIEW)
def other_methods(context: Resource, request: Request) -> Methods:
    """Answer OPTIONS; any other method is 405 (RFC 9110, section 15.5.6).

    Without this view Pyramid responds with 404 (pyramid#1526). It is tried last, because the other
    views of a resource are registered for a subclass.
    """
    allow = _allow(context, request)
    if request.method != "OPTIONS":
        raise HTTPMethodNotAllowed(f"allowed methods: {allow}", headers=[("Allow", allow)])
    return Methods(allow)


def _allow(context: Resource, request: Request) -> str:
    """Return the methods of the views that the introspector has for a context."""
    views = request.registry.introspector.get_category("views")
    methods = {
        view["introspectable"]["request_methods"]
        for view in views
        if view["introspectable"]["context"] in type(context).__mro__
    }
    implied = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
    return ", ".join(sorted((methods | implied) - {None}))
