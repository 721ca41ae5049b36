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
    """Transaction manager of dbsession. It can be used after a commit that failed."""

    def commit(self) -> None:
        try:
            super().commit()
        except BaseException:
            self.abort()
            raise


class ShellSession(Session):
    """SQLAlchemy session for the models. SELECTs hold no lock; all else begins the transaction."""

    is_writing = False
    """Whether the writing transaction has begun."""
    version = 0
    """Changes when rows that were read before may have changed."""

    def __init__(self, database: Database, tm: TransactionManager) -> None:
        super().__init__()
        self._reading = in_autocommit(database.engine)
        self._writing = database.writing_engine
        self._tm = tm
        zope.sqlalchemy.register(self, STATUS_CHANGED, tm)
        event.listen(self, "after_begin", self._note_begin)
        event.listen(self, "after_flush", self.note_write)
        event.listen(self, "after_transaction_end", self._note_end)

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
            error.add_note("All uncommitted changes were rolled back.")
            if self._tm.get().status == "Active":  # otherwise the commit that flushes aborts
                self._tm.abort()
            raise

    def note_write(self, *_: Any) -> None:
        self.version += 1

    def _note_begin(self, _: Session, transaction: Any, connection: Connection) -> None:
        self.is_writing = self.is_writing or connection.engine is self._writing

    def _note_end(self, _: Session, transaction: Any) -> None:
        if transaction.parent is None:
            self.is_writing = False
            self.note_write()
