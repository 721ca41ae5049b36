"""The roles of users. ``classroom.resources.acl`` says what each role may do."""

from enum import StrEnum


class Role(StrEnum):
    """What a user may do."""

    ADMIN = "admin"
    """May do everything, including managing users."""
    REGISTRAR = "registrar"
    """Manages students, classes, registrations and the teachers of classes."""
    TEACHER = "teacher"
    """Reads, and manages the registrations of the classes that the user teaches."""
    READER = "reader"
    """Reads students, classes and registrations."""
