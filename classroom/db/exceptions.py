"""Errors of writes, independent of HTTP. Invalid values raise InvalidValue."""

from ..models.validation import InvalidValue

__all__ = [
    "AlreadyRegistered",
    "AlreadyTeaches",
    "InvalidValue",
    "LastAdmin",
    "NotATeacher",
    "NotFound",
    "SourceIdExists",
    "UserConflict",
    "UserExists",
]


class NotFound(LookupError):
    """The row to change, or a row to refer to, does not exist."""


class AlreadyRegistered(Exception):
    """The student is already registered for the class."""

    def __init__(self, student_id: int, class_id: int) -> None:
        super().__init__("the student is already registered for this class")
        self.student_id = student_id
        self.class_id = class_id


class SourceIdExists(Exception):
    """Another student, or another class, already has the source id."""

    def __init__(self, id: int) -> None:
        super().__init__("the source_id is already in use")
        self.id = id


class AlreadyTeaches(Exception):
    """The user already teaches the class."""

    def __init__(self, class_id: int, user_id: int) -> None:
        super().__init__("the user already teaches this class")
        self.class_id = class_id
        self.user_id = user_id


class UserConflict(Exception):
    """The state of a user, or another user, does not allow the write."""

    def __init__(self, message: str, user_id: int) -> None:
        super().__init__(message)
        self.user_id = user_id


class UserExists(UserConflict):
    """There is already a user with that name."""


class NotATeacher(UserConflict):
    """The user to assign to a class does not have the role "teacher"."""


class LastAdmin(UserConflict):
    """The user is the only admin, who must remain one."""
