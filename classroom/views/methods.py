"""What every resource answers beside its own verbs: which verbs it has."""

from pyramid.httpexceptions import HTTPMethodNotAllowed
from pyramid.response import Response
from pyramid.view import view_config

from ..http.responses import json_response
from ..http.syntax import PATCH_TYPES
from ..request import Request
from ..resources.base import Resource
from .answers import NOTHING


@view_config(context=Resource, permission="view")
def other_methods(context: Resource, request: Request) -> Response:
    """OPTIONS, and 405 for a wrong method (RFC 9110, 15.5.6), which Pyramid alone makes 404
    (pyramid#1526); found last, since every kind of resource has its own views before it."""
    allow = _allow(context, request)
    if request.method != "OPTIONS":
        raise HTTPMethodNotAllowed(f"allowed are {allow}", headers=[("Allow", allow)])
    headers = [("Allow", allow)]
    if "PATCH" in allow:
        headers.append(("Accept-Patch", ", ".join(PATCH_TYPES)))  # RFC 5789, 3.1
    return json_response(NOTHING, headers=headers)


def _allow(context: Resource, request: Request) -> str:
    """The methods of the views that Pyramid knows for this kind of resource."""
    views = request.registry.introspector.get_category("views")
    methods = {
        view["introspectable"]["request_methods"]
        for view in views
        if view["introspectable"]["context"] in type(context).__mro__
    }
    implied = {"OPTIONS", "HEAD"} if "GET" in methods else {"OPTIONS"}
    return ", ".join(sorted((methods | implied) - {None}))
