"""The rules for the values of columns. HTTP, the command line and the models apply them."""

import re

from sqlalchemy.exc import DontWrapMixin

from .names import NAME_RULE, SOURCE_ID_RULE, is_name, is_source_id
from .roles import Role

_ARGON2ID = re.compile(
    r"\$argon2id\$v=[0-9]+\$m=[0-9]+,t=[0-9]+,p=[0-9]+\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
)


class InvalidValue(ValueError, DontWrapMixin):
    """A value that breaks the rules for its field. SQLAlchemy does not wrap this exception."""

    def __init__(self, field: str, rule: str) -> None:
        super().__init__(f"{field}: {rule}")
        self.field = field
        self.rule = rule


def validate_name(name: object) -> str:
    """Check the name of a student, class or user, and return it.

    :raises InvalidValue: if it breaks the rules for names.
    """
    if not isinstance(name, str):
        raise InvalidValue("name", "must be a string")
    if not is_name(name):
        raise InvalidValue("name", f"must be {NAME_RULE}")
    return name


def validate_user_name(name: object) -> str:
    """Check the name of a user, and return it.

    :raises InvalidValue: if it breaks the rules for names, contains a colon, or is not UTF-8.
    """
    valid = _require_utf8("name", validate_name(name))
    if ":" in valid:
        raise InvalidValue("name", "must not have a colon, which ends the name in HTTP Basic")
    return valid


def validate_source_id(source_id: object) -> str:
    """Check the id that a student or a class has in another system, and return it.

    :raises InvalidValue: if it breaks the rules for source ids, or is not UTF-8.
    """
    if not isinstance(source_id, str):
        raise InvalidValue("source_id", "must be a string")
    if not is_source_id(source_id):
        raise InvalidValue("source_id", f"must be {SOURCE_ID_RULE}")
    return _require_utf8("source_id", source_id)


def validate_password_hash(password_hash: object) -> str:
    """Check the hash of a password, and return it.

    :raises InvalidValue: if it is not an argon2id hash; for example, if it is the password itself.
    """
    if not isinstance(password_hash, str) or not _ARGON2ID.fullmatch(password_hash):
        raise InvalidValue("password_hash", "must be an argon2id hash")
    return password_hash


def validate_role(role: object) -> str:
    """Check the role of a user, and return it.

    :raises InvalidValue: if there is no such role.
    """
    if role not in tuple(Role):
        raise InvalidValue("role", f"must be one of {', '.join(Role)}")
    return str(role)


def _require_utf8(field: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidValue(field, "must be UTF-8") from None
    return text
