"""Students as JSON."""

from typing import Annotated

from msgspec import Meta

from .fields import Name, item_url, registrations_url
from .records import RecordSchema

StudentURL = Annotated[str, item_url("students", "student")]


class Student(RecordSchema, frozen=True):
    """A student."""

    url: StudentURL
    name: Annotated[Name, Meta(examples=["david"])]
    registrations: Annotated[str, registrations_url("students", "student")]
