"""Request bodies: bounded JSON objects of an expected media type."""

from typing import Any

import msgspec
from pyramid.httpexceptions import (
    HTTPBadRequest,
    HTTPRequestEntityTooLarge,
    HTTPUnsupportedMediaType,
)

from ..request import Request
from .syntax import MAX_BODY


def read_object(request: Request, *media_types: str) -> dict[str, Any]:
    """Return the members of the JSON object in a request body.

    :raises pyramid.httpexceptions.HTTPError: if the body is not one.
    """
    _check_media_type(request, media_types)
    request.make_body_seekable()  # and rewind it: this may be a retry
    body = request.body_file_raw.read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise HTTPRequestEntityTooLarge(f"the body must not exceed {MAX_BODY} bytes")
    try:
        fields = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise HTTPBadRequest("the body must be JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise HTTPBadRequest("the body must be a JSON object")
    return fields


def _check_media_type(request: Request, allowed: tuple[str, ...]) -> None:
    # A page of another origin cannot send these media types without a preflight (Fetch, 2.2.2).
    media_type, charset = request.content_type.strip().lower(), request.charset.lower()
    if media_type in allowed and charset == "utf-8":
        return
    names = ", ".join(allowed)
    headers = [("Accept-Patch", names)] if request.method == "PATCH" else []
    rule = f"the body must be {' or '.join(allowed)} in UTF-8"
    raise HTTPUnsupportedMediaType(rule, headers=headers)
