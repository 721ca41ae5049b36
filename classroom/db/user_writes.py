"""The functions that change users and the teachers of classes.

Like those in ``classroom.db.writes``, each takes a connection, works within the caller's
transaction, and raises the errors of ``classroom.db.exceptions``.
"""

from contextlib import suppress
from typing import Any

from pyramid_retry import mark_error_retryable
from sqlalchemy import Connection, Row, String, bindparam, delete, select, update
from sqlalchemy.exc import IntegrityError

from ..models.folding import fold
from ..models.roles import Role
from ..models.tables import Teacher, User
from ..models.validation import validate_user_name
from .backends import backend_of
from .exceptions import AlreadyTeaches, LastAdmin, NotATeacher, NotFound, UserExists
from .writes import insert_if_new

# Without the hash of the password.
_COLUMNS: list[Any] = [User.id, User.name, User.role]
_CHANGE = update(User).where(User.id == bindparam("key")).returning(*_COLUMNS)
_LOCK = select(*_COLUMNS).where(User.id == bindparam("key")).with_for_update()
_LOCK_ADMINS = select(User.id).where(User.role == Role.ADMIN).order_by(User.id).with_for_update()
_LOCK_HASH = select(User.id).where(User.id == bindparam("key")).with_for_update()
_LOCK_HASH = _LOCK_HASH.where(User.password_hash == bindparam("hash", type_=String))
# A concurrent change of the role waits until the assignment is committed, and then removes it.
_LOCK_ROLE = select(User.role).where(User.id == bindparam("key")).with_for_update(read=True)


def find_user(connection: Connection, name: str) -> int:
    """Return the id of a user.

    :raises NotFound: if there is no user of that name.
    """
    id = connection.execute(select(User.id).where(User.name == name)).scalar()
    if id is None:
        raise NotFound(f"there is no user {name}")
    return id


def add_user(
    connection: Connection, name: str, password_hash: str, role: str = Role.REGISTRAR
) -> Row[Any]:
    """Add a user, and return the row.

    :raises InvalidValue: if the name, the hash or the role cannot be stored.
    :raises UserExists: if there is a user of that name.
    """
    statement = insert_if_new(backend_of(connection), User, *_COLUMNS)
    values = {"name": name, "password_hash": password_hash, "role": role}
    row = connection.execute(statement, values).one_or_none()
    if row is None:
        raise UserExists(f"user {name} already exists", find_user(connection, name))
    return row


def change_user(connection: Connection, id: int, **values: str) -> Row[Any]:
    """Change a user, and return the row. A new role other than "teacher" removes the assignments.

    :param values: the new values of ``name``, ``password_hash`` or ``role``.
    :raises InvalidValue: if a value cannot be stored.
    :raises NotFound: if there is no such user.
    :raises UserExists: if there is another user of that name.
    """
    folded = {}
    if "name" in values:
        folded = {"folded": fold(validate_user_name(values["name"]))}
        _check_unused(connection, values["name"], id)
    try:
        statement = _CHANGE if values else _LOCK
        row = connection.execute(statement, {"key": id, **values, **folded}).one_or_none()
    except IntegrityError as error:
        mark_error_retryable(error)  # another user has taken the name since the check
        raise
    if row is None:
        raise NotFound(f"there is no User {id}")
    if values.get("role", Role.TEACHER) != Role.TEACHER:
        connection.execute(delete(Teacher).where(Teacher.user_id == id))
    return row


def change_user_unless_last_admin(connection: Connection, id: int, **values: str) -> Row[Any]:
    """Change a user as ``change_user`` does, but let the only admin keep the role.

    :raises LastAdmin: if the user is the only admin, and the new role is not "admin".
    """
    if values.get("role", Role.ADMIN) != Role.ADMIN:
        require_another_admin(connection, id)
    return change_user(connection, id, **values)


def remove_user(connection: Connection, id: int) -> None:
    """Delete a user.

    :raises NotFound: if there is no such user.
    """
    if not connection.execute(delete(User).where(User.id == id)).rowcount:
        raise NotFound(f"there is no User {id}")


def has_password_hash(connection: Connection, id: int, password_hash: str) -> bool:
    """Return whether this is still the hash of a user's password, and lock the row if it is."""
    return bool(connection.execute(_LOCK_HASH, {"key": id, "hash": password_hash}).first())


def require_another_admin(connection: Connection, id: int) -> None:
    """Check that a user is not the only admin, and lock all admins.

    :raises LastAdmin: if the user is the only admin.
    """
    if connection.execute(_LOCK_ADMINS).scalars().all() == [id]:
        raise LastAdmin("the last admin cannot be removed or given another role", id)


def assign(connection: Connection, class_id: int, user_id: int) -> None:
    """Assign a teacher to a class.

    For an idempotent write, suppress ``AlreadyTeaches``: the transaction can continue.

    :raises AlreadyTeaches: if the user already teaches the class.
    :raises NotATeacher: if the user has a role other than "teacher".
    :raises NotFound: if there is no such class or user.
    """
    role = connection.execute(_LOCK_ROLE, {"key": user_id}).scalar()
    if role is None:
        raise NotFound(f"there is no User {user_id}")
    if role != Role.TEACHER:
        raise NotATeacher("only users with the role teacher can be assigned", user_id)
    key = {"class_id": class_id, "user_id": user_id}
    backend = backend_of(connection)
    statement = insert_if_new(backend, Teacher, Teacher.class_id)
    try:
        row = connection.execute(statement, key).one_or_none()
    except IntegrityError as error:
        if not backend.is_foreign_key_violation(error.orig):
            raise
        raise NotFound(f"there is no Class {class_id}") from None
    if row is None:
        raise AlreadyTeaches(class_id, user_id)


def unassign(connection: Connection, class_id: int, user_id: int) -> None:
    """Remove a teacher from a class.

    :raises NotFound: if the user does not teach the class.
    """
    row = delete(Teacher).where(Teacher.class_id == class_id, Teacher.user_id == user_id)
    if not connection.execute(row).rowcount:
        raise NotFound(f"User {user_id} does not teach Class {class_id}")


def _check_unused(connection: Connection, name: str, id: int) -> None:
    with suppress(NotFound):
        if (other := find_user(connection, name)) != id:
            raise UserExists(f"user {name} already exists", other)
