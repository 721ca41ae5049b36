"""The OpenAPI document (https://spec.openapis.org/oas/v3.1.0), generated on the first request.

Paths come from the tree, operations from the views, and schemas from the package ``schemas``. The
tests compare every response with the document.
"""

from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import version

import msgspec
from pyramid.config import Configurator
from pyramid.registry import Registry

from ..http.base_url import EXAMPLE_URL
from ..http.syntax import MAX_ACCEPT
from ..security.tokens import TOKEN_PATH
from ..services import services
from ..settings import Settings
from ..views.documentation import documented
from .completion import complete
from .components import optionals, schemas
from .headers import headers
from .node import Node
from .parameters import enums, parameters
from .paths import Path, find_paths, path_item
from .responses import responses

__all__ = ["document"]

_DESCRIPTION = f"""\
Students, classes and registrations. Start at `/` and follow the URLs.

* Collections are paginated: follow `next` until it is null.
* 200 responses to GET have an entity tag. Send it as `If-None-Match` to avoid repeated downloads,
  and as `If-Match` to avoid lost updates.
* Errors are `application/json`, or `application/problem+json` (RFC 9457) if `Accept` prefers that
  and has at most {MAX_ACCEPT} bytes.
* A query parameter that the operation does not accept is rejected with 400, as is a repeated
  parameter other than `expand`. Unknown fields of a body are ignored.
* A URL with an extra or missing trailing slash is redirected (308) for every method. A method that
  a resource does not support is rejected with 405. All resources also support HEAD and OPTIONS.
* Some requests are rejected while the server is receiving them. All others are checked in this
  order: the rate limit (429), the syntax of headers and query (400), and the credentials (401). If
  the credentials are missing or wrong, the response is 401 for any path, method and body.
* Later versions may add members to responses. Ignore members that you do not know.
"""
_INFO = {
    "title": "classroom",
    "version": version("classroom"),
    "description": _DESCRIPTION,
    "contact": {"name": "The operator of this service"},
    "license": {"name": "MIT", "identifier": "MIT"},
}
_BASIC = "User name and password (RFC 7617)."
_BASIC_TOO = (
    f"User name and password at `{TOKEN_PATH}`; at other URLs, the token as user name and an empty"
    " password."
)


def document(registry: Registry) -> Node:
    """Return the document of an application, with the URL ``EXAMPLE_URL``."""
    shared = services(registry)
    found = find_paths(shared.root, documented(registry.introspector))
    items = [path for path in found if path.ids]
    schemes = _security_schemes(shared.settings.use_token_auth)
    parts = {
        "openapi": "3.1.0",
        "info": _INFO,
        "servers": [{"url": EXAMPLE_URL}],
        "security": [{name: []} for name in schemes],
        "tags": [{"name": name} for name in dict.fromkeys(path.kind.tag for path in found)],
        "paths": {path.template: path_item(path, items) for path in found},
        "components": _components(found, shared.settings) | {"securitySchemes": schemes},
    }
    return complete(parts)


def _components(paths: Sequence[Path], settings: Settings) -> Node:
    """Return the components to which the paths refer."""
    types = [schema for path in paths for schema in path.schemas]
    written = [schema for path in paths for schema in path.written]
    ids = [id for path in paths for id in path.ids]
    queries = [query for path in paths for query in path.kind.query]
    return {
        "schemas": schemas(types, settings) | optionals(written) | enums(queries),
        "parameters": parameters(settings, ids, queries),
        "headers": headers(),
        "responses": responses(),
    }


def _security_schemes(use_token_auth: bool) -> Node:
    """Return HTTP Basic with passwords, or, in token mode, the two schemes that accept a token."""
    basic = {"type": "http", "scheme": "basic"}
    if not use_token_auth:
        return {"basic": basic | {"description": _BASIC}}
    bearer = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    return {"bearer": bearer, "basic": basic | {"description": _BASIC_TOO}}


def _encode(registry: Registry) -> dict[str, bytes]:
    return {name: msgspec.json.encode(part) for name, part in document(registry).items()}


def includeme(config: Configurator) -> None:
    # Generated on the first request for it, because this takes a third of the startup time.
    services(config.registry).openapi = cache(partial(_encode, config.registry))
