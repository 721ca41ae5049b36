"""Rebuild what is derived from rows: folded names, their words, and counts.

Each batch of rows is a transaction, so that the service can write in between.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any, cast

from sqlalchemy import Connection, Engine, Row, Table, delete, insert, select, update

from ..models.tables import Count, Registration
from .backends import backend_of
from .backfill import NAMED_TABLES, fold_rows
from .queries import count_rows

# A callback that receives the number of rows processed since the last call.
Report = Callable[[int], Any]

_BATCH = 1000
# Seconds between batches. Other processes poll a locked SQLite database every 0.1 s.
_PAUSE = 0.12
_COUNTED = [*NAMED_TABLES, cast(Table, Registration.__table__)]


def count_names(engine: Engine) -> int:
    """Return how many rows have a name."""
    with engine.connect() as connection:
        return sum(connection.execute(count_rows(table)).scalar_one() for table in NAMED_TABLES)


def reindex(engine: Engine, report: Report) -> None:
    """Fold all names again, rebuild their words, and count all rows.

    :param engine: for writing.
    """
    for table in NAMED_TABLES:
        _rebuild_words(engine, table, report)
    for table in _COUNTED:
        with engine.begin() as connection:
            _rebuild_count(connection, table)


def _rebuild_words(engine: Engine, table: Table, report: Report) -> None:
    last, is_full = 0, True
    # The service inserts rows with the right words. If it does so steadily, no batch is ever empty.
    while is_full:
        rows = _rebuild_batch(engine, table, last)
        report(len(rows))
        time.sleep(_PAUSE)
        is_full = len(rows) == _BATCH
        last = rows[-1].id if is_full else last


def _rebuild_batch(engine: Engine, table: Table, last: int) -> Sequence[Row[int, str]]:
    """Fold the names of the next rows after an id, and rebuild their words; return the rows."""
    batch = select(table.c.id, table.c.name).where(table.c.id > last).order_by(table.c.id)
    batch = batch.limit(_BATCH).with_for_update(key_share=True)
    with engine.begin() as connection:
        if rows := connection.execute(batch).all():
            # The triggers rebuild the words of a folded name that changes.
            # Not BETWEEN: a transaction may commit an id between them.
            is_in_batch = table.c.id.in_([row.id for row in rows])
            connection.execute(update(table).where(is_in_batch).values(folded=""))
            fold_rows(connection, table, rows)
    return rows


def _rebuild_count(connection: Connection, table: Table) -> None:
    backend_of(connection).lock_tables(connection, [table.name])
    number = connection.execute(count_rows(table)).scalar_one()
    connection.execute(delete(Count).where(Count.counted == table.name))
    connection.execute(insert(Count), {"counted": table.name, "part": 0, "number": number})
