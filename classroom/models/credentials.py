"""Rules for passwords. Those for user names are in ``classroom.models.validation``."""

from .names import CONTROL_CHARACTER
from .validation import InvalidValue

MIN_PASSWORD_LENGTH = 8
MAX_LENGTH = 4096
"""In bytes of UTF-8, user name and password together."""


class WeakPassword(InvalidValue):
    """A valid password that is too short to be safe."""


def validate_login(name: str, password: str) -> None:
    """Check that a user name and password are well-formed.

    :raises InvalidValue: if no user can log in with them.
    """
    if not name:
        raise InvalidValue("name", "must not be empty")
    _validate(name, password)


def validate_new_password(password: object, name: str = "", *, allow_weak: bool = False) -> str:
    """Check a new password, and return it.

    :param name: the name of the user, which counts towards the length.
    :param allow_weak: whether to accept a short password.
    :raises WeakPassword: if it is too short.
    :raises InvalidValue: if no user can log in with it.
    """
    if not isinstance(password, str):
        raise InvalidValue("password", "must be a string")
    try:
        _validate(name, password)
    except UnicodeEncodeError:
        raise InvalidValue("password", "must be UTF-8") from None
    if not allow_weak and len(password) < MIN_PASSWORD_LENGTH:
        raise WeakPassword("password", f"must have at least {MIN_PASSWORD_LENGTH} characters")
    return password


def _validate(name: str, password: str) -> None:
    if not password:
        raise InvalidValue("password", "must not be empty")
    if CONTROL_CHARACTER.search(name + password):
        raise InvalidValue("password", "must not contain control characters")
    if len((name + password).encode()) > MAX_LENGTH:
        rule = f"must be at most {MAX_LENGTH:,} bytes of UTF-8, together with the user name"
        raise InvalidValue("password", rule)
