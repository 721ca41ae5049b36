"""Registrations as objects."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..db import writes
from ..resources import registrations as resources
from .mappings import CollectionMapping
from .students import Class, Student

if TYPE_CHECKING:
    from .school import School

Pair = tuple[int, int]
"""The ids of a student and a class."""


class Registration:
    """The registration of a student for a class."""

    __slots__ = ("resource", "school")

    def __init__(self, school: "School", resource: resources.Registration) -> None:
        self.school = school
        self.resource = resource

    @property
    def student(self) -> Student:
        return self.school.students[self.resource.key["student_id"]]

    @property
    def class_(self) -> Class:
        return self.school.classes[self.resource.key["class_id"]]

    @property
    def timestamp(self) -> datetime:
        """When the student was registered, in UTC."""
        return self.resource.row.timestamp

    @property
    def created_at(self) -> datetime:
        """The same as ``timestamp``, under its name in the API."""
        return self.timestamp

    def __repr__(self) -> str:
        key = self.resource.key
        return f"<Registration of Student {key['student_id']} for Class {key['class_id']}>"


class Registrations(CollectionMapping[Pair, Registration]):
    """All registrations by student and class: registrations[7, 3]"""

    __slots__ = ()
    resource: resources.Registrations

    def key(self, item: Registration) -> Pair:
        return item.resource.key["student_id"], item.resource.key["class_id"]

    def pages(self, **chosen: str) -> Iterator[Sequence[Registration]]:
        for rows in self._rows(expand="items", **chosen):
            yield [self._at((row.student_id, row.class_id), row) for row in rows]

    def _at(self, key: Pair, row: Any = None) -> Registration:
        return Registration(self.school, self.resource.at(*key, row=row))

    def __getitem__(self, key: Pair) -> Registration:
        if not isinstance(key, tuple) or len(key) != 2:
            raise KeyError(key)
        item = self._at(key)
        if not item.resource.exists():
            raise KeyError(key)
        return item

    def __delitem__(self, key: Pair) -> None:
        item = self[key]
        with self.school.request.write() as connection:
            writes.unregister(connection, **item.resource.key)

    def add(self, student: Student | int, class_: Class | int) -> Registration:
        """Register a student for a class, each given as an object or by id.

        :raises AlreadyRegistered: if the student is already registered for the class.
        :raises NotFound: if either does not exist.
        """
        key = self.school.students.row(student).id, self.school.classes.row(class_).id
        with self.school.request.write() as connection:
            row = writes.register(connection, *key)
        return self._at(key, row)
