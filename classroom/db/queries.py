"""The statements that read, built once, with bind parameters for the values of a request."""

from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    String,
    Table,
    bindparam,
    cast,
    func,
    intersect,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.orm import InstrumentedAttribute

from ..models.names import NAME_LENGTH
from ..models.tables import (
    CLASS_WORDS,
    STUDENT_WORDS,
    Base,
    Class,
    Count,
    Named,
    Registration,
    Student,
    User,
)
from .slices import Key, Slice

Column = InstrumentedAttribute[Any]
Rows = Select[*tuple[Any, ...]]

_LAST_CHARACTER = "\U0010ffff"
_WORDS = {Student: STUDENT_WORDS, Class: CLASS_WORDS}
_PAIR = (Registration.student_id, Registration.class_id)


class CollectionStatements:
    """The statements behind a paginated collection.

    :param rows: selects the rows, unordered.
    :param key: the columns that order the rows; their values are the cursor of a row.
    :param total: counts the rows. Each row of a slice has this number as ``total``.
    :param descending: whether the first row is the one with the greatest key.
    """

    def __init__(self, rows: Rows, *key: Column, total: Rows, descending: bool = False) -> None:
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

    def slice(self, wanted: Slice) -> tuple[Rows, dict[str, int | str]]:
        """Return the statement that selects a slice, and the parameters of the slice.

        The caller adds the parameters of ``rows``.
        """
        names = (f"key_{name}" for name in self._names)
        key = dict(zip(names, wanted.key, strict=True)) if wanted.key else {}
        statement = self._slices[wanted.backward, bool(key)]
        return statement, {"limit": wanted.limit, "offset": wanted.offset, **key}


def _slice(rows: Rows, key: tuple[Column, ...], descending: bool, beyond: bool) -> Rows:
    """Order and limit the rows; ``beyond`` a cursor, or from the first row."""
    if beyond:
        columns = tuple_(*key)
        cursor = tuple_(*(bindparam(f"key_{column.key}", type_=column.type) for column in key))
        rows = rows.where(columns < cursor if descending else columns > cursor)
    rows = rows.order_by(*(column.desc() if descending else column for column in key))
    rows = rows.limit(bindparam("limit", type_=BigInteger))
    return rows.offset(bindparam("offset", type_=BigInteger))


@cache
def named(model: type[Named], order: str, words: int, is_expanded: bool) -> CollectionStatements:
    """Select students or classes.

    :param order: one of classroom.http.query.ORDERS.
    :param words: how many words each name must have; ``beginnings_of`` makes their parameters.
    """
    key = (model.folded, model.id) if order.endswith("name") else (model.id,)
    rows = select(model.id, *key[:-1], *([model.name] if is_expanded else []))
    total = _count(model)
    if words:
        matches = _matches(_WORDS[model], words)
        rows = rows.where(model.id.in_(matches))
        total = select(func.count().label("total")).select_from(matches.subquery())
    return CollectionStatements(rows, *key, total=total, descending=order.startswith("-"))


def _count(model: type[Base]) -> Rows:
    """Select the number of rows of a table from the counts that triggers maintain."""
    total = cast(func.coalesce(func.sum(Count.number), 0), BigInteger).label("total")
    # A literal, so that PostgreSQL plans the statement for this table.
    return select(total).where(Count.counted == literal_column(f"'{model.__tablename__}'"))


def beginnings_of(words: tuple[str, ...]) -> dict[str, str]:
    """Return the parameters that select names with words that begin with ``words``."""
    parameters = {}
    for place, word in enumerate(words):
        parameters[f"word_{place}"] = word
        parameters[f"last_{place}"] = word + _LAST_CHARACTER * NAME_LENGTH
    return parameters


def _matches(table: Table, words: int) -> Any:
    """Select the distinct ids of the names that have all words."""
    word, id = table.c.word, table.c.id
    ids = [
        select(id).where(word >= bindparam(f"word_{place}"), word <= bindparam(f"last_{place}"))
        for place in range(words)
    ]
    return intersect(*ids) if words > 1 else ids[0].distinct()


@cache
def registrations(owner: str | None, expanded: frozenset[str]) -> CollectionStatements:
    """Select all registrations, or those whose column ``owner`` equals the parameter "owner".

    :param expanded: may contain "student" and "class", to select their names too.
    """
    owned = [] if owner is None else [getattr(Registration, owner) == bindparam("owner")]
    rows = _registrations(expanded) if expanded else select(*_PAIR)
    total = _count(Registration)
    if owned:
        total = select(func.count().label("total")).select_from(Registration).where(*owned)
    key = (column for column in _PAIR if column.key != owner)
    return CollectionStatements(rows.where(*owned), *key, total=total)


@cache
def registration(expanded: frozenset[str]) -> Rows:
    """Select one registration, with the columns that ``registrations`` selects."""
    return _registrations(expanded).where(*(column == bindparam(column.key) for column in _PAIR))


def _registrations(expanded: frozenset[str]) -> Rows:
    rows = select(*_PAIR, Registration.timestamp)
    if "student" in expanded:
        rows = rows.join(Student).add_columns(Student.name.label("student_name"))
    if "class" in expanded:
        rows = rows.join(Class).add_columns(Class.name.label("class_name"))
    return rows


class ItemStatements:
    """The statements that select one row, without a lock or with one.

    ``select_for_update`` locks the row for a change, ``select_for_key_share`` against deletion
    while other rows are made to refer to it. Locks last until the end of the transaction. SQLite
    has no row locks: a writing transaction has the whole database.
    """

    def __init__(self, row: Rows) -> None:
        self.select: Rows = row
        self.select_for_update: Rows = row.with_for_update()
        self.select_for_key_share: Rows = row.with_for_update(read=True, key_share=True)


def _named_item(model: type[Named]) -> Rows:
    return select(model.id, model.name).where(model.id == bindparam("key"))


STUDENT = ItemStatements(_named_item(Student))
CLASS = ItemStatements(_named_item(Class))
REGISTRATION = ItemStatements(registration(frozenset()))

_USER = select(User.id, User.name, User.password_hash)
# As a plain string: names that nobody can have are looked up too.
USER_BY_NAME = _USER.where(User.name == bindparam("name", type_=String))
USER_BY_ID = _USER.where(User.id == bindparam("id"))
USERS = select(User.name)
ANY_USER = select(User.id).limit(1)
