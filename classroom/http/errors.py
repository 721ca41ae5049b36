"""Error responses and their bodies."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response
from webob.acceptparse import create_accept_header
from webob.util import status_reasons

from .base_url import EXAMPLE_URL, base_url
from .codes import ErrorCode
from .json_response import Headers, json_response
from .syntax import ACCEPT, JSON_TYPE, MAX_ACCEPT, PROBLEM_TYPE

PRECONDITION_FAILED = "precondition failed: the resource has changed"
PROBLEMS_PATH = "/api/problems/"
"""The path of the pages that describe the codes. Each page is named after its code."""

_Code = Annotated[ErrorCode, Meta(examples=[ErrorCode.INVALID_FIELD.value])]
_EXAMPLE_TYPE = f"{EXAMPLE_URL}{PROBLEMS_PATH}{ErrorCode.INVALID_FIELD}"


class Error(Struct, frozen=True):
    """An error."""

    status: Annotated[int, Meta(ge=300, le=599, examples=[400])]
    error: Annotated[str, Meta(examples=["bad request"])]
    code: _Code
    message: Annotated[str, Meta(examples=["name: is missing"])]


class Fault(Struct, frozen=True):
    """An invalid field of the body: its JSON pointer (RFC 6901), and the problem."""

    pointer: Annotated[str, Meta(pattern="^#(/|$)", examples=["#/name"])]
    detail: Annotated[str, Meta(examples=["is missing"])]


class Problem(Struct, frozen=True):
    """An error (RFC 9457), with the invalid fields of the body, if any."""

    type: Annotated[
        str,
        Meta(
            description="The URL of a page that describes the code. `about:blank` if the URL of"
            " the service is not known.",
            examples=[_EXAMPLE_TYPE],
            extra_json_schema={"format": "uri"},
        ),
    ]
    title: Annotated[str, Meta(examples=["Bad Request"])]
    status: Annotated[int, Meta(ge=300, le=599, examples=[400])]
    detail: Annotated[str, Meta(examples=["name: is missing"])]
    code: _Code
    errors: Annotated[list[Fault], Meta(min_length=1, max_length=100)] | UnsetType = UNSET


class BadRequest(HTTPBadRequest):
    """An invalid request.

    :param problems: a message for each invalid field of the body, by name.
    """

    def __init__(
        self, error_code: ErrorCode, message: str, problems: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.error_code = error_code
        self.problems = problems


class InvalidFields(BadRequest):
    """A body with missing or invalid fields.

    :param problems: a message for each of these fields, by name.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        message = "; ".join(f"{field}: {problem}" for field, problem in problems.items())
        super().__init__(ErrorCode.INVALID_FIELD, message, problems)


def error_response(
    environ: Mapping[str, Any],
    code: ErrorCode,
    message: str,
    headers: Headers = (),
    *,
    problems: Mapping[str, str] | None = None,
    status: int | None = None,
) -> Response:
    """Return an error response with ``Cache-Control: no-store``.

    The body is ``{"status", "error", "code", "message"}``, or a problem (RFC 9457) if the client
    prefers that and its ``Accept`` header has at most MAX_ACCEPT bytes.

    :param environ: the WSGI environ of the request.
    :param problems: a message for each invalid field of the body, by name.
    :param status: the status, if it differs from that of the code.
    """
    status = status or code.status
    title = status_reasons[status]
    body: Error | Problem = Error(status, title.lower(), code, message)
    media_type = _preferred_type(environ.get("HTTP_ACCEPT", ""))
    if media_type == PROBLEM_TYPE:
        faults = _faults(problems or {})
        body = Problem(_type(environ, code), title, status, message, code, faults)
    headers = [("Cache-Control", "no-store"), *headers]
    return json_response(msgspec.json.encode(body), status, headers, media_type)


def _type(environ: Mapping[str, Any], code: ErrorCode) -> str:
    base = base_url(environ)
    return f"{base}{PROBLEMS_PATH}{code}" if base else "about:blank"


def _preferred_type(accept: str) -> str:
    # Check the header first, because WebOb's parser is slow: some requests are rejected before the
    # tween well_formed can check it, for example with 429.
    if (
        len(accept) > MAX_ACCEPT
        or PROBLEM_TYPE not in accept.lower()
        or not ACCEPT.fullmatch(accept)
    ):
        return JSON_TYPE
    # Java sends "*" and weights such as ".2", which ACCEPT allows and WebOb rejects. A charset is
    # removed, because responses are always in UTF-8.
    for pattern, replacement in (
        (r"(?<==)(?=\.)", "0"),
        (r"(?<![^\s,])\*(?=[\s,;]|$)", "*/*"),
        (r";[ \t]*charset=[^;,]*", ""),
    ):
        accept = re.sub(pattern, replacement, accept, flags=re.IGNORECASE)
    offers = create_accept_header(accept).acceptable_offers([JSON_TYPE, PROBLEM_TYPE])
    return offers[0][0] if offers else JSON_TYPE


def _faults(problems: Mapping[str, str]) -> list[Fault] | UnsetType:
    return [Fault(f"#/{field}", text) for field, text in problems.items()] or UNSET
