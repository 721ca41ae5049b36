"""What every resource answers beside its own verbs: which verbs it has."""

from pyramid.httpexceptions import HTTPMethodNotAllowed, HTTPNotFound
from pyramid.response import Response
from pyramid.view import view_config

from ..request import Request
from ..resources import Resource


@view_config(context=Resource, request_method="OPTIONS", permission="view")
def options(context: Resource, request: Request) -> Response:
    return Response(status=204, headerlist=[("Allow", _allow(context, request))])


@view_config(context=Resource, permission="view")
def refuse_method(context: Resource, request: Request) -> Response:
    """A wrong method is 405 (RFC 9110, 15.5.6); Pyramid alone says 404 (pyramid#1526)."""
    allow = _allow(context, request)
    raise HTTPMethodNotAllowed(f"allowed are {allow}", headers=[("Allow", allow)])


def _allow(context: Resource, request: Request) -> str:
    """The methods of the views that Pyramid knows for this kind of resource.

    :raises pyramid.httpexceptions.HTTPNotFound: where a place has a part in URLs and no view.
    """
    views = request.registry.introspector.get_category("views")
    methods = {
        view["introspectable"]["request_methods"]
        for view in views
        if view["introspectable"]["context"] in type(context).__mro__
    }
    methods -= {None, "OPTIONS"}
    if not methods:
        raise HTTPNotFound
    return ", ".join(sorted(methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())))
