"""Check that servers do the same work before they are measured.

Their responses to the same requests must have the same status, location and JSON.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from .client import Response, send
from .databases import Size
from .servers import Server

_HTTP_DATE = r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"
_RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"
_DATE = re.compile(f"{_HTTP_DATE}|{_RFC_3339}")

SCHOOL = Size(students=10_000, classes=200, registrations=50_000)

DELETED_STUDENT = 2
"""The student that the last requests delete, with its registrations."""


class Call(NamedTuple):
    """A request, with a path below the API. ``{base}`` in its body is the URL of the server."""

    method: str
    path: str
    body: str | None = None


CALLS = (
    Call("GET", "students/1"),
    Call("GET", "students/"),
    Call("GET", "students/?page=2"),
    Call("GET", "students/?per_page=7&page=3"),
    Call("GET", "students/?page=100"),
    Call("GET", "students/?page=200"),
    Call("GET", "students/?page=201"),
    Call("GET", "students/10000000"),
    Call("GET", "students/3/registrations/"),
    Call("GET", "classes/"),
    Call("GET", "classes/7"),
    Call("GET", "classes/7/registrations/"),
    Call("GET", "classes/7/registrations/?page=2"),
    Call("GET", "registrations/"),
    Call("GET", "registrations/3/3"),
    Call("POST", "students/", '{"name": "david"}'),
    Call("PUT", "students/10001", '{"name": "dave"}'),
    Call("GET", "students/10001"),
    Call("GET", "students/?page=201"),
    Call("POST", "classes/", '{"name": "algebra"}'),
    Call(
        "POST",
        "registrations/",
        '{"student": "{base}/api/v1.0/students/10001", "class": "{base}/api/v1.0/classes/201"}',
    ),
    Call("GET", "registrations/10001/201"),
    Call("DELETE", "registrations/10001/201"),
    Call("GET", "registrations/10001/201"),
    Call("DELETE", f"students/{DELETED_STUDENT}"),
    Call("GET", f"students/{DELETED_STUDENT}"),
    Call("GET", f"students/{DELETED_STUDENT}/registrations/"),
)
"""Requests to a server with a database of size SCHOOL."""


def check_equivalence(servers: Sequence[Server]) -> None:
    """Compare the responses of servers with those of the first one.

    :raises SystemExit: for the first difference.
    """
    first, *others = servers
    all_expected = list(_responses(first))
    for server in others:
        for (call, actual), (_, expected) in zip(_responses(server), all_expected, strict=True):
            if actual != expected:
                raise SystemExit(f"{server.name}: {call}\n{actual}\ninstead of\n{expected}")


def _responses(server: Server) -> Iterator[tuple[Any, Any]]:
    """Yield each call and the comparable part of its response."""
    for call in CALLS:
        yield call, _comparable(_send(call, server), server)
    yield "without credentials", send("GET", f"{server.api}students/", {}).status
    yield "with If-None-Match", _revalidate(server, server.credentials)
    yield "next page", _comparable(_follow_next(server, server.credentials), server)


def _send(call: Call, server: Server) -> Response:
    url = server.api + call.path
    if call.body is None:
        return send(call.method, url, server.credentials)
    headers = server.credentials | {"Content-Type": "application/json"}
    return send(call.method, url, headers, call.body.replace("{base}", server.base))


def _revalidate(server: Server, headers: dict[str, str]) -> int:
    url = f"{server.api}students/1"
    tag = send("GET", url, headers).headers["ETag"]
    return send("GET", url, headers | {"If-None-Match": tag}).status


def _follow_next(server: Server, headers: dict[str, str]) -> Response:
    page = send("GET", f"{server.api}students/", headers)
    return send("GET", page.json["meta"]["next"], headers)


def _comparable(response: Response, server: Server) -> Any:
    if response.status >= 400:
        return response.status
    location = response.headers.get("Location", "").removeprefix(server.base)
    return response.status, location, _normalize(response.json, server.base)


def _normalize(value: Any, base: str) -> Any:
    """Return JSON without what may differ.

    These are the server's URL, dates, queries except the page, and the values of cursors.
    """
    if isinstance(value, dict):
        return {
            name: each is None if name in ("before", "after") else _normalize(each, base)
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [_normalize(each, base) for each in value]
    if not isinstance(value, str):
        return value
    path, _, query = value.removeprefix(base).partition("?")
    return _DATE.sub("date", path), dict(parse_qsl(query)).get("page", "1")
