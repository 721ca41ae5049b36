"""The base class of backends, which adapt the service to a database."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import URL, ColumnElement, Connection, Engine


class Backend:
    """The operations that differ between databases.

    A subclass may omit the methods that do nothing here.
    """

    name: ClassVar[str]
    """SQLAlchemy's name for the database."""
    paramstyle: ClassVar[str]
    """A style of named placeholders (PEP 249) that the driver supports."""
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
        """Return the error message for a driver that is not installed."""
        return str(driver)

    def listen(self, engine: Engine) -> None:
        """Set up the connections and transactions of a new engine."""

    def limit_response_times(self, engine: Engine) -> None:
        """Make statements on new connections fail if there is no response within two seconds."""

    def exists(self, url: URL) -> bool:
        """Return whether a database that consists of a file exists, and is not empty."""
        return True

    def create_if_missing(self, url: URL) -> None:
        """Create the database if it is missing and consists of a file.

        :raises OSError: if it cannot be created.
        """

    def warn_if_exposed(self, url: URL) -> None:
        """Log a warning if other users of the host can read the database."""

    # Transactions

    def for_reading(self, engine: Engine) -> Engine:
        """Return the same engine and pool, for transactions that see one snapshot."""
        return engine

    def for_writing(self, engine: Engine) -> Engine:
        """Return the same engine and pool, for transactions that write."""
        return engine

    def in_autocommit(self, engine: Engine) -> Engine:
        """Return the same engine and pool, for statements that are each their own transaction."""
        raise NotImplementedError

    # Driver errors

    def is_conflict(self, error: BaseException | None) -> bool:
        """Return whether an error is a conflict between transactions, which a retry resolves."""
        raise NotImplementedError

    def is_foreign_key_violation(self, error: BaseException | None) -> bool:
        """Return whether an error is caused by a reference to a row that does not exist."""
        raise NotImplementedError

    def is_timeout(self, error: BaseException | None) -> bool:
        """Return whether an error means that the server did not respond in time."""
        return False

    def is_unavailable(self, error: BaseException | None) -> bool:
        """Return whether an error means that the database is temporarily unavailable."""
        return self.is_conflict(error)

    # Statements

    now: ClassVar[ColumnElement[datetime]]
    """The current time of the database's clock, not the time at which the transaction began."""

    def insert_if_new(self, table: Any) -> Any:
        """Return an INSERT that does nothing on a conflict, so the transaction can continue."""
        raise NotImplementedError

    def write_counts(self, connection: Connection) -> None:
        """Make the triggers write the changes of counts, if they otherwise wait for the commit."""

    # Copies

    def identity(self, connection: Connection) -> tuple[Any, ...]:
        """Return a value that only connections to the same database share."""
        raise NotImplementedError

    def last_id(self, connection: Connection, table: str) -> int:
        """Return the last id that was assigned in a table, or 0. Ids are never reused."""
        raise NotImplementedError

    def set_last_id(self, connection: Connection, table: str, last: int) -> None:
        """Make a table assign only ids above ``last``."""
        raise NotImplementedError

    def lock_tables(self, connection: Connection, tables: Iterable[str]) -> None:
        """Block other writers of tables, unless every writing transaction already does so."""

    # Migrations

    def lock_migrations(self, connection: Connection) -> None:
        """Block other migrations until the end of the transaction, as ``lock_tables`` does."""

    def suspend_foreign_keys(self, connection: Connection) -> None:
        """Prevent cascades in the next transaction, if altering a table means dropping it."""

    def defect(self, connection: Connection) -> str | None:
        """Return the reason why the service cannot use a database, or None."""
        return None
