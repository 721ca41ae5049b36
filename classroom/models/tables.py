"""The tables as SQLAlchemy models, independent of resources and URLs."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ClauseElement,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    declared_attr,
    mapped_column,
    relationship,
    validates,
)

from .column_types import Folded, Id, UTCDateTime, Validated
from .folding import fold
from .names import NAME_LENGTH
from .roles import Role
from .validation import validate_name, validate_password_hash, validate_role, validate_user_name


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def _fold_new_name(context: DefaultExecutionContext) -> str:
    """Fold the name of a new row; the backfill folds a name that SQL computes."""
    parameters: dict[str, Any] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    name = parameters.get("name")
    return fold(name) if isinstance(name, str) else ""


class Named(Base):
    """The base class of students, classes and users: an id, which is never reused, and a name."""

    __abstract__ = True
    words: ClassVar[Table]

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        marked = Index(
            None,
            "needs_folding",
            sqlite_where=text("needs_folding = 1"),
            postgresql_where=text("needs_folding"),
        )
        return Index(None, "folded", "id"), marked, {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(
        Validated(NAME_LENGTH, validate_name),
        CheckConstraint(f"length(name) BETWEEN 1 AND {NAME_LENGTH}", name="name_length"),
    )
    folded: Mapped[str] = mapped_column(Folded, default=_fold_new_name, server_default="")
    # Triggers set this if SQL writes a name without its folded form. The next startup folds it.
    needs_folding: Mapped[bool | None]

    @validates("name")
    def _fold(self, attribute: str, name: Any) -> Any:
        # The backfill folds names that SQL computes.
        if not isinstance(name, ClauseElement):
            self.folded = fold(_validate(self, attribute, name))
        return name


def _validate(row: Base, attribute: str, value: Any) -> Any:
    """Validate a value when it is assigned; an error in a flush would roll back the transaction."""
    column: Any = row.__table__.columns[attribute]
    return value if isinstance(value, ClauseElement) else column.type.validate(value)


def _registrations_of(attribute: str) -> Any:
    """Define a relationship to ``Registration``, the other side of one of its attributes.

    The database deletes the registrations of a deleted row.
    """
    return relationship(
        back_populates=attribute, cascade="all, delete-orphan", passive_deletes=True
    )


class Student(Named):
    __tablename__ = "students"

    registrations: Mapped[list["Registration"]] = _registrations_of("student")


class Class(Named):
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

    _validated = validates("password_hash", "role")(_validate)


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
    __table_args__ = (Index(None, "class_id", "student_id"),)

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
