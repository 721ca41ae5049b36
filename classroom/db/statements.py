"""The statements of collections and items, built from a SELECT of their rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    ScalarSelect,
    Select,
    bindparam,
    case,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from .slices import Key, Scope, Slice, Value

Column = InstrumentedAttribute[Any]
Columns = Sequence[ColumnElement[Any] | Column]
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
        counted = rows.add_columns(total.scalar_subquery().label("total"))
        self._first = _limited(counted, key, descending)
        self._after = _limited(_beyond(counted, key, descending), key, descending)
        self._before = _limited(_beyond(counted, key, not descending), key, not descending)
        self._numbered = _numbered(rows, key, total, descending)
        self.total = total
        self.kinds = [column.type.python_type for column in key]

    def key(self, row: Any) -> Key:
        """Return the cursor of a row."""
        return tuple(getattr(row, name) for name in self._names)

    def slice(self, selected: Slice, scope: Scope) -> tuple[SelectStatement, dict[str, Value]]:
        """Return the statement that selects a slice, and its parameters.

        :param scope: the parameters of ``rows``.
        """
        limit: dict[str, Value] = {**scope, "limit": selected.limit}
        if selected.key:
            names = (f"key_{name}" for name in self._names)
            statement = self._before if selected.backward else self._after
            return statement, {**limit, **dict(zip(names, selected.key, strict=True))}
        if selected.offset:
            return self._numbered, {**limit, "offset": selected.offset}
        return self._first, limit


_LIMIT = bindparam("limit", type_=BigInteger)
_OFFSET = bindparam("offset", type_=BigInteger)


def _beyond(rows: SelectStatement, key: Columns, descending: bool) -> SelectStatement:
    """Select the rows beyond a cursor."""
    cursor = tuple_(*(bindparam(f"key_{column.key}", type_=column.type) for column in key))
    return rows.where(tuple_(*key) < cursor if descending else tuple_(*key) > cursor)


def _ordered(rows: SelectStatement, key: Columns, descending: bool) -> SelectStatement:
    return rows.order_by(*(column.desc() if descending else column for column in key))


def _limited(rows: SelectStatement, key: Columns, descending: bool) -> SelectStatement:
    return _ordered(rows, key, descending).limit(_LIMIT)


def _numbered(
    rows: SelectStatement, key: Columns, total: SelectStatement, descending: bool
) -> SelectStatement:
    """Select the rows after an offset, counted from the nearer end of the rows.

    One statement reads the total and the rows from one snapshot. It has a half for each direction;
    the half for the farther end has the limit 0, and costs nothing.
    """
    counted = total.cte("counted")
    rest = counted.c.total - _OFFSET
    rows = rows.add_columns(_of(counted, counted.c.total).label("total"))
    forward_limit = case((rest >= _OFFSET, _LIMIT), else_=0)
    backward_limit = case((or_(rest >= _OFFSET, rest <= 0), 0), (rest < _LIMIT, rest), else_=_LIMIT)
    backward_offset = case((rest > _LIMIT, rest - _LIMIT), else_=0)
    forward = _ordered(rows, key, descending).limit(_of(counted, forward_limit)).offset(_OFFSET)
    backward = _ordered(rows, key, not descending).limit(_of(counted, backward_limit))
    backward = backward.offset(_of(counted, backward_offset))
    halves = union_all(*(select(half.subquery()) for half in (forward, backward))).subquery()
    # The halves are ordered; a union need not be.
    return _ordered(select(*halves.c), [halves.c[str(column.key)] for column in key], descending)


def _of(counted: CTE, value: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Return a value that depends on the total."""
    return select(value).select_from(counted).scalar_subquery()


class ItemStatements:
    """The statements that select one row: without a lock, or locked until the transaction ends.

    SQLite has no row locks: a writing transaction locks the whole database.
    """

    def __init__(self, row: SelectStatement) -> None:
        self.select: SelectStatement = row
        self.select_for_update: SelectStatement = row.with_for_update()
