"""The users of the service."""

from typing import Any

from ..db import queries, user_writes
from ..models.credentials import validate_new_password
from ..models.roles import Role
from ..resources import users as resources
from ..schemas import NewUser
from ..schemas.decoding import decode, decode_patch
from ..security.passwords import hash_password
from .named import Named, NamedMapping
from .related import Related
from .request import refusals
from .students import Class


class User(Named):
    """A user of the service."""

    __slots__ = ()
    kind = resources.User

    def _set_password(self, password: str) -> None:
        self.change(password=password)

    password = property(None, _set_password, doc="Assign a new password. It cannot be read.")

    @property
    def classes(self) -> Related[int, Class]:
        """The classes that the user teaches."""
        classes = self.school.classes
        return Related(
            self,
            self.resource["classes"],
            classes,
            lambda class_id: classes.resource.at(class_id)["teachers"].at(self.id),
        )

    def change(self, **values: Any) -> None:
        """Change fields, as the API does. The last admin keeps the role (LastAdmin)."""
        with refusals():
            fields = decode_patch(values, self.kind.patch)
        if "password" in fields:
            name = fields.get("name", self.row.name)
            password = validate_new_password(fields.pop("password"), name)
            fields["password_hash"] = hash_password(password)
        with self.school.request.write() as connection:
            user_writes.change_user_unless_last_admin(connection, self.id, **fields)


class Users(NamedMapping[str, User]):
    """All users by name: users["eve"], users.find("ev")"""

    __slots__ = ()
    item = User

    def key(self, item: User) -> str:
        return item.row.name

    def id(self, key: Any) -> int:
        if not isinstance(key, str):
            return super().id(key)
        rows = self.school.request.rows(queries.USER_BY_NAME, {"name": key})
        if not rows:
            raise KeyError(key)
        return rows[0].id

    def add(self, name: str, password: str, role: str = Role.REGISTRAR) -> User:
        """Add a user.

        :raises ValueError: if a value is invalid.
        :raises UserExists: if there is a user of that name.
        """
        with refusals():
            user = decode({"name": name, "password": password, "role": role}, NewUser)
        password_hash = hash_password(validate_new_password(user.password, user.name))
        with self.school.request.write() as connection:
            row = user_writes.add_user(connection, user.name, password_hash, user.role)
        return self.at(row.id, row)

    def __delitem__(self, key: Any) -> None:
        """Remove a user. The last admin cannot be removed (LastAdmin)."""
        id = self.id(key)
        with self.school.request.write() as connection:
            user_writes.require_another_admin(connection, id)
            user_writes.remove_user(connection, id)
