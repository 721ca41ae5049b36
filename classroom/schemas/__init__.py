"""Schemas: one definition per type, from which decoding, encoding and JSON Schemas derive."""

from .classes import Class
from .entry_points import API, Document, Nothing, Root, Token, api_of
from .registrations import Pair, Registration
from .students import Student
from .users import NewTeacher, NewUser, Teacher, User, UserPatch

__all__ = [
    "API",
    "Class",
    "Document",
    "NewTeacher",
    "NewUser",
    "Nothing",
    "Pair",
    "Registration",
    "Root",
    "Student",
    "Teacher",
    "Token",
    "User",
    "UserPatch",
    "api_of",
]
