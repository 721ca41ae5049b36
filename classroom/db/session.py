"""A session on a connection that is joined to a transaction.

Only requests that use a session import this module: the views of the service write without one.
"""

from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session
from transaction import TransactionManager
from zope.sqlalchemy.datamanager import STATUS_CHANGED, SessionDataManager


def join_session(connection: Connection, manager: TransactionManager) -> Session:
    """Open a session that is flushed before its connection commits, and closed with it.

    It counts as changed from the start, as otherwise zope.sqlalchemy would commit it only after a
    flush, and not after statements alone (zope.sqlalchemy#88).
    """
    session = Session(connection, join_transaction_mode="rollback_only")
    _SessionDataManager(session, STATUS_CHANGED, manager)
    return session


class _SessionDataManager(SessionDataManager):
    """A data manager that only flushes the session: ``ConnectionDataManager`` commits."""

    def tpc_abort(self, transaction: Any) -> None:
        """Do nothing if the connection could not commit. The base class would raise."""
