"""SELECT statements for registrations, built once."""

from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from ..models import Named, Registration
from .queries import columns_of, total_of
from .statements import CollectionStatements, Column, ItemStatements, SelectStatement
from .time_ranges import TimeRangeStatements

_PAIR = (Registration.student_id, Registration.class_id)


class Join(NamedTuple):
    """A join of registrations with the students or classes that they refer to.

    :param name: the name of the field, such as "student".
    :param columns: the columns to select, each labelled with ``prefix`` and its name.
    """

    name: str
    model: type[Named]
    columns: tuple[str, ...]

    @property
    def column(self) -> str:
        """The name of the foreign key."""
        return f"{self.name}_id"

    @property
    def prefix(self) -> str:
        return f"{self.name}_"

    def apply(self, rows: SelectStatement) -> SelectStatement:
        """Join a SELECT of registrations."""
        columns = [column.label(self.prefix + column.key) for column in self._selected()]
        return rows.join(self.model).add_columns(*columns)

    def _selected(self) -> list[Column]:
        # The label of the id would be the name of the foreign key, which has the same value.
        return columns_of(self.model, (name for name in self.columns if name != "id"))


_FILTERS = {
    "student_id": Registration.student_id == bindparam("student_id"),
    "class_id": Registration.class_id == bindparam("class_id"),
    "since": Registration.timestamp >= bindparam("since"),
    "until": Registration.timestamp < bindparam("until"),
}


@cache
def registrations(
    filters: frozenset[str], joins: tuple[Join, ...], is_expanded: bool
) -> CollectionStatements:
    """Select registrations, ordered by key; if only their times are limited, ordered by time.

    :param filters: the names of the parameters that select rows, some of _FILTERS.
    :param is_expanded: whether to select more than the key.
    """
    wanted = [_FILTERS[name] for name in sorted(filters)]
    rows = _registrations(joins) if is_expanded else select(*_PAIR)
    total = total_of(Registration)
    if wanted:
        total = select(func.count().label("total")).select_from(Registration).where(*wanted)
    if filters and filters <= {"since", "until"}:
        rows = _registrations(joins)
        return TimeRangeStatements(rows, Registration.timestamp, *_PAIR, total=total)
    key = [column for column in _PAIR if column.key not in filters] or _PAIR
    return CollectionStatements(rows.where(*wanted), *key, total=total)


@cache
def registration(joins: tuple[Join, ...]) -> SelectStatement:
    """Select one registration, with the columns that ``registrations`` selects."""
    return _registrations(joins).where(*(column == bindparam(column.key) for column in _PAIR))


def _registrations(joins: tuple[Join, ...]) -> SelectStatement:
    rows: SelectStatement = select(*_PAIR, Registration.timestamp)
    for join in joins:
        rows = join.apply(rows)
    return rows


REGISTRATION = ItemStatements(registration(()))
