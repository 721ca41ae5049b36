"""Error responses and their bodies."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response
from webob.acceptparse import create_accept_header
from webob.util import status_reasons

from .json_response import Headers, json_response
from .syntax import ACCEPT, JSON_TYPE, MAX_ACCEPT, PROBLEM_TYPE

PRECONDITION_FAILED = "precondition failed: the resource has changed"


class Error(Struct, frozen=True, forbid_unknown_fields=True):
    """An error."""

    status: Annotated[int, Meta(ge=300, le=599, examples=[400])]
    error: Annotated[str, Meta(examples=["bad request"])]
    message: Annotated[str, Meta(examples=["name: is missing"])]


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """An invalid field of the body: its JSON pointer (RFC 6901), and the problem."""

    pointer: Annotated[str, Meta(pattern="^#(/|$)", examples=["#/name"])]
    detail: Annotated[str, Meta(examples=["is missing"])]


class Problem(Struct, frozen=True, forbid_unknown_fields=True):
    """An error (RFC 9457), with the invalid fields of the body, if any."""

    type: Annotated[Literal["about:blank"], Meta(examples=["about:blank"])]
    title: Annotated[str, Meta(examples=["Bad Request"])]
    status: Annotated[int, Meta(ge=300, le=599, examples=[400])]
    detail: Annotated[str, Meta(examples=["name: is missing"])]
    errors: Annotated[list[Fault], Meta(min_length=1)] | UnsetType = UNSET


class InvalidFields(HTTPBadRequest):
    """A body with missing or invalid fields.

    :param problems: a message for each of them, by name.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {problem}" for field, problem in problems.items()))
        self.problems = problems


def error_response(
    environ: Mapping[str, Any],
    status: int,
    message: str,
    headers: Headers = (),
    problems: Mapping[str, str] | None = None,
) -> Response:
    """Return an error response with ``Cache-Control: no-store``.

    The body is ``{"status", "error", "message"}``, or a problem (RFC 9457) if the client prefers
    that and its ``Accept`` header has at most MAX_ACCEPT bytes.

    :param environ: the WSGI environ of the request.
    :param problems: a message for each invalid field of the body, by name.
    """
    title = status_reasons[status]
    body: Error | Problem = Error(status, title.lower(), message)
    media_type = _preferred_type(environ.get("HTTP_ACCEPT", ""))
    if media_type == PROBLEM_TYPE:
        body = Problem("about:blank", title, status, message, _faults(problems or {}))
    headers = [("Cache-Control", "no-store"), *headers]
    return json_response(msgspec.json.encode(body), status, headers, media_type)


def _preferred_type(accept: str) -> str:
    # WebOb's parser is slow. For a 429, the tween well_formed has not yet checked the header.
    if (
        len(accept) > MAX_ACCEPT
        or PROBLEM_TYPE not in accept.lower()
        or not ACCEPT.fullmatch(accept)
    ):
        return JSON_TYPE
    # WebOb rejects Java's syntax, which ACCEPT allows. A charset is removed: it is always UTF-8.
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
