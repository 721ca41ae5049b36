"""Reject malformed requests before anything reads their headers or query."""

from collections.abc import Mapping

from pyramid.registry import Registry
from pyramid.response import Response

from ..http import syntax
from ..http.codes import ErrorCode
from ..http.errors import BadRequest
from ..request import Handler, Request

_SYNTAX = {
    "Accept": ("HTTP_ACCEPT", syntax.ACCEPT),
    "If-Match": ("HTTP_IF_MATCH", syntax.ENTITY_TAGS),
    "If-None-Match": ("HTTP_IF_NONE_MATCH", syntax.ENTITY_TAGS),
}


def factory(handler: Handler, registry: Registry) -> Handler:
    def well_formed_tween(request: Request) -> Response:
        environ = request.environ
        # The server sets this if it could not parse a header from the proxy.
        if header := environ.get("classroom.malformed_header"):
            raise BadRequest(ErrorCode.INVALID_HEADER, f"{header}: is malformed")
        # URLs in responses contain the host. Two Host headers arrive as a list, which is rejected.
        if not syntax.HOST.fullmatch(_host(environ)):
            raise BadRequest(ErrorCode.INVALID_HOST, "Host: must be given once, as a host name")
        # With this header a client could change the root of the tree.
        environ.pop("HTTP_X_VHM_ROOT", None)
        for name, (key, pattern) in _SYNTAX.items():
            if key in environ and not pattern.fullmatch(environ[key]):
                raise BadRequest(ErrorCode.INVALID_HEADER, f"{name}: is malformed")
        if environ.get("QUERY_STRING"):
            _check_query(request)
        return handler(request)

    return well_formed_tween


def _host(environ: Mapping[str, str]) -> str:
    """Return the host in URLs: the Host header or, for HTTP/1.0, the name of the server."""
    name = environ["SERVER_NAME"] if environ["SERVER_PROTOCOL"] == "HTTP/1.0" else ""
    return environ.get("HTTP_HOST", name)


def _check_query(request: Request) -> None:
    try:
        _ = request.GET
    except UnicodeDecodeError:
        raise BadRequest(ErrorCode.INVALID_QUERY, "the query must be UTF-8") from None
