"""The responses: successful ones, and the errors that the operations share."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pyramid.request import Request

from ..http.base_url import EXAMPLE_URL
from ..http.codes import ErrorCode
from ..http.errors import PRECONDITION_FAILED, Error, Problem, error_response
from ..http.syntax import JSON_TYPE, MAX_BODY, PATCH_TYPES, PROBLEM_TYPE, RATE_LIMIT_HEADERS
from .headers import NO_SNIFFING, REQUEST_ID
from .node import Node, ref

ALWAYS = (400, 408, 413, 429, 431, 500, 501, 503)
"""The statuses that any operation may return."""


class _Error(NamedTuple):
    """A response to a request that fails, with the code and the message of its example."""

    code: ErrorCode
    message: str
    headers: tuple[str, ...] = ()


_RETRY = ("Retry-After",)
_MEDIA_TYPE = ErrorCode.UNSUPPORTED_MEDIA_TYPE
_ERRORS = {
    "400": _Error(ErrorCode.INVALID_FIELD, "name: is missing"),
    "401": _Error(ErrorCode.AUTHENTICATION_REQUIRED, "please authenticate", ("WWW-Authenticate",)),
    "403": _Error(ErrorCode.PERMISSION_DENIED, "the permission 'change' is missing"),
    "404": _Error(ErrorCode.NOT_FOUND, "there is nothing at this URL"),
    "408": _Error(ErrorCode.REQUEST_TIMEOUT, "the request was not complete within 20 seconds"),
    "412": _Error(ErrorCode.PRECONDITION_FAILED, PRECONDITION_FAILED),
    "413": _Error(ErrorCode.BODY_TOO_LARGE, f"the body must not exceed {MAX_BODY} bytes"),
    "415": _Error(_MEDIA_TYPE, f"the body must be {JSON_TYPE} in UTF-8"),
    "415-PATCH": _Error(
        _MEDIA_TYPE, f"the body must be {' or '.join(PATCH_TYPES)} in UTF-8", ("Accept-Patch",)
    ),
    "429": _Error(ErrorCode.RATE_LIMITED, "too many requests; try again later", _RETRY),
    "431": _Error(ErrorCode.HEADERS_TOO_LARGE, "exceeds max_header of 32768"),
    "500": _Error(ErrorCode.INTERNAL_ERROR, "internal server error"),
    "501": _Error(ErrorCode.NOT_IMPLEMENTED, "Transfer-Encoding requested is not supported."),
    "503": _Error(ErrorCode.DATABASE_UNAVAILABLE, "the database is unavailable", _RETRY),
}
# Not in _ERRORS, because each operation has different conflicts.
_CONFLICTS = {
    ErrorCode.ALREADY_REGISTERED: "the student is already registered for this class",
    ErrorCode.SOURCE_ID_EXISTS: "the source_id is already in use",
    ErrorCode.ALREADY_TEACHES: "the user already teaches this class",
    ErrorCode.USER_EXISTS: "user smith already exists",
    ErrorCode.NOT_A_TEACHER: "only users with the role teacher can be assigned",
    ErrorCode.LAST_ADMIN: "the last admin cannot be removed or given another role",
}


def responses() -> Node:
    """Return the errors by status."""
    return {name: _error(each, _codes_of(each.code.status)) for name, each in _ERRORS.items()}


def errors(statuses: Iterable[int], method: str = "") -> Node:
    """Return references to errors by status."""
    names = {status: str(status) for status in statuses}
    if method == "PATCH" and 415 in names:
        names[415] = "415-PATCH"
    return {str(status): ref("responses", name) for status, name in names.items()}


def conflict(codes: Sequence[ErrorCode]) -> Node:
    """Return the response 409 for an operation with these codes. The first is the example."""
    if not codes:
        return {}
    error = _Error(codes[0], _CONFLICTS[codes[0]], ("Location",))
    return {"409": _error(error, codes)}


def response(description: str, headers: Iterable[str] = (), schema: str = "") -> Node:
    """Return a response whose body, if any, has a schema."""
    names = (*headers, NO_SNIFFING, REQUEST_ID, *RATE_LIMIT_HEADERS)
    node: Node = {
        "description": description,
        "headers": {name: ref("headers", name) for name in names},
    }
    if schema:
        node["content"] = {JSON_TYPE: {"schema": ref("schemas", schema)}}
    return node


def _error(error: _Error, codes: Iterable[ErrorCode]) -> Node:
    content = {
        JSON_TYPE: _body(error, JSON_TYPE, Error),
        PROBLEM_TYPE: _body(error, PROBLEM_TYPE, Problem),
    }
    description = "\n".join(f"* `{code}`: {code.description}" for code in codes)
    headers = ("Cache-Control", "Vary", *error.headers)
    return response(description, headers) | {"content": content}


def _codes_of(status: int) -> list[ErrorCode]:
    return [code for code in ErrorCode if code.status == status]


def _body(error: _Error, media_type: str, schema: type) -> Node:
    environ = Request.blank("/", base_url=EXAMPLE_URL, accept=media_type).environ
    example = error_response(environ, error.code, error.message).json
    return {"schema": ref("schemas", schema.__name__), "example": example}
