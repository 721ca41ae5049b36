"""The tables as SQLAlchemy models, independent of resources and URLs."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)
from sqlalchemy.orm import (
    Mapped,
    mapped_column,
    relationship,
    validates,
)

from .base import Base, Named, Record, validate_assigned
from .column_types import Folded, Id, UTCDateTime, Validated
from .names import NAME_LENGTH
from .roles import Role
from .validation import (
    validate_password_hash,
    validate_role,
    validate_user_name,
)


def _registrations_of(attribute: str) -> Any:
    """Define a relationship to ``Registration``, the other side of one of its attributes.

    The database deletes the registrations of a deleted row.
    """
    return relationship(
        back_populates=attribute, cascade="all, delete-orphan", passive_deletes=True
    )


class Student(Record):
    __tablename__ = "students"

    registrations: Mapped[list["Registration"]] = _registrations_of("student")


class Class(Record):
    __tablename__ = "classes"

    registrations: Mapped[list["Registration"]] = _registrations_of("class_")


class User(Named):
    """A user of the service, with the argon2id hash of the password."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(Validated(NAME_LENGTH, validate_user_name), unique=True)
    password_hash: Mapped[str] = mapped_column(Validated(255, validate_password_hash))
    role: Mapped[str] = mapped_column(
        Validated(16, validate_role), default=Role.REGISTRAR, server_default=Role.REGISTRAR
    )

    _validated = validates("password_hash", "role")(validate_assigned)


def _words_of(named: type[Named], name: str) -> Table:
    """Define the table of the words in folded names. Triggers maintain it."""
    return Table(
        name,
        Base.metadata,
        Column("word", Folded, primary_key=True),
        Column("id", Id, ForeignKey(named.id, ondelete="CASCADE"), primary_key=True, index=True),
        sqlite_with_rowid=False,
        info={"is_derived": True},
    )


Student.words = _words_of(Student, "student_words")
Class.words = _words_of(Class, "class_words")
User.words = _words_of(User, "user_words")


def _now() -> datetime:
    return datetime.now(UTC)


class Registration(Base):
    """The registration of a student for a class, with its time. Each pair is unique."""

    __tablename__ = "registrations"
    __table_args__ = (
        Index(None, "class_id", "student_id"),
        Index(None, "timestamp", "student_id", "class_id"),
    )

    student_id: Mapped[int] = mapped_column(
        Id, ForeignKey(Student.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    class_id: Mapped[int] = mapped_column(
        Id, ForeignKey(Class.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    timestamp: Mapped[datetime] = mapped_column(UTCDateTime, default=_now)
    student: Mapped[Student] = relationship(back_populates="registrations")
    class_: Mapped[Class] = relationship(back_populates="registrations")


class Teacher(Base):
    """The assignment of a teacher to a class. Only users with the role "teacher" have one."""

    __tablename__ = "teachers"
    __table_args__ = (Index(None, "user_id", "class_id"),)

    class_id: Mapped[int] = mapped_column(
        Id, ForeignKey(Class.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    user_id: Mapped[int] = mapped_column(
        Id, ForeignKey(User.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class Count(Base):
    """The number of rows of a table, as a sum of parts. Triggers maintain it."""

    __tablename__ = "counts"
    __table_args__ = {"sqlite_with_rowid": False, "info": {"is_derived": True}}

    counted: Mapped[str] = mapped_column(String(64), primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
