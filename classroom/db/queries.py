"""Every statement, built once, with bind parameters for what a request brings."""

from functools import cache
from itertools import product
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    intersect,
    literal_column,
    select,
    tuple_,
    update,
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


class Listing:
    """The statements behind a paginated collection.

    :param rows: the rows, in no order.
    :param key: the columns that order the rows and make its cursors.
    :param total: counts the rows; each row of a slice has the same ``total``.
    """

    def __init__(self, rows: Rows, *key: Column, total: Rows, downward: bool = False) -> None:
        self._names = [column.key for column in key]
        rows = rows.add_columns(total.scalar_subquery().label("total"))
        self._slices = {
            (backward, beyond): _slice(rows, key, backward != downward, beyond)
            for backward, beyond in product((False, True), repeat=2)
        }
        self.total = total
        self.kinds = [column.type.python_type for column in key]

    def key(self, row: Any) -> Key:
        """The cursor of a row."""
        return tuple(getattr(row, name) for name in self._names)

    def slice(self, wanted: Slice) -> tuple[Rows, dict[str, int | str]]:
        """The statement that fetches a slice, and its parameters but those of ``rows``."""
        names = (f"key_{name}" for name in self._names)
        key = dict(zip(names, wanted.key, strict=True)) if wanted.key else {}
        statement = self._slices[wanted.backward, bool(key)]
        return statement, {"limit": wanted.limit, "offset": wanted.offset, **key}


def _slice(rows: Rows, key: tuple[Column, ...], downward: bool, beyond: bool) -> Rows:
    """Some of the rows, from the lowest key or from the highest, or beyond a cursor."""
    if beyond:
        columns = tuple_(*key)
        cursor = tuple_(*(bindparam(f"key_{column.key}", type_=column.type) for column in key))
        rows = rows.where(columns < cursor if downward else columns > cursor)
    rows = rows.order_by(*(column.desc() if downward else column for column in key))
    rows = rows.limit(bindparam("limit", type_=BigInteger))
    return rows.offset(bindparam("offset", type_=BigInteger))


@cache
def named(model: type[Named], order: str, words: int, is_expanded: bool) -> Listing:
    """Students or classes.

    :param order: one of classroom.parameters.ORDERS.
    :param words: how many words each name holds, as ``beginnings_of`` gives them.
    """
    key = (model.folded, model.id) if order.endswith("name") else (model.id,)
    rows = select(model.id, *key[:-1], *([model.name] if is_expanded else []))
    total = _count(model)
    if words:
        matches = _matches(_WORDS[model], words).cte("matches")
        rows = rows.where(model.id.in_(select(matches.c.id)))
        total = select(func.count().label("total")).select_from(matches)
    return Listing(rows, *key, total=total, downward=order.startswith("-"))


def _count(model: type[Base]) -> Rows:
    """How many rows a table has, without counting them."""
    total = cast(func.coalesce(func.sum(Count.number), 0), BigInteger).label("total")
    # A literal, so that it is planned for this table.
    return select(total).where(Count.counted == literal_column(f"'{model.__tablename__}'"))


def beginnings_of(words: tuple[str, ...]) -> dict[str, str]:
    """The parameters for names that hold words which begin so."""
    parameters = {}
    for place, word in enumerate(words):
        parameters[f"word_{place}"] = word
        parameters[f"last_{place}"] = word + _LAST_CHARACTER * NAME_LENGTH
    return parameters


def _matches(table: Table, words: int) -> Any:
    """The ids of names that hold all words, each once."""
    word, id = table.c.word, table.c.id
    ids = [
        select(id).where(word >= bindparam(f"word_{place}"), word <= bindparam(f"last_{place}"))
        for place in range(words)
    ]
    return intersect(*ids) if words > 1 else ids[0].distinct()


@cache
def registrations(owner: str | None, expanded: frozenset[str]) -> Listing:
    """Registrations: all, or those whose column ``owner`` equals the parameter of that name.

    :param expanded: may hold "student" and "class", whose names are wanted then.
    """
    owned = [] if owner is None else [getattr(Registration, owner) == bindparam("owner")]
    rows = _registrations(expanded) if expanded else select(*_PAIR)
    total = _count(Registration)
    if owned:
        total = select(func.count().label("total")).select_from(Registration).where(*owned)
    key = (column for column in _PAIR if column.key != owner)
    return Listing(rows.where(*owned), *key, total=total)


@cache
def registration(expanded: frozenset[str]) -> Rows:
    """One registration, as ``registrations`` has it."""
    return _registrations(expanded).where(*_is_pair())


def _is_pair() -> "list[ColumnElement[bool]]":
    return [column == bindparam(column.key) for column in _PAIR]


def _registrations(expanded: frozenset[str]) -> Rows:
    rows = select(*_PAIR, Registration.timestamp)
    if "student" in expanded:
        rows = rows.join(Student).add_columns(Student.name.label("student_name"))
    if "class" in expanded:
        rows = rows.join(Class).add_columns(Class.name.label("class_name"))
    return rows


class One:
    """The statements about one row: to read it, to lock it for the rest of the transaction, and to
    be rid of it.

    On SQLite the first three are the same: a writer has the database to itself.
    """

    def __init__(self, row: Rows, delete: Executable) -> None:
        self.to_read: Rows = row
        self.to_change: Rows = row.with_for_update()
        self.to_refer_to: Rows = row.with_for_update(read=True, key_share=True)
        self.delete = delete


class NamedOne(One):
    """A student or a class, found by the parameter ``key``."""

    def __init__(self, model: type[Named]) -> None:
        row, is_it = (model.id, model.name), model.id == bindparam("key")
        super().__init__(select(*row).where(is_it), delete(model).where(is_it))
        self.create: Executable = insert(model).returning(*row)
        self.rename: Executable = update(model).where(is_it).returning(*row)


class RegistrationOne(One):
    """A registration, found by the parameters that are named after its columns."""

    def __init__(self) -> None:
        row = (*_PAIR, Registration.timestamp)
        super().__init__(registration(frozenset()), delete(Registration).where(*_is_pair()))
        self.create: Executable = insert(Registration).returning(*row)


STUDENT = NamedOne(Student)
CLASS = NamedOne(Class)
REGISTRATION = RegistrationOne()

_USER = select(User.id, User.name, User.password_hash)
USER_BY_NAME = _USER.where(User.name == bindparam("name"))
USER_BY_ID = _USER.where(User.id == bindparam("id"))
USERS = select(User.name)
ANY_USER = select(User.id).limit(1)
