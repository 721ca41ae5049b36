"""The responses: successful ones, and the errors that the operations share."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..http.syntax import JSON_TYPE, MAX_BODY, MAX_PATH, PROBLEM_TYPE, RATE_LIMIT_HEADERS
from .headers import NO_SNIFFING, REQUEST_ID
from .node import Node, ref

ALWAYS = (400, 408, 413, 429, 431, 500, 501, 503)
"""The statuses that any operation may have."""


class _Error(NamedTuple):
    description: str
    headers: tuple[str, ...] = ()


_RETRY = ("Retry-After",)
_ERRORS = {
    "308": _Error(
        "The URL has an extra or missing trailing slash. `Location` is the canonical URL.",
        ("Location",),
    ),
    "400": _Error("The body, a field, a parameter or a header is invalid. The message names it."),
    "401": _Error("The credentials are missing or wrong.", ("WWW-Authenticate",)),
    "403": _Error("The user lacks the permission."),
    "404": _Error(
        f"The resource or the page does not exist, or the path is longer than {MAX_PATH} bytes."
    ),
    "405": _Error("The resource does not support the method.", ("Allow",)),
    "408": _Error("The request was not complete in time."),
    "409": _Error("The request conflicts with the resource at `Location`.", ("Location",)),
    "412": _Error("`If-Match` or `If-None-Match` does not hold."),
    "413": _Error(f"The body is larger than {MAX_BODY} bytes."),
    "415": _Error("The body is not `application/json` in UTF-8."),
    "415-PATCH": _Error(
        "The body is not of a media type in `Accept-Patch`, or not in UTF-8.", ("Accept-Patch",)
    ),
    "429": _Error("Too many requests, or failed logins, from this address.", _RETRY),
    "431": _Error("The header fields are too large."),
    "500": _Error("Internal server error."),
    "501": _Error("The transfer coding of the body is not supported."),
    "503": _Error(
        "The database is unavailable, or too many clients write or log in at the same time.", _RETRY
    ),
}


def responses() -> Node:
    """Return the errors by status; in responses to HEAD they have no body.

    308 and 405 do not belong to an operation.
    """
    body = {
        JSON_TYPE: {"schema": ref("schemas", "Error")},
        PROBLEM_TYPE: {"schema": ref("schemas", "Problem")},
    }
    nodes: Node = {}
    for status, (description, headers) in _ERRORS.items():
        node = response(description, ("Cache-Control", "Vary", *headers))
        nodes |= {f"{status}-HEAD": node, status: node | {"content": body}}
    return nodes


def errors(statuses: Iterable[int], method: str = "") -> Node:
    """Return references to errors by status."""
    names = {status: str(status) for status in statuses}
    if method == "PATCH" and 415 in names:
        names[415] = "415-PATCH"
    return {str(status): ref("responses", name) for status, name in names.items()}


def response(description: str, headers: Iterable[str] = (), *schemas: str) -> Node:
    """Return a response whose body, if any, has one of the schemas."""
    names = (*headers, NO_SNIFFING, REQUEST_ID, *RATE_LIMIT_HEADERS)
    node: Node = {
        "description": description,
        "headers": {name: ref("headers", name) for name in names},
    }
    if schemas:
        references = [ref("schemas", name) for name in schemas]
        schema = {"anyOf": references} if len(references) > 1 else references[0]
        node["content"] = {JSON_TYPE: {"schema": schema}}
    return node


def without_body(node: Mapping[str, object]) -> Node:
    """Return the response to HEAD for a response to GET, or for a reference to an error."""
    if "$ref" in node:
        return {"$ref": f"{node['$ref']}-HEAD"}
    return {key: value for key, value in node.items() if key != "content"}
