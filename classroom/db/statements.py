"""The statements of collections and items, built from a SELECT of their rows."""

from itertools import product
from typing import Any

from sqlalchemy import BigInteger, Select, bindparam, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from .slices import Key, Slice

Column = InstrumentedAttribute[Any]
SelectStatement = Select[*tuple[Any, ...]]


class CollectionStatements:
    """The statements of a paginated collection.

    :param rows: selects the rows, unordered.
    :param key: the columns that order the rows; their values are the cursor of a row.
    :param total: counts the rows. Each row of a slice has this number as ``total``.
    :param descending: whether the first row is the one with the greatest key.
    """

    def __init__(
        self, rows: SelectStatement, *key: Column, total: SelectStatement, descending: bool = False
    ) -> None:
        self._names = [column.key for column in key]
        rows = rows.add_columns(total.scalar_subquery().label("total"))
        self._slices = {
            (backward, beyond): _slice(rows, key, backward != descending, beyond)
            for backward, beyond in product((False, True), repeat=2)
        }
        self.total = total
        self.kinds = [column.type.python_type for column in key]

    def key(self, row: Any) -> Key:
        """Return the cursor of a row."""
        return tuple(getattr(row, name) for name in self._names)

    def slice(self, selected: Slice) -> tuple[SelectStatement, dict[str, int | str]]:
        """Return the statement that selects a slice, and the parameters of the slice.

        The caller adds the parameters of ``rows``.
        """
        names = (f"key_{name}" for name in self._names)
        key = dict(zip(names, selected.key, strict=True)) if selected.key else {}
        statement = self._slices[selected.backward, bool(key)]
        return statement, {"limit": selected.limit, "offset": selected.offset, **key}


def _slice(
    rows: SelectStatement, key: tuple[Column, ...], descending: bool, beyond: bool
) -> SelectStatement:
    """Order and limit the rows, from the first one or from ``beyond`` a cursor."""
    if beyond:
        columns = tuple_(*key)
        cursor = tuple_(*(bindparam(f"key_{column.key}", type_=column.type) for column in key))
        rows = rows.where(columns < cursor if descending else columns > cursor)
    rows = rows.order_by(*(column.desc() if descending else column for column in key))
    rows = rows.limit(bindparam("limit", type_=BigInteger))
    return rows.offset(bindparam("offset", type_=BigInteger))


class ItemStatements:
    """The statements that select one row, without a lock, or with one until the transaction ends.

    SQLite has no row locks: a writing transaction locks the whole database.
    """

    def __init__(self, row: SelectStatement) -> None:
        self.select: SelectStatement = row
        self.select_for_update: SelectStatement = row.with_for_update()
