"""The errors that the domain raises, and the one place where errors get a body."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from pyramid.httpexceptions import HTTPBadRequest
from pyramid.response import Response
from webob.acceptparse import create_accept_header
from webob.util import status_reasons

from .responses import Headers, json_response
from .syntax import JSON_TYPE

PRECONDITION_FAILED = "the resource is not in the state that was asked for"

_PROBLEM = "application/problem+json"


class InvalidFields(HTTPBadRequest):
    """Fields of the input that are missing or wrong, and what is wrong with each."""

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
    """The answer that says what went wrong, never stored.

    It is ``{"status", "error", "message"}``, or a problem (RFC 9457) where ``Accept`` in the
    request's ``environ`` prefers that.

    :param problems: what is wrong with each field of the input.
    """
    title = status_reasons[status]
    error: dict[str, Any] = {"status": status, "error": title.lower(), "message": message}
    media_type = _preferred(environ.get("HTTP_ACCEPT", ""))
    if media_type == _PROBLEM:
        error = {"type": "about:blank", "title": title, "status": status, "detail": message}
        error |= {"errors": _by_pointer(problems)} if problems else {}
    headers = [("Cache-Control", "no-store"), *headers]
    return json_response(msgspec.json.encode(error), status, headers, media_type)


def _preferred(accept: str) -> str:
    # Most clients do not mention it, and are spared the parser.
    if _PROBLEM not in accept.lower():
        return JSON_TYPE
    # Java's spellings, which grammar.ACCEPT lets in; and there is no other charset to choose.
    for spelling, proper in (
        (r"(?<==)(?=\.)", "0"),
        (r"(?<![^\s,])\*(?=[\s,;]|$)", "*/*"),
        (r";[ \t]*charset=[^;,]*", ""),
    ):
        accept = re.sub(spelling, proper, accept, flags=re.IGNORECASE)
    offers = create_accept_header(accept).acceptable_offers([JSON_TYPE, _PROBLEM])
    return offers[0][0] if offers else JSON_TYPE


def _by_pointer(problems: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"pointer": f"#/{field}", "detail": text} for field, text in problems.items()]
