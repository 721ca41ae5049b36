"""A simple client for tokens, links and checks. It is not used for timings."""

import json
from collections.abc import Mapping
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Response(NamedTuple):
    """A response with its decoded body."""

    status: int
    headers: Message
    json: Any


def send(method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Response:
    """Send a request on a new connection. ``json`` of the response is None if it has no body."""
    parts = urlsplit(url)
    with closing(HTTPConnection(parts.netloc, timeout=60)) as connection:
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        content = response.read()
    return Response(response.status, response.headers, json.loads(content) if content else None)
