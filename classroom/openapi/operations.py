"""Operations: a method of a resource, with all that it may bring and all that it may answer."""

import re
from collections.abc import Iterable, Mapping

from ..http.syntax import JSON_TYPE, PATCH_TYPES
from .responses import READ, answer, errors, without_body
from .terms import Node, ref, schema

# The server may give these at any time; the last but two, to whoever sends too much.
_ALWAYS = (400, 413, 429, 431, 500, 501, 503)
_CONDITION = "With `If-Match` it is done only to the state that you know."
# By the verb with which an operation's name begins.
_DESCRIPTIONS = {
    "get": "Send the `ETag` as `If-None-Match` next time, and what you have is not sent again.",
    "list": "Follow `meta.next`, or `Link`, to the end: every row that was there throughout is seen"
    " once, whatever others add or delete meanwhile.",
    "head": "What GET says, without its body.",
    "options": "Beside the operations here there are none.",
    "create": "Repeated, it makes another, or is 409 where there can be but one.",
    "replace": f"{_CONDITION} It may be repeated.",
    "change": f"Members that are left out stay as they are. {_CONDITION} It may be repeated.",
    "put": "201 the first time, 200 after; it may be repeated. `If-None-Match: *` makes that 412. A"
    " body is ignored.",
    "delete": f"{_CONDITION} Repeated, it is 404.",
}
_CHANGED = "Done. With `Prefer: return=representation` the body tells the result."


def resource(
    path: str,
    noun: str,
    tag: str,
    get: Node,
    others: Mapping[str, Node] = {},
    *,
    security: list[Node] | None = None,
) -> Node:
    """A path with its methods: ``get``, HEAD and OPTIONS, which come with it, and ``others``.

    :param security: what opens it, where that is not what opens the rest; nothing for an open door.
    """
    ids = re.findall(r"{(\w+)}", path)
    options = _options(noun, bool(ids), "patch" in others)
    operations = {
        method: _secured(node, security) | {"tags": [tag]}
        for method, node in {"get": get, "options": options, **others}.items()
    }
    parameters = {"parameters": [ref("parameters", id) for id in ids]} if ids else {}
    return {path: parameters | operations | {"head": _head(noun, operations["get"])}}


def read(
    id: str,
    summary: str,
    schema: str,
    parameters: Iterable[str] = (),
    headers: Iterable[str] = (),
    *,
    is_sure: bool = False,
    links: Node | None = None,
) -> Node:
    """GET, which answers with a representation or, to who has it already, 304.

    :param is_sure: that there is no 404.
    """
    there = answer(summary, (*READ, *headers), schema) | ({"links": links} if links else {})
    missing = {} if is_sure else errors(404)
    unchanged = {"304": answer("You have it already.", (*READ, *headers))}
    responses = {"200": there, **unchanged, **missing, **errors(412)}
    return _operation(id, summary, responses, (*parameters, "If-None-Match", "If-Match"))


def create(id: str, summary: str, takes: str, gives: str, links: Node) -> Node:
    """POST, which answers where the new thing is."""
    responses = {"201": _made(gives, links), **errors(413, 415)}
    return _operation(id, summary, responses, ("Prefer",)) | _body(takes, JSON_TYPE)


def replace(id: str, summary: str, takes: str, gives: str) -> Node:
    """PUT of what there is already."""
    responses = {"200": _changed(gives), **errors(404, 412, 413, 415)}
    return _conditional(id, summary, responses) | _body(takes, JSON_TYPE)


def change(id: str, summary: str, takes: str, gives: str) -> Node:
    """PATCH."""
    responses = {"200": _changed(gives), **errors(404, 412, 413)}
    responses["415"] = ref("responses", "415-PATCH")
    return _conditional(id, summary, responses) | _body(takes, *PATCH_TYPES)


def put(id: str, summary: str, gives: str, links: Node) -> Node:
    """PUT of what may not be there yet."""
    responses = {"201": _made(gives, links), "200": _changed(gives), **errors(404, 412)}
    return _conditional(id, summary, responses)


def delete(id: str, summary: str) -> Node:
    """DELETE."""
    responses = {"200": answer("It is no more.", (), "Nothing"), **errors(404, 412)}
    return _operation(id, summary, responses, ("If-Match", "If-None-Match"))


def _head(noun: str, get: Node) -> Node:
    responses = {status: without_body(node) for status, node in get["responses"].items()}
    return get | _named(f"head{noun}", get["summary"]) | {"responses": responses}


def _options(noun: str, may_be_missing: bool, has_patch: bool) -> Node:
    headers = ("Allow", "Accept-Patch") if has_patch else ("Allow",)
    responses = {"200": answer("The methods are in `Allow`.", headers, "Nothing")}
    responses |= errors(404) if may_be_missing else {}
    return _operation(f"options{noun}", "Which methods there are", responses)


def _secured(node: Node, security: list[Node] | None) -> Node:
    refusals = {} if security == [] else errors(401, 403)
    responses = dict(sorted((node["responses"] | refusals).items()))
    opened_by = {} if security is None else {"security": security}
    return node | {"responses": responses} | opened_by


def _conditional(id: str, summary: str, responses: Node) -> Node:
    return _operation(id, summary, responses, ("Prefer", "If-Match", "If-None-Match"))


def _made(gives: str, links: Node) -> Node:
    headers = ("Location", "ETag", "Content-Location", "Preference-Applied")
    return answer("It is at `Location`.", headers, gives, "Nothing") | {"links": links}


def _changed(gives: str) -> Node:
    headers = ("ETag", "Content-Location", "Preference-Applied")
    return answer(_CHANGED, headers, gives, "Nothing")


def _body(name: str, *media_types: str) -> Node:
    content = {media_type: {"schema": schema(name)} for media_type in media_types}
    return {"requestBody": {"required": True, "content": content}}


def _operation(id: str, summary: str, responses: Node, parameters: Iterable[str] = ()) -> Node:
    node = _named(id, summary) | {"responses": responses | errors(*_ALWAYS)}
    references = [ref("parameters", name) for name in parameters]
    return node | ({"parameters": references} if references else {})


def _named(id: str, summary: str) -> Node:
    verb = re.split("[A-Z]", id)[0]
    return {"operationId": id, "summary": summary, "description": _DESCRIPTIONS[verb]}
