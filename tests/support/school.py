"""A school: rows that are written without the service, and clients with any role."""

import secrets
from typing import Any

from sqlalchemy import Engine
from webtest import TestApp

from classroom.db import user_writes, writes
from classroom.db.engine import for_writing
from classroom.models.tables import Class, Student

from .application import client_of, engine_of
from .users import PASSWORD, PASSWORD_HASH


class School:
    """Adds rows to the database of an application. Each row is new."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.engine: Engine = engine_of(app)

    def add_student(self) -> int:
        return self._write(writes.create, Student, name="david").id

    def add_class(self) -> int:
        return self._write(writes.create, Class, name="algebra").id

    def add_user(self, role: str, name: str = "") -> int:
        """Add a user with the password of the tests; return the id.

        :param name: a random one by default.
        """
        name = name or secrets.token_hex(8)
        return self._write(user_writes.add_user, name, PASSWORD_HASH, role).id

    def register(self, student_id: int, class_id: int) -> None:
        self._write(writes.register, student_id, class_id)

    def assign(self, user_id: int, class_id: int) -> None:
        self._write(user_writes.assign, class_id, user_id)

    def unassign(self, user_id: int, class_id: int) -> None:
        self._write(user_writes.unassign, class_id, user_id)

    def change_user(self, user_id: int, **values: str) -> str:
        """Change columns of a user; return the name."""
        return self._write(user_writes.change_user, user_id, **values).name

    def remove_user(self, user_id: int) -> None:
        self._write(user_writes.remove_user, user_id)

    def client(self, user_id: int, password: str = PASSWORD) -> TestApp:
        """Return a client with the credentials of a user, in the application's mode."""
        return client_of(self.app, self.change_user(user_id), password)

    def client_with(self, role: str) -> TestApp:
        """Return a client of a new user."""
        name = secrets.token_hex(8)
        self.add_user(role, name)
        return client_of(self.app, name)

    def _write(self, write: Any, *arguments: Any, **values: Any) -> Any:
        with for_writing(self.engine).begin() as connection:
            return write(connection, *arguments, **values)
