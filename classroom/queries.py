"""Every statement that reads, built once, with bind parameters for what a request brings."""

from typing import Any

from sqlalchemy import BigInteger, Executable, Select, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from .models import Class, Registration, Student, User
from .pagination import Key, Slice

Column = InstrumentedAttribute[int]

_BEYOND_EVERY_ID = 2**63 - 1


class Listing:
    """The statements behind a paginated collection, in the order of ``key``.

    :param key: the columns that order the rows and make its cursors.
    :param columns: what a row consists of, where that is more than the key.
    :param where: a column that must equal the bind parameter ``owner``.
    """

    def __init__(
        self, *key: Column, columns: tuple[Column, ...] = (), where: Column | None = None
    ) -> None:
        self._names = [column.key for column in key]
        owned = [] if where is None else [where == bindparam("owner")]
        rows = select(*(columns or key)).where(*owned)
        rows = rows.limit(bindparam("limit", type_=BigInteger))
        rows = rows.offset(bindparam("offset", type_=BigInteger))
        cursor = tuple_(*(bindparam(f"key_{column.key}", type_=column.type) for column in key))
        self.total: Executable = select(func.count()).select_from(key[0].class_).where(*owned)
        self.forward: Executable = rows.where(tuple_(*key) > cursor).order_by(*key)
        self.backward: Executable = rows.where(tuple_(*key) < cursor).order_by(
            *(column.desc() for column in key)
        )

    @property
    def arity(self) -> int:
        return len(self._names)

    def key(self, row: Any) -> Key:
        """The cursor of a row."""
        return tuple(getattr(row, name) for name in self._names)

    def slice(self, wanted: Slice) -> tuple[Executable, dict[str, int]]:
        """The statement, and its parameters but ``owner``, that fetches a slice."""
        end = _BEYOND_EVERY_ID if wanted.backward else 0
        key = wanted.key or (end,) * self.arity
        names = (f"key_{name}" for name in self._names)
        parameters = {
            "limit": wanted.limit,
            "offset": wanted.offset,
            **dict(zip(names, key, strict=True)),
        }
        return self.backward if wanted.backward else self.forward, parameters


class One:
    """The statement that reads one row, and those that lock it for the rest of the transaction.

    On SQLite they are all the same: a writer has the database to itself.
    """

    def __init__(self, row: "Select[*tuple[Any, ...]]") -> None:
        self.to_read: Executable = row
        self.to_change: Executable = row.with_for_update()
        self.to_refer_to: Executable = row.with_for_update(read=True, key_share=True)


STUDENT = One(select(Student.id, Student.name).where(Student.id == bindparam("id")))
CLASS = One(select(Class.id, Class.name).where(Class.id == bindparam("id")))
REGISTRATION = One(
    select(Registration.student_id, Registration.class_id, Registration.timestamp).where(
        Registration.student_id == bindparam("student_id"),
        Registration.class_id == bindparam("class_id"),
    )
)

_PAIR = (Registration.student_id, Registration.class_id)
STUDENTS = Listing(Student.id)
CLASSES = Listing(Class.id)
REGISTRATIONS = Listing(*_PAIR)
REGISTRATIONS_OF_STUDENT = Listing(
    Registration.class_id, columns=_PAIR, where=Registration.student_id
)
REGISTRATIONS_OF_CLASS = Listing(
    Registration.student_id, columns=_PAIR, where=Registration.class_id
)

_USER = select(User.id, User.name, User.password_hash)
USER_BY_NAME = _USER.where(User.name == bindparam("name"))
USER_BY_ID = _USER.where(User.id == bindparam("id"))
USERS = select(User.name)
ANY_USER = select(User.id).limit(1)
