"""The functions that change students, classes and registrations.

Each takes a connection, works within the caller's transaction, and raises the errors of
``classroom.db.exceptions``. The models validate the values.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    Connection,
    Delete,
    Executable,
    Row,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..models.folding import fold
from ..models.tables import Base, Named, Registration
from ..models.validation import validate_name
from .backends import Backend, backend_of
from .exceptions import AlreadyRegistered, NotFound

_REGISTRATION = (Registration.student_id, Registration.class_id, Registration.timestamp)
_DELETE_REGISTRATION = delete(Registration).where(
    Registration.student_id == bindparam("student_id"),
    Registration.class_id == bindparam("class_id"),
)


def create(connection: Connection, model: type[Named], **values: Any) -> Row[Any]:
    """Add a student or a class, and return its row.

    :param values: the values of columns.
    :raises InvalidValue: if a value breaks the rules for its column.
    """
    return connection.execute(_create(model), values).one()


def change(connection: Connection, model: type[Named], id: int, /, **values: Any) -> Row[Any]:
    """Change a student or a class, and return its row.

    :param values: the new values of columns. Other columns do not change.
    :raises InvalidValue: if a value breaks the rules for its column.
    :raises NotFound: if there is no such student or class.
    """
    folded = {"folded": fold(validate_name(values["name"]))} if "name" in values else {}
    statement = _change(model) if values else _lock(model)
    row = connection.execute(statement, {"key": id, **values, **folded}).one_or_none()
    if row is None:
        raise NotFound(f"there is no {model.__name__} {id}")
    return row


def remove(connection: Connection, model: type[Named], id: int) -> None:
    """Delete a student or a class, with its registrations.

    :raises NotFound: if there is no such student or class.
    """
    if not connection.execute(_delete(model), {"key": id}).rowcount:
        raise NotFound(f"there is no {model.__name__} {id}")


def register(connection: Connection, student_id: int, class_id: int) -> Row[Any]:
    """Register a student for a class, and return the row of the registration.

    For an idempotent write, suppress ``AlreadyRegistered``: the transaction can continue. After
    ``NotFound``, PostgreSQL can only roll back the transaction.

    :raises AlreadyRegistered: if the student is registered for the class.
    :raises NotFound: if there is no such student or class.
    """
    key = {"student_id": student_id, "class_id": class_id}
    backend = backend_of(connection)
    statement = insert_if_new(backend, Registration, *_REGISTRATION)
    try:
        row = connection.execute(statement, key).one_or_none()
    except IntegrityError as error:
        if not backend.is_foreign_key_violation(error.orig):
            raise
        raise NotFound(f"there is no Student {student_id} or no Class {class_id}") from None
    if row is None:
        raise AlreadyRegistered(**key)
    return row


def unregister(connection: Connection, student_id: int, class_id: int) -> None:
    """End the registration of a student for a class.

    :raises NotFound: if there is no such registration.
    """
    key = {"student_id": student_id, "class_id": class_id}
    if not connection.execute(_DELETE_REGISTRATION, key).rowcount:
        raise NotFound(f"Student {student_id} is not registered for Class {class_id}")


@cache
def _create(model: type[Named]) -> Executable:
    return insert(model).returning(*model.__table__.columns)


@cache
def _change(model: type[Named]) -> Executable:
    row = update(model).where(model.id == bindparam("key"))
    return row.returning(*model.__table__.columns)


@cache
def _lock(model: type[Named]) -> Executable:
    row = select(*model.__table__.columns).where(model.id == bindparam("key"))
    return row.with_for_update()


@cache
def _delete(model: type[Named]) -> Delete:
    return delete(model).where(model.id == bindparam("key"))


@cache
def insert_if_new(backend: Backend, model: type[Base], *returned: Any) -> Executable:
    """Return an INSERT that returns no row on a conflict. An error would abort the transaction."""
    return backend.insert_if_new(model).returning(*returned)
