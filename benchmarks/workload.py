"""The work: what clients ask for, found out from each server's own links and entity tags."""

from collections.abc import Callable
from dataclasses import dataclass, field

from .client import ask
from .servers import Server

_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class Request:
    """One request, to be sent over and over. In its body %d is a number that counts on, and in
    its URL one from 1 to 1000: no ORM finds that there is nothing to change.
    """

    url: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Work:
    """A kind of request, and how it is addressed to a server."""

    name: str
    request: Callable[[Server], Request]


def _student(server: Server) -> Request:
    return Request(f"{server.api}students/1")


def _first_page(server: Server) -> Request:
    return Request(f"{server.api}students/")


def _last_page(server: Server) -> Request:
    return Request(_link(server, "last", f"{server.api}students/"))


def _page_by_next(server: Server) -> Request:
    pages = ask("GET", f"{server.api}students/", server.credentials).json["meta"]["pages"]
    return Request(_link(server, "next", f"{server.api}students/?page={pages // 2}"))


def _not_modified(server: Server) -> Request:
    url = f"{server.api}students/1"
    tag = ask("GET", url, server.credentials).headers["ETag"]
    return Request(url, headers={"If-None-Match": tag})


def _create(server: Server) -> Request:
    return Request(f"{server.api}students/", "POST", _JSON, '{"name": "student %d"}')


def _replace(server: Server) -> Request:
    return Request(f"{server.api}students/%d", "PUT", _JSON, '{"name": "pupil %d"}')


def _link(server: Server, name: str, url: str) -> str:
    return ask("GET", url, server.credentials).json["meta"][name]


STUDENT = Work("one student", _student)
PAGE = Work("page of 50", _first_page)
NEXT_PAGE = Work("page by next", _page_by_next)
LAST_PAGE = Work("last page", _last_page)
NOT_MODIFIED = Work("304", _not_modified)
POST = Work("POST", _create)
PUT = Work("PUT", _replace)
