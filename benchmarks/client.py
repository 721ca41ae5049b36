"""A client that asks one question at a time: for tokens, links and proofs, never for timings."""

import json
from collections.abc import Mapping
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Answer(NamedTuple):
    status: int
    headers: Message
    json: Any


def ask(method: str, url: str, headers: Mapping[str, str], body: str | None = None) -> Answer:
    """The answer to one request on a connection of its own; ``json`` is None without a body."""
    where = urlsplit(url)
    with closing(HTTPConnection(where.netloc, timeout=60)) as connection:
        path = f"{where.path}?{where.query}" if where.query else where.path
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        content = response.read()
    return Answer(response.status, response.headers, json.loads(content) if content else None)
