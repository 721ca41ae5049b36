"""What holds for every view of a resource: the one spelling of its URL, and preconditions."""

from collections.abc import Callable
from typing import Any

from pyramid.config import Configurator
from pyramid.httpexceptions import HTTPNotFound, HTTPPermanentRedirect, HTTPPreconditionFailed
from pyramid.response import Response

from ..http.errors import PRECONDITION_FAILED
from ..http.preconditions import Outcome, entity_tag, evaluate
from ..request import CONDITIONAL_WRITES, Request
from ..resources.base import Item, Leaf, Resource
from ..schemas.representations import encode

View = Callable[[Any, Request], Response]


def canonical_url(view: View, info: Any) -> View:
    """Serve a resource at one URL alone: 308 where only the slash at its end differs, else 404."""
    if not _is_view_of(info, Resource):
        return view

    def canonical_view(context: Resource, request: Request) -> Response:
        without_slash = "/".join(("", *request.traversed))
        with_slash = f"{without_slash}/"
        is_leaf = isinstance(context, Leaf)
        path, other = (without_slash, with_slash) if is_leaf else (with_slash, without_slash)
        asked = request.environ["PATH_INFO"]
        if asked == path and request.was_sent_to(path):
            return view(context, request)
        if asked == other and request.was_sent_to(other):
            query = request.query_string
            url = request.resource_url(context) + (query and f"?{query}")
            raise HTTPPermanentRedirect(url, "the URL of this resource is in Location")
        raise HTTPNotFound

    return canonical_view


def precondition(view: View, info: Any) -> View:
    """Test If-Match and If-None-Match where they matter: on the row as the transaction that
    writes it holds it (RFC 9110, 13.2)."""
    if info.options.get("request_method") not in CONDITIONAL_WRITES:
        return view

    def conditional_view(context: Item, request: Request) -> Response:
        environ = request.environ
        if "HTTP_IF_MATCH" in environ or "HTTP_IF_NONE_MATCH" in environ:
            tag = entity_tag(encode(context, request)) if context.row else None
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
