"""Folds the names that were written past the models, by SQL, which leaves them unfolded."""

from sqlalchemy import Connection, Select, Table, bindparam, select, update

from ..models.folding import fold
from ..models.tables import Class, Student

_TABLES: tuple[Table, ...] = (Student.metadata.tables["students"], Class.metadata.tables["classes"])
_BATCH = 1000


def are_folded(connection: Connection) -> bool:
    """Whether every name can be found and sorted."""
    return not any(connection.execute(_unfolded(table), {"last": 0}).first() for table in _TABLES)


def fold_names(connection: Connection) -> None:
    """Fold the names that are not, within the caller's transaction."""
    for table in _TABLES:
        change = update(table).where(table.c.id == bindparam("key")).values(folded=bindparam("to"))
        last = 0
        while rows := connection.execute(_unfolded(table), {"last": last}).all():
            connection.execute(change, [{"key": id, "to": fold(name)} for id, name in rows])
            last = rows[-1].id


def _unfolded(table: Table) -> "Select[int, str]":
    is_next = (table.c.folded == "", table.c.id > bindparam("last"))
    return select(table.c.id, table.c.name).where(*is_next).order_by(table.c.id).limit(_BATCH)
