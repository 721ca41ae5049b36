"""The request: Pyramid's, with a database to read, and one to write within a transaction."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Self
from urllib.parse import quote

import pyramid.request
import zope.sqlalchemy
from pyramid.decorator import reify
from pyramid.interfaces import ISecurityPolicy
from pyramid.response import Response
from pyramid_tm import create_tm
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from transaction import TransactionManager

from .db.reader import Parameters, Rows
from .settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110, 9.2.1, but TRACE
CONDITIONAL_WRITES = frozenset({"PUT", "PATCH", "DELETE"})


class Request(pyramid.request.Request):
    """Pyramid's request; its properties stand here because a class costs nothing per request,
    while every ``add_request_method`` makes Pyramid build a class for each one.
    """

    # In bytes. A body is copied before a request that may be tried again; in memory up to here,
    # which is more than waitress lets through.
    request_body_tempfile_limit = 2 * 1024 * 1024

    @classmethod
    def adopt(cls, request: pyramid.request.Request) -> Self:
        """Make Pyramid's own request, which ``pviews`` brings, one of this kind."""
        request.__class__ = cls
        return request

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE_METHODS

    @property
    def is_read(self) -> bool:
        """Whether the answer is a representation that a client may keep."""
        return self.method in ("GET", "HEAD")

    def was_sent_to(self, path: str) -> bool:
        """Whether the client spelt this very path, below the mount.

        In PATH_INFO, %2F has become a slash, and slashes at its beginning one; not so in
        REQUEST_URI, which some servers give besides. A proxy may send it with scheme and host.
        """
        sent = self.environ.get("REQUEST_URI", path).partition("?")[0]
        sent = re.sub("^https?://[^/]*", "", sent)
        return sent in (path, quote(self.script_name) + path)

    @reify
    def identity(self) -> Any:
        """Who asks, as the security policy finds out, once; None for a stranger."""
        return self.registry.getUtility(ISecurityPolicy).identity(self)

    def make_body_seekable(self) -> None:
        """Where no body is looked at, nothing: WebOb would copy even one that is not there."""
        if not self.is_safe:
            super().make_body_seekable()

    @property
    def conf(self) -> Settings:
        return self.registry["classroom.settings"]

    @reify
    def tm(self) -> TransactionManager:
        return create_tm(self)

    @reify
    def db(self) -> Connection:
        """Where this request reads, and one that is not safe writes within its transaction."""
        if not self.is_safe:
            return self.dbsession.connection()
        connection = self.registry["classroom.engine"].connect()
        self.add_finished_callback(lambda _: _release(connection))
        return connection

    def begin(self) -> None:
        """Have all that is read from here on be of one moment."""
        _ = self.db

    def rows(self, statement: Rows, parameters: Parameters) -> Sequence[Any]:
        """What a SELECT gives: by itself, or within the transaction where there is one."""
        if self.is_safe and "db" not in self.__dict__:
            return self.registry["classroom.reader"].rows(statement, parameters)
        return self.db.execute(statement, parameters).all()

    @reify
    def dbsession(self) -> Session:
        """A session in the request's transaction, which ends with it."""
        if writer_lock := self.registry["classroom.writer_lock"]:
            writer_lock.acquire()
            self.add_finished_callback(lambda _: writer_lock.release())
        session = self.registry["classroom.dbsession_factory"]()
        # Joined here and now; register() would have it found out by seven listeners.
        zope.sqlalchemy.mark_changed(session, self.tm)
        return session


def _release(connection: Connection) -> None:
    # What was read is read, even where the database has gone meanwhile.
    with suppress(DBAPIError):
        connection.close()


Handler = Callable[[Request], Response]
"""What a tween wraps: the rest of the way that a request goes."""
