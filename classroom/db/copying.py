"""Copy all rows of a database into an empty one."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, insert, select

from ..models import Base
from ..models.column_types import without_validation
from .backends import backend_of
from .engine import for_reading, for_writing
from .queries import count_rows

# A callback that receives the name of a table, the number of rows copied so far, and the total.
Report = Callable[[str, int, int], None]

_BATCH = 1000
# Triggers maintain the other tables.
_TABLES = [table for table in Base.metadata.sorted_tables if not table.info.get("is_derived")]


class CopyError(Exception):
    """A copy that was rolled back; the message says why."""


def copy_database(source: Engine, target: Engine, report: Report) -> None:
    """Copy all tables in one transaction, and commit if both databases have the same rows.

    :raises CopyError: if the target is the source, has rows, or differs after the copy.
    """
    with for_reading(source).begin() as reading, for_writing(target).begin() as writing:
        if _identity(reading) == _identity(writing):
            raise CopyError("source and target are the same database")
        backend_of(writing).lock_tables(writing, Base.metadata.tables)
        _check_empty(writing)
        for table in _TABLES:
            _copy_rows(table, reading, writing, report)
            _copy_last_id(table, reading, writing)
        _compare(reading, writing)


def _identity(connection: Connection) -> tuple[Any, ...]:
    backend = backend_of(connection)
    return (backend.name, *backend.identity(connection))


def _check_empty(connection: Connection) -> None:
    for table in _TABLES:
        if _count(connection, table):
            raise CopyError(f"the target is not empty: table {table.name} has rows")


def _copy_rows(table: Table, reading: Connection, writing: Connection, report: Report) -> None:
    copied, total = 0, _count(reading, table)
    report(table.name, copied, total)
    for rows in _batches(reading, table):
        writing.execute(insert(without_validation(table)), [dict(row._mapping) for row in rows])
        copied += len(rows)
        report(table.name, copied, total)


def _copy_last_id(table: Table, reading: Connection, writing: Connection) -> None:
    if "id" not in table.c:
        return
    assigned = backend_of(reading).last_id(reading, table.name)
    if last := max(assigned, _highest_id(reading, table)):
        backend_of(writing).set_last_id(writing, table.name, last)


def _compare(reading: Connection, writing: Connection) -> None:
    for table in _TABLES:
        if _checksum(reading, table) != _checksum(writing, table):
            raise CopyError(f"table {table.name} differs after the copy; rolled back")


def _checksum(connection: Connection, table: Table) -> tuple[int, str]:
    """Return the number of rows, and a hash of all rows in the order of their key."""
    count, digest = 0, hashlib.blake2b()
    for rows in _batches(connection, table):
        for row in rows:
            count += 1
            digest.update(repr(tuple(row)).encode())
    return count, digest.hexdigest()


def _batches(connection: Connection, table: Table) -> "Iterator[Any]":
    statement = select(table).order_by(*table.primary_key)
    return connection.execution_options(yield_per=_BATCH).execute(statement).partitions()


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(count_rows(table)).scalar_one()


def _highest_id(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.max(table.c.id))).scalar() or 0
