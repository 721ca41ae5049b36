"""Read request bodies: JSON objects of limited size and of an expected media type."""

from typing import Any

import msgspec
from pyramid.httpexceptions import HTTPRequestEntityTooLarge, HTTPUnsupportedMediaType

from ..request import Request
from .codes import ErrorCode
from .errors import BadRequest
from .syntax import MAX_BODY


def read_object(request: Request, *media_types: str) -> dict[str, Any]:
    """Return the members of the JSON object in a request body.

    :param media_types: the media types that the body may have.
    :raises pyramid.httpexceptions.HTTPError: 400, 413 or 415 if the body is anything else.
    """
    _check_media_type(request, media_types)
    request.make_body_seekable()  # also rewinds it, for a retry
    body = request.body_file_raw.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise HTTPRequestEntityTooLarge(f"the body must not exceed {MAX_BODY} bytes")
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadRequest(ErrorCode.INVALID_BODY, "the body must be JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise BadRequest(ErrorCode.INVALID_BODY, "the body must be a JSON object")
    return fields


def _check_media_type(request: Request, allowed: tuple[str, ...]) -> None:
    # Prevents CSRF: other origins cannot send these types without a preflight (Fetch, 2.2.2).
    media_type, charset = request.content_type.strip().lower(), request.charset.lower()
    if media_type in allowed and charset == "utf-8":
        return
    names = ", ".join(allowed)
    headers = [("Accept-Patch", names)] if request.method == "PATCH" else []
    message = f"the body must be {' or '.join(allowed)} in UTF-8"
    raise HTTPUnsupportedMediaType(message, headers=headers)
