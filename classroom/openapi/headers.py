"""The response headers. A required header is in every response whose description lists it."""

from ..http.syntax import PATCH_TYPES, RATE_LIMIT_HEADERS
from ..schemas.fields import EXAMPLE_API
from .node import Node

NO_SNIFFING = "X-Content-Type-Options"
"""In every response."""
REQUEST_ID = "X-Request-ID"
"""In every response of waitress."""

_TEXT: Node = {"type": "string"}
_COUNT: Node = {"type": "integer", "minimum": 0}
_URL: Node = {"type": "string", "format": "uri"}
_ENTITY_TAG = {"type": "string", "pattern": '^"[0-9a-f]{32}"$'}


def headers() -> Node:
    """Return the headers by name."""
    link = {"type": "string", "pattern": '^<[^>]+>; rel="'}
    return {
        "ETag": _required("The strong entity tag of the representation.", _ENTITY_TAG),
        "Cache-Control": _required(
            "`no-store`, or an instruction to revalidate before each use.", _TEXT
        ),
        "Vary": _optional("The request headers on which the response depends.", _TEXT),
        "Location": _required("The URL of the resource.", _URL),
        "Content-Location": _optional("The URL of the resource in the body.", _URL),
        "Preference-Applied": _optional(
            "The preference that was applied (RFC 7240).", {"const": "return=representation"}
        ),
        "Accept-Patch": _required(
            "The media types for PATCH (RFC 5789).", {"const": ", ".join(PATCH_TYPES)}
        ),
        "Link": _required(
            f'Related URLs (RFC 8288): `<{EXAMPLE_API}students/?page=1>; rel="first"`.', link
        ),
        "WWW-Authenticate": _required("An authentication scheme. Repeated for each scheme.", _TEXT),
        "Retry-After": _required(
            "Seconds to wait before a retry.", {"type": "integer", "minimum": 1}
        ),
        NO_SNIFFING: _required(
            "Disables the detection of media types in browsers.", {"const": "nosniff"}
        ),
        REQUEST_ID: _optional("The id of the request in the log of the service.", _TEXT),
        **_rate_limits(),
    }


def _rate_limits() -> Node:
    # draft-ietf-httpapi-ratelimit-headers-10
    policy, state = '^"default";q=[0-9]+;w=[0-9]+$', '^"default";r=[0-9]+;t=[0-9]+$'
    nodes = (
        ("Requests per client address and window.", _COUNT),
        ("Remaining requests in this window.", _COUNT),
        ("The end of this window in Unix time.", _COUNT),
        ("Requests (q) per window of w seconds.", {"type": "string", "pattern": policy}),
        ("Remaining requests (r) in the next t seconds.", {"type": "string", "pattern": state}),
    )
    named = zip(RATE_LIMIT_HEADERS, nodes, strict=True)
    return {name: _optional(*node) for name, node in named}


def _required(description: str, schema: Node) -> Node:
    return _optional(description, schema) | {"required": True}


def _optional(description: str, schema: Node) -> Node:
    return {"description": description, "schema": schema}
