"""The operations: the methods of a resource, with parameters, body and responses."""

from ..http.pagination import PARAMETERS as PAGE
from ..http.syntax import JSON_TYPE, PATCH_TYPES
from ..resources.base import Collection, Resource
from ..views.documentation import Documented
from .node import Node, ref
from .parameters import CONDITIONS
from .responses import ALWAYS, errors, response, without_body

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
        "responses": successes | _unchanged(view) | errors((*failures, *ALWAYS), view.method),
    }


def head(kind: type[Resource], get: Node) -> Node:
    """Return the operation of HEAD, derived from that of GET."""
    responses = {status: without_body(node) for status, node in get["responses"].items()}
    described = {
        "operationId": f"head{kind.noun}",
        "description": "The same as GET, without the body.",
    }
    return get | described | {"responses": responses}


def options(kind: type[Resource], may_be_missing: bool, has_patch: bool) -> Node:
    """Return the operation of OPTIONS."""
    headers = ("Allow", "Cache-Control", *(["Accept-Patch"] if has_patch else []))
    missing = (404,) if may_be_missing else ()
    return {
        "operationId": f"options{kind.noun}",
        "summary": "List the methods",
        "description": "`Allow` lists the methods of the resource, which are all in this document.",
        "responses": {
            "200": response("`Allow` lists the methods.", headers, "Nothing"),
            **errors((*missing, *ALWAYS)),
        },
    }


def _links(view: Documented, status: int, links: Node) -> Node:
    # Their ids come from the path or from ``Location``.
    return {"links": links} if links and (view.method == "GET" or status == 201) else {}


def _parameters(kind: type[Resource], method: str) -> Node:
    page = PAGE if issubclass(kind, Collection) else ()
    read = (*page, *(each.component for each in kind.query), *reversed(CONDITIONS))
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
    schema = kind.item_schema if issubclass(kind, Collection) else kind.schema
    if status == 201:
        headers = ("Location", *_WRITTEN)
        return response("Created. `Location` is the URL.", headers, schema.__name__, "Nothing")
    text = "Stored. The body is `{}`, or the representation with `Prefer: return=representation`."
    return response(text, _WRITTEN, schema.__name__, "Nothing")


def _unchanged(view: Documented) -> Node:
    if view.method != "GET":
        return {}
    return {"304": response("Not modified.", (*_READ, *view.operation.headers))}
