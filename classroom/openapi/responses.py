"""Answers: what the operations share of them, errors above all."""

from collections.abc import Iterable
from typing import NamedTuple

from ..http.syntax import MAX_BODY, MAX_PATH
from .headers import LIMITS, NO_SNIFFING
from .terms import Node, ref, schema

READ = ("ETag", "Cache-Control", "Vary")
"""What an answer to a reader carries."""


class _Error(NamedTuple):
    description: str
    headers: tuple[str, ...] = ()


_RETRY, _PATCH = ("Retry-After",), ("Accept-Patch",)
_ERRORS = {
    "308": _Error(
        "This URL with a slash more, or less, at its end: see `Location`.", ("Location",)
    ),
    "400": _Error("The body, a field, a parameter or a header makes no sense; see the message."),
    "401": _Error("No credentials, or wrong ones.", ("WWW-Authenticate",)),
    "403": _Error("You may not do this."),
    "404": _Error(
        f"There is nothing at this URL, as always if its path has more than {MAX_PATH} bytes, or no"
        " such page."
    ),
    "405": _Error("The resource has no such method.", ("Allow",)),
    "408": _Error("The request was not complete in time."),
    "409": _Error("The student is registered for the class already.", ("Location",)),
    "412": _Error("`If-Match` or `If-None-Match` does not hold."),
    "413": _Error(f"The body has more than {MAX_BODY} bytes."),
    "415": _Error("The body is not JSON in UTF-8."),
    "415-PATCH": _Error("The body is no merge patch in UTF-8.", _PATCH),
    "429": _Error("Too many calls, or failed logins, from this address.", _RETRY),
    "431": _Error("The header fields are too large."),
    "500": _Error("The server failed, and has logged why."),
    "501": _Error("The body is in a transfer coding that the server does not know."),
    "503": _Error("The database does not answer, or too many write or log in at once.", _RETRY),
}


def responses() -> Node:
    """The errors, by status, those to HEAD apart, since they have no body.

    No operation names 308 and 405, which are answered beside the operations.
    """
    body = {
        "application/json": {"schema": schema("Error")},
        "application/problem+json": {"schema": schema("Problem")},
    }
    nodes: Node = {}
    for status, (description, headers) in _ERRORS.items():
        node = answer(description, ("Cache-Control", "Vary", *headers))
        nodes |= {f"{status}-HEAD": node, status: node | {"content": body}}
    return nodes


def errors(*statuses: int) -> Node:
    """References to errors, as an operation has them among its responses."""
    return {str(status): ref("responses", str(status)) for status in statuses}


def answer(description: str, headers: Iterable[str] = (), *schemas: str) -> Node:
    """An answer whose body, if any, has one of the schemas."""
    names = (*headers, NO_SNIFFING, *LIMITS)
    node: Node = {
        "description": description,
        "headers": {name: ref("headers", name) for name in names},
    }
    if schemas:
        kinds = [schema(name) for name in schemas]
        either = {"anyOf": kinds} if len(kinds) > 1 else kinds[0]
        node["content"] = {"application/json": {"schema": either}}
    return node


def without_body(response: Node) -> Node:
    """The same answer, or reference to an error, to HEAD."""
    if "$ref" in response:
        return {"$ref": f"{response['$ref']}-HEAD"}
    return {key: value for key, value in response.items() if key != "content"}
