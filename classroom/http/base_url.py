"""The URL of the application, for errors that occur where there is no resource tree."""

from collections.abc import Mapping
from typing import Any
from wsgiref.util import application_uri

from .syntax import HOST

EXAMPLE_URL = "http://localhost:6543"
"""The URL of the application in examples. The OpenAPI document has the URL of the request."""


def base_url(environ: Mapping[str, Any]) -> str | None:
    """Return the URL of the application without a trailing slash, or None if it is not known.

    If the request has no valid Host header, the URL contains the name of the server.

    :param environ: the WSGI environ of the request.
    """
    if not HOST.fullmatch(environ.get("HTTP_HOST", "")):
        environ = {name: value for name, value in environ.items() if name != "HTTP_HOST"}
        if not HOST.fullmatch(environ.get("SERVER_NAME", "")):
            return None
    return application_uri({**environ}).rstrip("/")
