"""The statements of collections that have a range of times."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, tuple_

from .slices import Key, Scope, Slice, Value
from .statements import CollectionStatements, Column, SelectStatement

_EARLIEST, _LATEST = (each.replace(tzinfo=UTC) for each in (datetime.min, datetime.max))


class TimeRangeStatements(CollectionStatements):
    """The statements of a collection ordered by a time and then by ids.

    The scope limits the times to those from "since" and before "until". Both are optional.

    :param rows: selects the rows, without these limits.
    :param total: counts the rows, with these limits.
    """

    def __init__(
        self, rows: SelectStatement, time: Column, *ids: Column, total: SelectStatement
    ) -> None:
        key = (time, *ids)
        low, high = _bound("low", key), _bound("high", key)
        super().__init__(rows.where(tuple_(*key) > low, tuple_(*key) < high), *key, total=total)

    def slice(self, selected: Slice, scope: Scope) -> tuple[SelectStatement, dict[str, Value]]:
        statement, parameters = super().slice(selected, scope)
        # A database uses only one of several lower limits to find the first row. A cursor replaces
        # "since", so that the rows between them are not read.
        low, high = self._at(scope.get("since", _EARLIEST)), self._at(scope.get("until", _LATEST))
        if selected.key and selected.backward:
            high = min(high, selected.key)
        elif selected.key:
            low = max(low, selected.key)
        return statement, parameters | self._parameters("low", low) | self._parameters("high", high)

    def _at(self, time: Any) -> Any:
        """Return the key before all keys with this time: ids are positive."""
        return (time, *(0 for _ in self._names[1:]))

    def _parameters(self, bound: str, key: Key) -> dict[str, Value]:
        names = (f"{bound}_{name}" for name in self._names)
        return dict(zip(names, key, strict=True))


def _bound(name: str, key: tuple[Column, ...]) -> ColumnElement[Any]:
    return tuple_(*(bindparam(f"{name}_{column.key}", type_=column.type) for column in key))
