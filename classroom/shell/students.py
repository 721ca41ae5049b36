"""Students and classes."""

from typing import TYPE_CHECKING

from ..db import user_writes, writes
from ..resources import tree
from .records import Record, Records
from .related import Related

if TYPE_CHECKING:
    from .registrations import Registration
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
        :raises NotFound: if the student or the class does not exist.
        """
        return self.school.registrations.add(self, class_)

    def unregister(self, class_: "Class | int") -> None:
        """End a registration.

        :raises NotFound: if there is none.
        """
        class_id = self.school.classes.id(class_)
        with self.school.request.write() as connection:
            writes.unregister(connection, self.id, class_id)


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
        :raises NotATeacher: if the user does not have the role "teacher".
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
    """All students by id: students[7], students.find("garcia")"""

    __slots__ = ()
    item = Student


class Classes(Records[Class]):
    """All classes by id: classes[3], classes.find("algebra")"""

    __slots__ = ()
    item = Class
