"""The errors of writes, without any notion of HTTP. Invalid values raise InvalidValue."""

from ..models.validation import InvalidValue

__all__ = ["AlreadyRegistered", "InvalidValue", "NotFound", "UserExists"]


class NotFound(LookupError):
    """The row to change, or a row to refer to, does not exist."""


class AlreadyRegistered(Exception):
    """The student is already registered for the class."""

    def __init__(self, student_id: int, class_id: int) -> None:
        super().__init__("the student is already registered for this class")
        self.student_id = student_id
        self.class_id = class_id


class UserExists(Exception):
    """There is already a user of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"user {name} already exists")
        self.name = name
