"""View derivers: rules for every view of a resource, the canonical URL and preconditions."""

from collections.abc import Callable
from typing import Any

import msgspec
from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPPermanentRedirect, HTTPPreconditionFailed
from pyramid.response import Response

from ..http.errors import PRECONDITION_FAILED
from ..http.preconditions import Outcome, entity_tag, evaluate
from ..request import CONDITIONAL_WRITES, Request
from ..resources.base import Item, Resource

View = Callable[[Any, Request], Response]


def canonical_url(view: View, info: Any) -> View:
    """Serve a resource at one URL only: 308 if only the trailing slash differs, else 404."""
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


def precondition(view: View, info: Any) -> View:
    """Evaluate If-Match and If-None-Match on the row as the writing transaction holds it
    (RFC 9110, section 13.2).
    """
    if info.options.get("request_method") not in CONDITIONAL_WRITES:
        return view

    def conditional_view(context: Item, request: Request) -> Response:
        environ = request.environ
        if "HTTP_IF_MATCH" in environ or "HTTP_IF_NONE_MATCH" in environ:
            tag = entity_tag(msgspec.json.encode(context.represent())) if context.row else None
            if evaluate(environ, tag) is not Outcome.HOLDS:
                raise HTTPPreconditionFailed(PRECONDITION_FAILED)
        return view(context, request)

    return conditional_view


def _is_view_of(info: Any, kind: type) -> bool:
    context = info.options.get("context")
    return isinstance(context, type) and issubclass(context, kind)


def includeme(config: Configurator) -> None:
    config.add_view_deriver(canonical_url)
    config.add_view_deriver(precondition, under="canonical_url")
