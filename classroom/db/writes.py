"""The functions that change students, classes and registrations.

Each takes a connection, works within the caller's transaction, and raises the errors of
``classroom.db.exceptions``. The models validate the values.
"""

from functools import cache
from typing import Any

from pyramid_retry import mark_error_retryable
from sqlalchemy import (
    Connection,
    Delete,
    Executable,
    Row,
    String,
    bindparam,
    case,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from ..models import Base, Record, Registration
from ..models.folding import fold
from ..models.validation import validate_name
from .backends import Backend, backend_of
from .exceptions import AlreadyRegistered, NotFound, SourceIdExists

_REGISTRATION = (Registration.student_id, Registration.class_id, Registration.timestamp)
_DELETE_REGISTRATION = delete(Registration).where(
    Registration.student_id == bindparam("student_id"),
    Registration.class_id == bindparam("class_id"),
)


def create(connection: Connection, model: type[Record], **values: Any) -> Row[Any]:
    """Add a student or a class, and return its row.

    :param values: the values of columns.
    :raises InvalidValue: if a value breaks the rules for its column.
    :raises SourceIdExists: if another row has the source id.
    """
    statement = _create(backend_of(connection), model)
    while (row := connection.execute(statement, values).one_or_none()) is None:
        # If the row in conflict has just been deleted, the next attempt succeeds.
        _check_unused(connection, model, values.get("source_id"))
    return row


def change(connection: Connection, model: type[Record], id: int, /, **values: Any) -> Row[Any]:
    """Change a student or a class, and return its row.

    :param values: the new values of columns. Other columns do not change.
    :raises InvalidValue: if a value breaks the rules for its column.
    :raises NotFound: if there is no such student or class.
    :raises SourceIdExists: if another row has the source id.
    """
    if values.get("source_id") is not None:
        _check_unused(connection, model, values["source_id"], id)
    if "name" in values:
        values["folded"] = fold(validate_name(values["name"]))
    statement = _change(backend_of(connection), model, tuple(values)) if values else _lock(model)
    parameters = {f"new_{name}": value for name, value in values.items()}
    try:
        row = connection.execute(statement, {"key": id, **parameters}).one_or_none()
    except IntegrityError as error:
        mark_error_retryable(error)  # another row has taken the source id since the check
        raise
    if row is None:
        raise NotFound(f"there is no {model.__name__} {id}")
    return row


def remove(connection: Connection, model: type[Record], id: int) -> None:
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
        raise NotFound(f"Student {student_id} or Class {class_id} does not exist") from None
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


def _check_unused(
    connection: Connection, model: type[Record], source_id: str | None, id: int | None = None
) -> None:
    """Check that no row has the source id, except the row with this id."""
    owner = connection.execute(_find(model), {"source_id": source_id}).scalar()
    if owner not in (None, id):
        raise SourceIdExists(owner)


@cache
def _find(model: type[Record]) -> Executable:
    return select(model.id).where(model.source_id == bindparam("source_id", type_=String))


@cache
def _create(backend: Backend, model: type[Record]) -> Executable:
    return insert_if_new(backend, model, *model.__table__.columns)


@cache
def _change(backend: Backend, model: type[Record], names: tuple[str, ...]) -> Executable:
    """Set columns to the parameters ``new_NAME``. If no value differs, keep ``updated_at``."""
    columns = model.__table__.columns
    new = {name: bindparam(f"new_{name}", type_=columns[name].type) for name in names}
    # A name that was written directly to the database is folded later; folding alone is not a
    # change.
    compared = [name for name in names if name != "folded"]
    is_changed = or_(*(columns[name].is_distinct_from(new[name]) for name in compared))
    # The time does not decrease, even if the clock is set back.
    is_later = model.updated_at < backend.now
    time = case((is_changed & is_later, backend.now), else_=model.updated_at)
    row = update(model).where(model.id == bindparam("key")).values(**new, updated_at=time)
    return row.returning(*columns)


@cache
def _lock(model: type[Record]) -> Executable:
    row = select(*model.__table__.columns).where(model.id == bindparam("key"))
    return row.with_for_update()


@cache
def _delete(model: type[Record]) -> Delete:
    return delete(model).where(model.id == bindparam("key"))


@cache
def insert_if_new(backend: Backend, model: type[Base], *returned: Any) -> Executable:
    """Return an INSERT that returns no row on a conflict.

    An error would abort the transaction.
    """
    return backend.insert_if_new(model).returning(*returned)
