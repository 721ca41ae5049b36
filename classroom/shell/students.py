"""Students and classes, and the registrations between them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..db import user_writes, writes
from ..resources import registrations as resources
from ..resources import tree
from .mappings import CollectionMapping
from .records import Record, Records
from .related import Related

if TYPE_CHECKING:
    from .school import School
    from .users import User


class Student(Record):
    """A student."""

    __slots__ = ()
    kind = tree.Student

    @property
    def classes(self) -> "Related[int, Class]":
        """The classes that the student is registered for."""
        at = self.school.registrations.resource.at
        return Related(
            self,
            self.resource["registrations"],
            self.school.classes,
            lambda class_id: at(self.id, class_id),
            field="class_",
        )

    def register(self, class_: "Class | int") -> "Registration":
        """Register the student for a class.

        :raises AlreadyRegistered: if the student is registered for it.
        """
        return self.school.registrations.add(self, class_)

    def unregister(self, class_: "Class | int") -> None:
        """End a registration.

        :raises KeyError: if there is none.
        """
        del self.school.registrations[self.id, self.school.classes.id(class_)]


class Class(Record):
    """A class."""

    __slots__ = ()
    kind = tree.Class

    @property
    def students(self) -> Related[int, Student]:
        """The students who are registered for the class."""
        at = self.school.registrations.resource.at
        return Related(
            self,
            self.resource["registrations"],
            self.school.students,
            lambda student_id: at(student_id, self.id),
            field="student",
        )

    @property
    def teachers(self) -> "Related[str, User]":
        """The users who teach the class."""
        teachers = self.resource["teachers"]
        return Related(self, teachers, self.school.users, teachers.at)

    def assign(self, user: "User | str") -> None:
        """Make a user a teacher of the class.

        :param user: the user, or the name.
        :raises NotATeacher: if the role of the user is another.
        :raises AlreadyTeaches: if the user teaches the class.
        """
        user_id = self.school.users.id(user)
        with self.school.request.write() as connection:
            user_writes.assign(connection, self.id, user_id)

    def unassign(self, user: "User | str") -> None:
        """Remove a teacher from the class.

        :raises NotFound: if the user does not teach it.
        """
        user_id = self.school.users.id(user)
        with self.school.request.write() as connection:
            user_writes.unassign(connection, self.id, user_id)


class Students(Records[Student]):
    """All students: students[7], students.find("garcia"), students.add("David")"""

    item = Student


class Classes(Records[Class]):
    """All classes: classes[3], classes.find("algebra"), classes.add("algebra")"""

    item = Class


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

    def __repr__(self) -> str:
        key = self.resource.key
        return f"<Registration of Student {key['student_id']} for Class {key['class_id']}>"


Pair = tuple[int, int]


class Registrations(CollectionMapping[Pair, Registration]):
    """All registrations: registrations[7, 3] is that of students[7] for classes[3]"""

    resource: resources.Registrations

    def key(self, item: Registration) -> Pair:
        return item.resource.key["student_id"], item.resource.key["class_id"]

    def pages(self, **chosen: str) -> Iterator[Sequence[Registration]]:
        for rows in self._rows(expand="items", **chosen):
            yield [self._at((row.student_id, row.class_id), row) for row in rows]

    def _at(self, key: Pair, row: Any = None) -> Registration:
        return Registration(self.school, self.resource.at(*key, row=row))

    def __getitem__(self, key: Pair) -> Registration:
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

        :raises AlreadyRegistered: if the student is registered for it.
        :raises NotFound: if either was deleted.
        """
        key = self.school.students.id(student), self.school.classes.id(class_)
        with self.school.request.write() as connection:
            row = writes.register(connection, *key)
        return self._at(key, row)
