"""The request: identity, transaction and access to the database."""

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import quote

import pyramid.request
from pyramid.decorator import reify
from pyramid.interfaces import ISecurityPolicy
from pyramid.response import Response
from pyramid_tm import create_tm
from sqlalchemy import Connection
from transaction import TransactionManager
from transaction.interfaces import NoTransaction

from .db.reader import Parameters
from .db.statements import SelectStatement
from .db.transactions import close, join_connection
from .services import Services, services

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1, without TRACE


class Identity(NamedTuple):
    """An authenticated user, detached from any session."""

    id: int
    name: str
    password_hash: str
    principals: frozenset[str]
    """The principals that ACL entries refer to: see ``classroom.security.principals``."""

    def __repr__(self) -> str:
        """Omit the hash."""
        return f"<Identity {self.id} {self.name!r}>"


class Request(pyramid.request.Request):
    """Pyramid's request with the properties of this service.

    They are not added with ``add_request_method``, because Pyramid would then create a class for
    each request.
    """

    # In bytes. pyramid_retry copies the body; a copy of up to this size stays in memory. Waitress
    # passes on no larger body, unless max_request_body_size is increased.
    request_body_tempfile_limit = 2 * 1024 * 1024

    @classmethod
    def adopt(cls, request: pyramid.request.Request) -> Self:
        """Convert a plain Pyramid request, such as the one that ``pviews`` creates."""
        request.__class__ = cls
        return request

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE_METHODS

    @property
    def is_read(self) -> bool:
        """Return whether the method is GET or HEAD."""
        return self.method in ("GET", "HEAD")

    def was_sent_to(self, path: str) -> bool:
        """Return whether the client sent exactly this path, after SCRIPT_NAME if there is one.

        PATH_INFO does not show this: in it, %2F is decoded to a slash, and leading slashes are
        merged. REQUEST_URI, which some servers set, contains the path as sent and, behind a proxy,
        the scheme and host.
        """
        sent = self.environ.get("REQUEST_URI", path).partition("?")[0]
        sent = re.sub("^https?://[^/]*", "", sent)
        return sent in (path, quote(self.script_name) + path)

    @reify
    def identity(self) -> Identity | None:
        """The authenticated user, or None. The credentials are verified once per request."""
        identity = self.registry.getUtility(ISecurityPolicy).identity(self)
        if identity:
            self.environ["classroom.user"] = identity.name  # for the access log
        return identity

    def make_body_seekable(self) -> None:
        """Do nothing for safe methods: WebOb would copy a body that is empty and never read."""
        if not self.is_safe:
            super().make_body_seekable()

    @property
    def services(self) -> Services:
        return services(self.registry)

    @reify
    def tm(self) -> TransactionManager:
        return create_tm(self)

    @reify
    def db(self) -> Connection:
        """The connection of this request, joined to its transaction if it has one.

        :raises transaction.interfaces.NoTransaction: if the request is not safe and has no
            transaction.
        """
        database = self.services.database
        try:
            connection = join_connection(database.writing_engine, self.tm)
        except NoTransaction:
            if not self.is_safe:
                raise
            connection = database.engine.connect()
            self.add_finished_callback(lambda _: close(connection))
        database.outage.record_success()
        return connection

    def rows(self, statement: SelectStatement, parameters: Parameters) -> Sequence[Any]:
        """Run a SELECT on ``db`` if the request has used it, and otherwise on the reader."""
        if "db" not in self.__dict__:
            database = self.services.database
            rows = database.reader.rows(statement, parameters)
            database.outage.record_success()
            return rows
        return self.db.execute(statement, parameters).all()

    @reify
    def dbsession(self) -> "Session":
        """A session on the connection ``db``, for an extension's own tables.

        :raises transaction.interfaces.NoTransaction: if the request has no transaction.
        """
        from .db.session import join_session  # noqa: PLC0415

        return join_session(self.db, self.tm)


Handler = Callable[[Request], Response]
"""The callable that a tween wraps: the next tween, or the router."""
