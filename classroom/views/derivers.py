"""View derivers: rules for every view of a resource."""

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import (
    HTTPException,
    HTTPNotFound,
    HTTPPermanentRedirect,
    HTTPPreconditionFailed,
)
from pyramid.location import lineage
from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED
from pyramid.viewderivers import INGRESS

from ..db.exceptions import SourceIdExists, UserConflict
from ..http.query import BadParameter, check_names
from ..models.validation import InvalidValue
from ..request import Request
from ..resources.base import Item, Resource
from ..security.permissions import Permission
from .checks import check_permission

View = Callable[[Any, Request], Response]


def canonical_url(view: View, info: Any) -> View:
    """Serve a resource only at its canonical URL.

    Raise 308 for a path that differs only in the trailing slash, and 404 for any other path.
    """
    if not _is_view_of(info, Resource):
        return view

    def canonical_view(context: Resource, request: Request) -> Response:
        without_slash = "/".join(("", *request.traversed))
        with_slash = f"{without_slash}/"
        path, other = with_slash, without_slash
        if not context.trailing_slash:
            path, other = without_slash, with_slash
        asked = request.environ["PATH_INFO"]
        if asked == path and request.was_sent_to(path):
            return view(context, request)
        if asked == other and request.was_sent_to(other):
            query = request.query_string
            url = context.url + (query and f"?{query}")
            raise HTTPPermanentRedirect(url, "the canonical URL is in Location")
        raise HTTPNotFound

    return canonical_view


def visible_item(view: View, info: Any) -> View:
    """Hide from the response to a rejected request whether items exist, and what they contain.

    Raise 403 instead of the error if the user may not read the resource, and 404 if an item in the
    path does not exist. A 404 or 412 is not replaced. Successful requests need no check: they have
    found their rows.
    """
    if not _is_view_of(info, Resource):
        return view

    def visible_view(context: Resource, request: Request) -> Response:
        try:
            return view(context, request)
        except (HTTPNotFound, HTTPPreconditionFailed):
            raise
        except (HTTPException, BadParameter, InvalidValue, SourceIdExists, UserConflict):
            _check_items(context, request)
            raise

    return visible_view


def known_parameters(view: View, info: Any) -> View:
    """Raise 400 for a query parameter that the method does not accept.

    Only GET and HEAD accept any.
    """
    # Only the view that raises 405 requires no permission. A 405 takes precedence over this error.
    if not _is_view_of(info, Resource) or info.options["permission"] == NO_PERMISSION_REQUIRED:
        return view

    def known_view(context: Resource, request: Request) -> Response:
        if request.environ.get("QUERY_STRING"):
            check_names(request.GET, context.parameters() if request.is_read else ())
        return view(context, request)

    return known_view


def _check_items(context: Resource, request: Request) -> None:
    """Check that the user may know which items exist, and that all items in the path exist.

    :raises HTTPForbidden: if the user may not know which items exist.
    :raises HTTPNotFound: if an item does not exist.
    """
    items = [each for each in lineage(context) if isinstance(each, Item)]
    if items:
        check_permission(Permission.VIEW, context, request)
    if not all(item.exists() for item in items):
        raise HTTPNotFound from None


def _is_view_of(info: Any, kind: type) -> bool:
    context = info.options.get("context")
    return isinstance(context, type) and issubclass(context, kind)


def includeme(config: Configurator) -> None:
    config.add_view_deriver(visible_item, under=INGRESS, over="secured_view")
    config.add_view_deriver(canonical_url)
    config.add_view_deriver(known_parameters, under="canonical_url")
