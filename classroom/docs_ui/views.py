"""The view of the files."""

from importlib.resources import files

from pyramid.response import Response
from pyramid.view import view_config

from ..http.json_response import json_response
from ..request import Request
from ..security.permissions import Permission
from .resources import File

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@view_config(context=File, request_method="GET", permission=Permission.VIEW)
def read_file(context: File, request: Request) -> Response:
    body = files(__package__).joinpath(context.path).read_bytes()
    return json_response(body, 200, [("Content-Security-Policy", _POLICY)], context.media_type)
