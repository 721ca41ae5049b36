"""Schemas: one definition per type, from which decoding, encoding and JSON Schemas derive."""

from .classes import Class
from .entry_points import API, Document, Nothing, Root, Token, api_of
from .registrations import Pair, Registration
from .students import Student

__all__ = [
    "API",
    "Class",
    "Document",
    "Nothing",
    "Pair",
    "Registration",
    "Root",
    "Student",
    "Token",
    "api_of",
]
