"""Fold names that were written directly to the database, without their folded form.

Triggers mark the rows of such names.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, Row, Select, Table, bindparam, exists, or_, select, update

from ..models import Base
from ..models.folding import fold

NAMED_TABLES = [table for table in Base.metadata.sorted_tables if "folded" in table.c]
_BATCH = 1000


def are_folded(connection: Connection) -> bool:
    """Return whether no row is marked. An index of the marked rows makes this fast."""
    marks = (exists().where(table.c.needs_folding) for table in NAMED_TABLES)
    return not connection.scalar(select(or_(*marks)))


def fold_names(connection: Connection) -> None:
    """Fold the names of the marked rows, within the caller's transaction."""
    for table in NAMED_TABLES:
        while rows := connection.execute(_marked(table)).all():
            fold_rows(connection, table, rows)


def fold_rows(connection: Connection, table: Table, rows: Sequence[Row[int, str]]) -> None:
    """Fold the names of rows, each with its id and name."""
    change = update(table).where(table.c.id == bindparam("key"))
    change = change.values(folded=bindparam("new"), needs_folding=None)
    connection.execute(change, [{"key": id, "new": fold(name)} for id, name in rows])


def _marked(table: Table) -> "Select[int, str]":
    return select(table.c.id, table.c.name).where(table.c.needs_folding).limit(_BATCH)
