"""Users and teachers as JSON."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from ..models.credentials import MAX_LENGTH, MIN_PASSWORD_LENGTH, validate_new_password
from ..models.names import ID, NAME_LENGTH, NAME_RULE, PRINTABLE, USER_NAME
from ..models.roles import Role
from ..models.validation import validate_role, validate_user_name
from .base import Input, Schema
from .classes import ClassURL
from .fields import item_url, url
from .named import NamedSchema

UserURL = Annotated[str, item_url("users", "user")]
TeacherURL = Annotated[str, url(f"classes/{ID}/teachers/{ID}", "The URL of a teacher of a class.")]
UserName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=NAME_LENGTH,
        pattern=USER_NAME,
        description=f"A unique name: {NAME_RULE}, and none of them a colon.",
        examples=["smith"],
        extra={"validate": validate_user_name},
    ),
]
RoleName = Annotated[
    Role,
    Meta(
        description="What the user may do.", examples=["teacher"], extra={"validate": validate_role}
    ),
]
Password = Annotated[
    str,
    Meta(
        min_length=MIN_PASSWORD_LENGTH,
        max_length=MAX_LENGTH,
        pattern=f"^{PRINTABLE}$",
        description="A password without control characters. With the user name, it has at most"
        f" {MAX_LENGTH:,} bytes of UTF-8.",
        examples=["correct horse"],
        extra={"validate": validate_new_password},
    ),
]
CurrentPassword = Annotated[
    str,
    Meta(
        max_length=MAX_LENGTH,
        pattern=f"^{PRINTABLE}$",
        description="The current password. Required for users who change their own password.",
        examples=["correct horse"],
        extra={"validate": lambda value: validate_new_password(value, allow_weak=True)},
    ),
]


class User(NamedSchema, frozen=True):
    """A user of the service."""

    url: UserURL
    name: UserName
    role: RoleName
    classes: Annotated[str, url(f"users/{ID}/classes/", "The URL of the classes of a teacher.")]


class NewUser(Input, frozen=True):
    """A new user."""

    name: UserName
    password: Password
    role: RoleName


class UserPatch(Input, frozen=True):
    """A JSON merge patch (RFC 7396) of a user: the fields to change."""

    name: UserName | UnsetType = UNSET
    password: Password | UnsetType = UNSET
    role: RoleName | UnsetType = UNSET
    current_password: CurrentPassword | UnsetType = UNSET


class Teacher(Schema, frozen=True, rename={"class_": "class"}):
    """A teacher of a class."""

    url: TeacherURL
    class_: ClassURL
    user: UserURL


class NewTeacher(Input, frozen=True):
    """The user to assign to a class."""

    name: UserName
