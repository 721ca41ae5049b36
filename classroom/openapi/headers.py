"""The header fields of answers. Those that are required are so wherever an answer lists them."""

from ..http.syntax import PATCH_TYPES
from .terms import HERE, Node

_TEXT: Node = {"type": "string"}
_COUNT: Node = {"type": "integer", "minimum": 0}
_URL: Node = {"type": "string", "format": "uri"}
_METHODS = "(GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE)"

LIMITS = (
    *("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"),
    *("RateLimit-Policy", "RateLimit"),
)
"""What tells, where calls are limited, how many are left: in every answer."""


def headers() -> Node:
    """The header fields by their names."""
    return {
        "ETag": _always(
            "The entity tag of the representation: strong, a hash of its bytes.",
            {"type": "string", "pattern": '^"[0-9a-f]{32}"$'},
        ),
        "Cache-Control": _always("Readers ask again before they use an answer again.", _TEXT),
        "Vary": _sometimes("On what a cached answer depends besides its URL.", _TEXT),
        "Location": _always("Where it is.", _URL),
        "Content-Location": _sometimes("Whose representation the body is.", _URL),
        "Preference-Applied": _sometimes(
            "That `Prefer` was heeded (RFC 7240).", {"const": "return=representation"}
        ),
        "Allow": _always(
            "The methods that there are.",
            {"type": "string", "pattern": f"^{_METHODS}(, {_METHODS})*$"},
        ),
        "Accept-Patch": _always(
            "The media types that a PATCH may have (RFC 5789).",
            {"const": ", ".join(PATCH_TYPES)},
        ),
        "Link": _always(
            f'Where else to go (RFC 8288), like `<{HERE}students/?page=1>; rel="first"`.',
            {"type": "string", "pattern": '^<[^>]+>; rel="'},
        ),
        "WWW-Authenticate": _always("What to bring, once for each way to prove it.", _TEXT),
        "Retry-After": _always(
            "How many seconds to wait before another try.", {"type": "integer", "minimum": 1}
        ),
        **_limits(),
    }


def _limits() -> Node:
    # draft-ietf-httpapi-ratelimit-headers-10
    policy, state = '^"default";q=[0-9]+;w=[0-9]+$', '^"default";r=[0-9]+;t=[0-9]+$'
    nodes = (
        ("Calls that a client address has in a period.", _COUNT),
        ("Calls that are left.", _COUNT),
        ("When the period ends, in seconds of the epoch.", _COUNT),
        ("Calls (q) in a period of so many seconds (w).", {"type": "string", "pattern": policy}),
        ("Calls left (r) for so many seconds (t).", {"type": "string", "pattern": state}),
    )
    return {name: _sometimes(*node) for name, node in zip(LIMITS, nodes, strict=True)}


def _always(description: str, schema: Node) -> Node:
    return _sometimes(description, schema) | {"required": True}


def _sometimes(description: str, schema: Node) -> Node:
    return {"description": description, "schema": schema}
