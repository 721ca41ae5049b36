"""Registrations as JSON."""

from email.utils import format_datetime
from typing import Annotated, Any, Self

from msgspec import Meta

from ..models.names import ID
from .base import Input, Schema
from .classes import Class, ClassURL
from .fields import HTTPDate, ItemId, Time, reference, url
from .students import Student, StudentURL

RegistrationURL = Annotated[str, url(f"registrations/{ID}/{ID}", "The URL of a registration.")]


class Registration(Schema, frozen=True, rename={"class_": "class"}):
    """A registration of a student for a class."""

    url: RegistrationURL
    student: Annotated[
        Student | StudentURL,
        Meta(description="The URL of the student, or the student with `expand=student`."),
    ]
    class_: Annotated[
        Class | ClassURL,
        Meta(description="The URL of the class, or the class with `expand=class`."),
    ]
    timestamp: HTTPDate
    created_at: Annotated[Time, Meta(description="The same time, with a fraction of a second.")]

    @classmethod
    def from_row(cls, row: Any, url: str, student: Any, class_: Any) -> Self:
        """Return the representation of a row."""
        return cls(url, student, class_, format_datetime(row.timestamp, usegmt=True), row.timestamp)


class Pair(Input, frozen=True, rename={"class_": "class"}):
    """The student and the class, each by its URL or its id."""

    student: Annotated[StudentURL | ItemId, reference("students", "student")]
    class_: Annotated[ClassURL | ItemId, reference("classes", "class")]
