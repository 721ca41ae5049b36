"""The proof, before anything is timed, that servers do the same work: to each request they give
the same status, the same JSON and the same headers that matter.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from .client import Answer, ask
from .databases import Size
from .servers import Server

_A_MOMENT = re.compile(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT")


SCHOOL = Size(students=10_000, classes=200, registrations=50_000)

DELETED_STUDENT = 2
"""The student whom the last questions delete, with the registrations."""


class Question(NamedTuple):
    """A request below the API; in its body {base} is the server's address."""

    method: str
    path: str
    body: str | None = None


QUESTIONS = (
    Question("GET", "students/1"),
    Question("GET", "students/"),
    Question("GET", "students/?page=2"),
    Question("GET", "students/?per_page=7&page=3"),
    Question("GET", "students/?page=100"),
    Question("GET", "students/?page=200"),
    Question("GET", "students/?page=201"),
    Question("GET", "students/10000000"),
    Question("GET", "students/3/registrations/"),
    Question("GET", "classes/"),
    Question("GET", "classes/7"),
    Question("GET", "classes/7/registrations/"),
    Question("GET", "classes/7/registrations/?page=2"),
    Question("GET", "registrations/"),
    Question("GET", "registrations/3/3"),
    Question("POST", "students/", '{"name": "david"}'),
    Question("PUT", "students/10001", '{"name": "dave"}'),
    Question("GET", "students/10001"),
    Question("GET", "students/?page=201"),
    Question("POST", "classes/", '{"name": "algebra"}'),
    Question(
        "POST",
        "registrations/",
        '{"student": "{base}/api/v1.0/students/10001", "class": "{base}/api/v1.0/classes/201"}',
    ),
    Question("GET", "registrations/10001/201"),
    Question("DELETE", "registrations/10001/201"),
    Question("GET", "registrations/10001/201"),
    Question("DELETE", f"students/{DELETED_STUDENT}"),
    Question("GET", f"students/{DELETED_STUDENT}"),
    Question("GET", f"students/{DELETED_STUDENT}/registrations/"),
)
"""To be asked of a school of the size of SCHOOL."""


def prove_alike(servers: Sequence[Server]) -> None:
    """:raises SystemExit: for the first answer of any server that is not like the first one's."""
    ours, *others = servers
    expected = list(_answers(ours))
    for server in others:
        for (question, given), (_, wanted) in zip(_answers(server), expected, strict=True):
            if given != wanted:
                raise SystemExit(f"{server.name} at {question}:\n{given}\ninstead of\n{wanted}")


def _answers(server: Server) -> Iterator[tuple[Any, Any]]:
    """What a server was asked, and what its answer comes to."""
    known = server.credentials | {"Content-Type": "application/json"}
    for question in QUESTIONS:
        method, path, body = question
        answer = ask(method, server.api + path, known, body and body.replace("{base}", server.base))
        yield question, _essence(answer, server)
    yield "a stranger", ask("GET", f"{server.api}students/", {}).status
    yield "an entity tag", _asked_again(server, known)
    yield "the next page", _essence(_followed(server, known), server)


def _asked_again(server: Server, known: dict[str, str]) -> int:
    url = f"{server.api}students/1"
    tag = ask("GET", url, known).headers["ETag"]
    return ask("GET", url, known | {"If-None-Match": tag}).status


def _followed(server: Server, known: dict[str, str]) -> Answer:
    return ask("GET", ask("GET", f"{server.api}students/", known).json["meta"]["next"], known)


def _essence(answer: Answer, server: Server) -> Any:
    if answer.status >= 400:
        return answer.status
    location = answer.headers.get("Location", "").removeprefix(server.base)
    return answer.status, location, _plain(answer.json, server.base)


def _plain(value: Any, base: str) -> Any:
    """JSON without what may differ: the address, the moment, a cursor and the order in a query."""
    if isinstance(value, dict):
        return {name: _plain(each, base) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each, base) for each in value]
    if not isinstance(value, str):
        return value
    path, _, query = value.removeprefix(base).partition("?")
    asked = dict(parse_qsl(query))
    return _A_MOMENT.sub("a moment", path), asked.get("page", "1")
