"""Kinds of requests, addressed with each server's own links and entity tags."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from . import databases
from .client import Response, send
from .proof import DELETED_STUDENT, SCHOOL
from .servers import API, Server

_JSON = {"Content-Type": "application/json"}
_ROSTER = "classes/7/registrations/"


@dataclass(frozen=True)
class Request:
    """Requests of one kind to one server.

    :param paths: with queries. The requests use them in turn, across all runs.
    :param body: ``%d`` is replaced by the number of the request, so that a PUT changes its row.
    :param parts: how many requests make up one unit of the work.
    """

    paths: Sequence[str]
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    parts: int = 1


@dataclass(frozen=True)
class Work:
    """A kind of request, and a function that addresses it to a server."""

    name: str
    request: Callable[[Server], Request]


def _student(server: Server) -> Request:
    return Request([f"{API}students/1"])


def _first_page(server: Server) -> Request:
    return Request([f"{API}students/"])


def _last_page(server: Server) -> Request:
    return Request([_link(server, "last", f"{API}students/")])


def _page_by_next(server: Server) -> Request:
    pages = _get(server, f"{API}students/").json["meta"]["pages"]
    return Request([_link(server, "next", f"{API}students/?page={pages // 2}")])


def _not_modified(server: Server) -> Request:
    path = f"{API}students/1"
    tag = _get(server, path).headers["ETag"]
    return Request([path], headers={"If-None-Match": tag})


def _roster(server: Server) -> Request:
    """Request the registrations of a class with their students.

    Without ``expand`` this takes a request for the list and one for each student, whose URL the
    client derives from that of the registration.
    """
    expanded = f"{API}{_ROSTER}?expand=student"
    page = _get(server, expanded).json
    if "items" in page:
        return Request([expanded])
    ids = [url.split("/")[-2] for url in page["urls"]]
    paths = [f"{API}{_ROSTER}", *(f"{API}students/{id}" for id in ids)]
    return Request(paths, parts=len(paths))


def _create(server: Server) -> Request:
    return Request([f"{API}students/"], "POST", _JSON, '{"name": "student %d"}')


def _replace(server: Server) -> Request:
    ids = (id for id in range(1, 1000) if id != DELETED_STUDENT)
    return Request([f"{API}students/{id}" for id in ids], "PUT", _JSON, '{"name": "pupil %d"}')


def _delete(server: Server) -> Request:
    """Delete each registration once. In no schema does this delete anything else."""
    keys = databases.registrations(SCHOOL)
    paths = [f"{API}registrations/{s}/{c}" for s, c in keys if s != DELETED_STUDENT]
    return Request(paths, "DELETE")


def _link(server: Server, name: str, path: str) -> str:
    return _get(server, path).json["meta"][name].removeprefix(server.base)


def _get(server: Server, path: str) -> Response:
    return send("GET", server.base + path, server.credentials)


STUDENT = Work("one student", _student)
PAGE = Work("page of 50", _first_page)
NEXT_PAGE = Work("page by next", _page_by_next)
LAST_PAGE = Work("last page", _last_page)
NOT_MODIFIED = Work("304", _not_modified)
ROSTER = Work("roster", _roster)
POST = Work("POST", _create)
PUT = Work("PUT", _replace)
DELETE = Work("DELETE", _delete)
