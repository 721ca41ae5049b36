"""Rebuild what is derived from the names and rows: folded names, words and counts.

Each batch of rows is a transaction, so that the service can write in between.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, bindparam, delete, func, insert, select, update

from ..models.folding import fold
from ..models.tables import Base, Count, Named, Registration
from .backends import backend_of

# Receives how many more rows are done.
Report = Callable[[int], Any]

_BATCH = 1000
# Seconds between transactions. Other writers of SQLite look up to every 0.1 s whether it is free.
_PAUSE = 0.12
_NAMED = [cast(Table, model.__table__) for model in Named.__subclasses__()]
_COUNTED = [*_NAMED, cast(Table, Registration.__table__)]


def count_rows(engine: Engine) -> int:
    """Return how many rows have names."""
    with engine.connect() as connection:
        return sum(_count(connection, table) for table in _NAMED)


def reindex(engine: Engine, report: Report) -> None:
    """Fold all names again, rebuild their words, and count all rows.

    :param engine: for writing.
    """
    for table in _NAMED:
        last = 0
        while ids := _reindex_batch(engine, table, last):
            report(len(ids))
            last = ids[-1]
            time.sleep(_PAUSE)
    for table in _COUNTED:
        with engine.begin() as connection:
            _rebuild_count(connection, table)


def _reindex_batch(engine: Engine, table: Table, last: int) -> Sequence[int]:
    rows = select(table.c.id, table.c.name).where(table.c.id > last).order_by(table.c.id)
    change = update(table).where(table.c.id == bindparam("key"))
    with engine.begin() as connection:
        batch = connection.execute(rows.limit(_BATCH).with_for_update(key_share=True)).all()
        if batch:
            ids = [{"key": id} for id, _ in batch]
            # A change of the folded name makes the triggers rebuild its words.
            connection.execute(change.values(folded=""), ids)
            folded = [{"key": id, "new": fold(name)} for id, name in batch]
            connection.execute(change.values(folded=bindparam("new"), needs_folding=None), folded)
    return [id for id, _ in batch]


def _rebuild_count(connection: Connection, table: Table) -> None:
    backend_of(connection).lock_tables(connection, [table.name])
    connection.execute(delete(Count).where(Count.counted == table.name))
    number = _count(connection, table)
    connection.execute(insert(Count), {"counted": table.name, "part": 0, "number": number})


def _count(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.count()).select_from(table)).scalar_one()
