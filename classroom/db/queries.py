"""SELECT statements, built once, with bind parameters for the values in a request."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    Table,
    bindparam,
    cast,
    exists,
    func,
    intersect,
    literal_column,
    select,
)

from ..models import Base, Class, Count, Named, Teacher, User
from ..models.column_types import UTCDateTime
from ..models.names import NAME_LENGTH
from ..models.roles import Role
from .statements import CollectionStatements, Column, ItemStatements, SelectStatement

_LAST_CHARACTER = "\U0010ffff"


@cache
def named(
    model: type[Named],
    columns: tuple[str, ...],
    order: str,
    words: int,
    filters: tuple[str, ...] = (),
) -> CollectionStatements:
    """Select students, classes or users.

    :param columns: the columns to select, in addition to the id and the key.
    :param order: the name of a column, prefixed with ``-`` for the reverse order.
    :param words: the number of prefixes to match; ``prefix_parameters`` returns their parameters.
    :param filters: keys of ``_FILTERS``, which are also the names of their parameters.
    """
    order, is_descending = order.removeprefix("-"), order.startswith("-")
    column = model.folded if order == "name" else getattr(model, order)
    key = (model.id,) if column is model.id else (column, model.id)
    rows = _select(model, *key[:-1], *columns_of(model, columns))
    total = total_of(model)
    if words or filters:
        matches = _matches(model, words, filters).cte("matches")
        total = select(func.count().label("total")).select_from(matches)
        # In the order of their time, the rows are a range of an index.
        is_range = (order, words, filters) == ("updated_at", 0, ("updated_since",))
        rows = rows.where(_is_since(model) if is_range else model.id.in_(select(matches.c.id)))
    return CollectionStatements(rows, *key, total=total, descending=is_descending)


def _matches(model: type[Named], words: int, filters: Iterable[str]) -> Any:
    """Select the distinct ids of the rows that match all prefixes and filters."""
    ids = _ids_of_words(model.words, words)
    ids += [select(model.id).where(_FILTERS[name](model)) for name in filters]
    if len(ids) > 1:
        return intersect(*ids)
    return ids[0].distinct() if words else ids[0]


def _is_since(model: Any) -> ColumnElement[bool]:
    return model.updated_at >= bindparam("updated_since", type_=UTCDateTime)


_FILTERS: Mapping[str, Callable[[Any], ColumnElement[bool]]] = {
    "source_id": lambda model: model.source_id == bindparam("source_id", type_=String),
    "updated_since": _is_since,
}


def _select(model: type[Named], *columns: Column) -> SelectStatement:
    """Select the id and other columns, each once."""
    return select(*dict.fromkeys((model.id, *columns)))


def columns_of(model: type[Base], names: Iterable[str]) -> list[Column]:
    return [getattr(model, name) for name in names]


def total_of(model: type[Base]) -> SelectStatement:
    """Select the number of rows of a table from the counts that triggers maintain."""
    total = cast(func.coalesce(func.sum(Count.number), 0), BigInteger).label("total")
    # A literal, so that PostgreSQL plans the statement for this table.
    return select(total).where(Count.counted == literal_column(f"'{model.__tablename__}'"))


def count_rows(table: Table) -> "Select[int]":
    """Count the rows of a table with COUNT(*), independently of the triggers."""
    return select(func.count()).select_from(table)


def prefix_parameters(words: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that select names by prefixes of their words."""
    parameters = {}
    for place, word in enumerate(words):
        parameters[f"word_{place}"] = word
        parameters[f"last_{place}"] = word + _LAST_CHARACTER * NAME_LENGTH
    return parameters


def _ids_of_words(table: Table, words: int) -> list[SelectStatement]:
    """Select the ids of the words that match a prefix, for each prefix."""
    word, id = table.c.word, table.c.id
    return [
        select(id).where(word >= bindparam(f"word_{place}"), word <= bindparam(f"last_{place}"))
        for place in range(words)
    ]


def named_item(model: type[Named], columns: Sequence[str]) -> SelectStatement:
    """Select the student, class or user whose id is the parameter ``key``."""
    return _select(model, *columns_of(model, columns)).where(model.id == bindparam("key"))


@cache
def teachers_of_class(columns: tuple[str, ...]) -> CollectionStatements:
    """Select the users who teach the class whose id is the parameter "owner"."""
    return _taught(User, columns, Teacher.class_id)


@cache
def classes_of_user(columns: tuple[str, ...]) -> CollectionStatements:
    """Select the classes that the user whose id is the parameter "owner" teaches."""
    return _taught(Class, columns, Teacher.user_id)


def _taught(model: type[Named], columns: tuple[str, ...], owner: Column) -> CollectionStatements:
    is_owned = owner == bindparam("owner")
    rows = _select(model, *columns_of(model, columns)).join(Teacher).where(is_owned)
    total = select(func.count().label("total")).select_from(Teacher).where(is_owned)
    return CollectionStatements(rows, model.id, total=total)


TEACHER = ItemStatements(
    select(Teacher.class_id, Teacher.user_id).where(
        Teacher.class_id == bindparam("class_id"), Teacher.user_id == bindparam("user_id")
    )
)

# One row per class that the user teaches, or one row whose class is null.
_USER = select(User.id, User.name, User.password_hash, User.role, Teacher.class_id)
_USER = _USER.outerjoin(Teacher, Teacher.user_id == User.id)
# A plain string, since invalid names are looked up too.
USER_BY_NAME = _USER.where(User.name == bindparam("name", type_=String))
USER_BY_ID = _USER.where(User.id == bindparam("id"))
USERS = select(User.name, User.role)
# Whether there is a user, and whether there is an admin.
HAS_USERS = select(
    exists(select(User.id)).label("any"),
    exists(select(User.id).where(User.role == Role.ADMIN)).label("admin"),
)
