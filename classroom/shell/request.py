"""The request of the shell: it reads without a transaction, until the first write begins one."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from ..db.backends import backend_of
from ..db.reader import Parameters
from ..db.statements import SelectStatement
from ..http.errors import InvalidFields
from ..request import Request
from .session import ShellSession, ShellTransactionManager


class ShellRequest(Request):
    """A request that lasts as long as the shell, with one transaction after another."""

    tm: ShellTransactionManager
    dbsession: ShellSession

    def open_session(self) -> None:
        self.dbsession = ShellSession(self.services.database)
        self.tm = self.dbsession.tm

    @property
    def db(self) -> Connection:
        """The connection of the transaction. Reading this property begins the transaction."""
        return self.dbsession.connection()

    def rows(self, statement: SelectStatement, parameters: Parameters) -> Sequence[Any]:
        """Run a SELECT, inside the transaction if it has begun."""
        self.dbsession.flush()
        if self.dbsession.is_writing:
            return self.db.execute(statement, parameters).all()
        return self.services.database.reader.rows(statement, parameters)

    def total(self, statement: SelectStatement, parameters: Parameters) -> int:
        """Run a SELECT of a total, which counts the changes of the transaction too."""
        if self.dbsession.is_writing:
            backend_of(self.db).write_counts(self.db)
        return self.rows(statement, parameters)[0].total

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write in the transaction. An error undoes only this write.

        If the transaction has no other writes, the error ends it, so that it holds no lock.
        """
        self.dbsession.flush()
        has_writes = self.dbsession.is_writing
        try:
            with self.db.begin_nested():
                yield self.db
        except BaseException:
            if not has_writes:
                self.tm.abort()
            raise
        finally:
            self.dbsession.invalidate_rows()


@contextmanager
def refusals() -> Iterator[None]:
    """Raise ValueError for fields that the API rejects, with the message of its response."""
    try:
        yield
    except InvalidFields as error:
        raise ValueError(str(error)) from None
