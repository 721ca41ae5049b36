"""The view of the files."""

from functools import cache
from importlib.resources import files

from pyramid.response import Response
from pyramid.view import view_config

from ..http.json_response import json_response
from ..http.preconditions import entity_tag
from ..request import Request
from ..security.permissions import Permission
from .resources import File

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@view_config(context=File, request_method="GET", permission=Permission.VIEW)
def read_file(context: File, request: Request) -> Response:
    body, tag = _read(context.path)
    headers = [("Content-Security-Policy", _POLICY), ("ETag", tag)]
    return json_response(body, 200, headers, context.media_type)


@cache
def _read(path: str) -> tuple[bytes, str]:
    """Return the content of a file, and its entity tag.

    Rate limits do not apply to the files. Reading and hashing 1.7 MB takes some milliseconds.
    """
    body = files(__package__).joinpath(path).read_bytes()
    return body, entity_tag(body)
