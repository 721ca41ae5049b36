"""Column types."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Integer,
    String,
    Table,
    TableClause,
    Text,
    TypeDecorator,
    column,
)
from sqlalchemy import table as table_clause
from sqlalchemy.types import TypeEngine

# SQLite supports AUTOINCREMENT, which never reuses an id, for INTEGER PRIMARY KEY only (64 bits).
Id = BigInteger().with_variant(Integer, "sqlite")
# With this collation PostgreSQL compares bytes, as SQLite does, so both sort alike.
Folded = Text(collation="C").with_variant(Text(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """A datetime in UTC, timezone-aware in Python even if the database has no time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        # A tenth of the time that SQLAlchemy's parser and datetime.replace() take.
        return _from_text if dialect.name == "sqlite" else _in_utc


def _from_text(text: str | None) -> datetime | None:
    """Return the time that SQLAlchemy stores as text, without a time zone, in SQLite."""
    return None if text is None else datetime.fromisoformat(f"{text}Z")


def _in_utc(time: datetime | None) -> datetime | None:
    return time and time.astimezone(UTC)


class Validated(TypeDecorator[str]):
    """A string that is validated before SQLAlchemy sends it, by the ORM or by Core.

    :param is_optional: whether None is valid too, for a column that may be NULL.
    """

    impl = String
    cache_ok = True

    def __init__(
        self, length: int, validate: Callable[[object], str], is_optional: bool = False
    ) -> None:
        super().__init__(length)
        self.validate = validate
        self.is_optional = is_optional

    def coerce_compared_value(self, op: Any, value: Any) -> Any:
        # A query may compare the column with any string.
        return self.impl_instance

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return self.check(value)

    def check(self, value: object) -> str | None:
        """Validate a value, and return it."""
        return None if value is None and self.is_optional else self.validate(value)


def without_validation(table: Table) -> TableClause:
    """Return a table for INSERTs of rows copied from a database, whose values are not validated."""
    return table_clause(table.name, *(column(each.name, _plain(each.type)) for each in table.c))


def _plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    return type_.impl_instance if isinstance(type_, Validated) else type_
