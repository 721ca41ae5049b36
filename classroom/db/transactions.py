"""Join a connection to a transaction of the ``transaction`` package."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from transaction import TransactionManager
from transaction.interfaces import IDataManager
from zope.interface import implementer


def join_connection(engine: Engine, manager: TransactionManager) -> Connection:
    """Open a connection that commits and rolls back with the current transaction.

    :raises transaction.interfaces.NoTransaction: if there is none.
    """
    transaction, connection = manager.get(), engine.connect()
    transaction.join(ConnectionDataManager(connection, manager))
    connection.begin()
    return connection


def close(connection: Connection) -> None:
    """Roll back, and return a connection to its pool."""
    # If the connection is lost, the database has rolled back, and an error is already being raised.
    with suppress(DBAPIError):
        connection.close()


@implementer(IDataManager)
class ConnectionDataManager:
    """A data manager that commits a connection last, in one phase, after all others have voted."""

    def __init__(self, connection: Connection, manager: TransactionManager) -> None:
        self._connection = connection
        self.transaction_manager = manager

    def abort(self, transaction: Any) -> None:
        close(self._connection)

    def tpc_begin(self, transaction: Any) -> None:
        pass

    def commit(self, transaction: Any) -> None:
        pass

    def tpc_vote(self, transaction: Any) -> None:
        self._connection.commit()

    def tpc_finish(self, transaction: Any) -> None:
        close(self._connection)

    def tpc_abort(self, transaction: Any) -> None:
        close(self._connection)

    def sortKey(self) -> str:  # noqa: N802 (the name is that of IDataManager)
        """Sort last, after the session that may use the connection (``~sqlalchemy:...``)."""
        return "~~connection"
