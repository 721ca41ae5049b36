"""The base class of backends."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from sqlalchemy import URL, Connection, Engine


class Backend:
    """What differs between databases. A method that does nothing here is optional."""

    name: ClassVar[str]
    """SQLAlchemy's name of the database."""
    paramstyle: ClassVar[str]
    """A style of placeholders with names (PEP 249) that the driver takes."""
    reader_settings: ClassVar[Mapping[str, str]] = {}
    """The ``sqlalchemy.*`` settings of connections that only read, if they need their own."""

    # Engines

    def defaults(self, url: URL) -> Mapping[str, str]:
        """Return the default ``sqlalchemy.*`` settings of an engine."""
        return {}

    def connection_url(self, url: URL) -> URL:
        """Return the URL to connect to."""
        return url

    def explain_missing(self, driver: ImportError) -> str:
        """Return what to do about a driver that is not installed."""
        return str(driver)

    def listen(self, engine: Engine) -> None:
        """Set up the connections and transactions of a new engine."""

    def limit_response_times(self, engine: Engine) -> None:
        """Make all connections from now on respond, or fail, within two seconds."""

    def create_if_missing(self, url: URL) -> None:
        """Create the database, if that takes no more than a file.

        :raises OSError: if it cannot be created.
        """

    def warn_if_exposed(self, url: URL) -> None:
        """Log what lets other users of the host read the database."""

    # Transactions

    def for_reading(self, engine: Engine) -> Engine:
        """Return the same engine and pool, for transactions that see one snapshot."""
        return engine

    def for_writing(self, engine: Engine) -> Engine:
        """Return the same engine and pool, for transactions that write."""
        return engine

    def in_autocommit(self, engine: Engine) -> Engine:
        """Return the same engine and pool, for statements that hold nothing once they have run."""
        raise NotImplementedError

    # Errors of the driver

    def is_conflict(self, error: BaseException | None) -> bool:
        """Return whether a retry resolves a conflict with another transaction."""
        raise NotImplementedError

    def is_foreign_key_violation(self, error: BaseException | None) -> bool:
        """Return whether a row was to refer to one that does not exist."""
        raise NotImplementedError

    def is_timeout(self, error: BaseException | None) -> bool:
        """Return whether the server did not respond in time."""
        return False

    # Statements

    def insert_if_new(self, table: Any) -> Any:
        """Return an INSERT that does nothing on a conflict, and does not end the transaction."""
        raise NotImplementedError

    # Copies

    def last_id(self, connection: Connection, table: str) -> int:
        """Return the last id that a table assigned, or 0. Ids are never reused."""
        raise NotImplementedError

    def set_last_id(self, connection: Connection, table: str, last: int) -> None:
        """Make a table assign ids above ``last`` only."""
        raise NotImplementedError

    def lock_tables(self, connection: Connection, tables: Iterable[str]) -> None:
        """Block writes by others, if a writing transaction does not do so."""

    # Migrations

    def lock_migrations(self, connection: Connection) -> None:
        """Keep others from migrating until the end of the transaction, as ``lock_tables`` does."""

    def suspend_foreign_keys(self, connection: Connection) -> None:
        """Keep the following transaction from cascading, if it drops tables to alter them."""

    def defect(self, connection: Connection) -> str | None:
        """Return why the service cannot use a database, or None."""
        return None
