"""The rules for user names and passwords."""

from ..models.names import CONTROL_CHARACTER, NAME_RULE, is_name

MIN_PASSWORD_LENGTH = 8
MAX_LENGTH = 4096  # bytes of UTF-8, user name and password together


class InvalidCredentials(ValueError):
    """A user name or password that breaks a rule; the message names the rule."""


class WeakPassword(InvalidCredentials):
    """A password that works but is too easy to guess."""


def check_user_name(name: str) -> None:
    """:raises InvalidCredentials: if no user can have this name."""
    if not is_name(name):
        raise InvalidCredentials(f"a user name must be {NAME_RULE}")
    if ":" in name:
        raise InvalidCredentials("a user name must not contain a colon, which HTTP Basic reserves")
    _check_utf8("a user name", name)


def check_login(name: str, password: str) -> None:
    """:raises InvalidCredentials: if no user can log in with this name and password."""
    if not name or not password:
        raise InvalidCredentials("user name and password must not be empty")
    if CONTROL_CHARACTER.search(name + password):
        raise InvalidCredentials("user name and password must not contain control characters")
    if len((name + password).encode()) > MAX_LENGTH:
        raise InvalidCredentials(
            f"user name and password together must be at most {MAX_LENGTH:,} bytes of UTF-8"
        )


def check_new_password(name: str, password: str, *, allow_weak: bool) -> None:
    """:raises InvalidCredentials: if a user must not be given this password."""
    _check_utf8("a password", password)
    check_login(name, password)
    if not allow_weak and len(password) < MIN_PASSWORD_LENGTH:
        raise WeakPassword(f"a password must have at least {MIN_PASSWORD_LENGTH} characters")


def _check_utf8(what: str, text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidCredentials(f"{what} must be UTF-8") from None
