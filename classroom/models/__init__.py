"""SQLAlchemy tables, and the rules for ids and names."""

from .base import Base, Named, Record
from .tables import Class, Count, Registration, Student, Teacher, User

__all__ = [
    "Base",
    "Class",
    "Count",
    "Named",
    "Record",
    "Registration",
    "Student",
    "Teacher",
    "User",
]
