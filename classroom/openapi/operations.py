"""The operations: the methods of a resource, with parameters, body and responses."""

import msgspec

from ..http.page_parameters import PARAMETERS as PAGE
from ..http.syntax import JSON_TYPE, PATCH_TYPES
from ..resources.base import Collection, Resource
from ..schemas.base import Schema
from ..views.documentation import Documented
from .components import optional
from .node import Node, ref
from .parameters import CONDITIONS
from .responses import ALWAYS, conflict, errors, response

_READ = ("ETag", "Cache-Control", "Vary")
_WRITTEN = ("ETag", "Cache-Control", "Content-Location", "Preference-Applied")
_PARAMETERS = {
    "POST": ("Prefer",),
    "PUT": ("Prefer", *CONDITIONS),
    "PATCH": ("Prefer", *CONDITIONS),
    "DELETE": CONDITIONS,
}


def operation(kind: type[Resource], view: Documented, links: Node) -> Node:
    """Return the operation of a view."""
    documented = view.operation
    successes = {
        str(status): _success(kind, view, status) | _links(view, status, links)
        for status in documented.statuses
        if status < 300
    }
    failures = [status for status in documented.statuses if status > 304]
    return {
        "operationId": documented.id_of(kind),
        "summary": documented.summary_of(kind),
        "description": view.description,
        **_parameters(kind, view.method),
        **_body(kind, view),
        "responses": {
            **successes,
            **_unchanged(view),
            **errors((*failures, *ALWAYS), view.method),
            **conflict(documented.conflicts),
            **{str(status): _failure(each) for status, each in documented.failures.items()},
        },
    }


def _failure(example: Schema) -> Node:
    text = "The service is unavailable. The body has the schema of the 200 response."
    node = response(text, ("Cache-Control", "Vary"), type(example).__name__)
    node["content"][JSON_TYPE]["example"] = msgspec.to_builtins(example)
    return node


def _links(view: Documented, status: int, links: Node) -> Node:
    # Their ids come from the path or from ``Location``.
    return {"links": links} if links and (view.method == "GET" or status == 201) else {}


def _parameters(kind: type[Resource], method: str) -> Node:
    page = PAGE if issubclass(kind, Collection) else ()
    # If-Match works with GET too, but no client needs it.
    read = (*page, *(each.component for each in kind.query), "If-None-Match")
    names = _PARAMETERS.get(method, read)
    return {"parameters": [ref("parameters", name) for name in names]}


def _body(kind: type[Resource], view: Documented) -> Node:
    if view.operation.body is None:
        return {}
    media_types = PATCH_TYPES if view.method == "PATCH" else (JSON_TYPE,)
    schema = ref("schemas", getattr(kind, view.operation.body).__name__)
    content = {media_type: {"schema": schema} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}


def _success(kind: type[Resource], view: Documented, status: int) -> Node:
    if view.method == "GET":
        headers = (*_READ, *view.operation.headers)
        return response(f"{kind.title[0].upper()}{kind.title[1:]}.", headers, kind.schema.__name__)
    if view.method == "DELETE":
        return response("Deleted.", ("Cache-Control",), "Nothing")
    schema = optional(representation(kind))
    if status == 201:
        return response("Created. `Location` is the URL.", ("Location", *_WRITTEN), schema)
    return response("Stored.", _WRITTEN, schema)


def representation(kind: type[Resource]) -> type[Schema]:
    """Return the schema of the resource that a write changes or creates."""
    return kind.item_schema if issubclass(kind, Collection) else kind.schema


def _unchanged(view: Documented) -> Node:
    if view.method != "GET":
        return {}
    return {"304": response("Not modified.", (*_READ, *view.operation.headers))}
