"""The session of the shell, whose transaction begins with its first write."""

from typing import Any

import zope.sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.orm import Session
from transaction import TransactionManager
from zope.sqlalchemy.datamanager import STATUS_CHANGED

from ..db.database import Database
from ..db.engine import in_autocommit


class ShellTransactionManager(TransactionManager):
    """Transaction manager of dbsession. tm.commit() does what commit() does; tm.abort(), undo()."""

    session: "ShellSession"

    def begin(self) -> Any:
        self.abort()
        return super().begin()

    def commit(self) -> None:
        """Commit, or roll back if that fails."""
        # After a change to an object, the session joins the transaction only when it flushes.
        self.session.flush()
        try:
            super().commit()
        except BaseException:
            self.abort()
            raise

    def abort(self) -> None:
        super().abort()
        self.session.rollback()  # zope.sqlalchemy does not, with keep_session


class ShellSession(Session):
    """A SQLAlchemy session. SELECTs hold no lock; all other statements begin the transaction."""

    is_writing = False
    """Whether the writing transaction has begun."""
    version = 0
    """Changes when rows that were read before may have changed."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._writing = database.writing_engine
        # Not from database.engine: an engine keeps the isolation level of the one it derives from.
        self._reading = in_autocommit(self._writing)
        self.tm = ShellTransactionManager()
        self.tm.session = self
        # Objects stay in the session, so that an assignment to one after a commit is not lost.
        zope.sqlalchemy.register(self, STATUS_CHANGED, self.tm, keep_session=True)
        event.listen(self, "after_begin", self._record_begin)
        event.listen(self, "after_flush", self.invalidate_rows)
        event.listen(self, "after_transaction_end", self._record_end)

    def get_bind(
        self, mapper: Any = None, *, clause: Any = None, bind: Any = None, **options: Any
    ) -> Engine:
        """Return the engine for a statement, or for ``connection()`` and a flush."""
        is_read = getattr(clause, "is_select", False)
        return self._reading if is_read and not self.is_writing else self._writing

    def flush(self, objects: Any = None) -> None:
        """Write the pending changes. On an error SQLAlchemy rolls back the whole transaction."""
        try:
            super().flush(objects)
        except Exception as error:
            self.tm.abort()
            error.add_note("All uncommitted changes were rolled back.")
            raise

    def invalidate_rows(self, *_: Any) -> None:
        """Make the objects of the shell read their rows again."""
        self.version += 1

    def _record_begin(self, _: Session, transaction: Any, connection: Connection) -> None:
        self.is_writing = self.is_writing or connection.engine is self._writing

    def _record_end(self, _: Session, transaction: Any) -> None:
        if transaction.parent is None:
            self.is_writing = False
            self.invalidate_rows()
