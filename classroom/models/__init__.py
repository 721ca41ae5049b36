"""SQLAlchemy tables, and the rules for ids and names."""

from .tables import Base, Class, Count, Named, Registration, Student, Teacher, User

__all__ = ["Base", "Class", "Count", "Named", "Registration", "Student", "Teacher", "User"]
