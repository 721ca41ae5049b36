"""The tables. A model is a row, and nothing more: its place in the tree is a resource's matter."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column

from .folding import fold
from .names import NAME_LENGTH

# SQLite gives out AUTOINCREMENT ids, never twice, for INTEGER PRIMARY KEY alone; it holds 64 bits.
Id = BigInteger().with_variant(Integer, "sqlite")
# Compared byte by byte, as SQLite does: the same order everywhere.
Folded = Text(collation="C").with_variant(Text(), "sqlite")


class UTCDateTime(TypeDecorator[datetime]):
    """A moment in UTC, aware in Python whether or not the database knows time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value and value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


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


def _fold_name(context: DefaultExecutionContext) -> str:
    parameters: dict[str, str] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return fold(parameters["name"])


class Named(Base):
    """What a student and a class have in common: an id, never given out twice, and a name."""

    __abstract__ = True

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        return Index(None, "folded", "id"), {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(
        String(NAME_LENGTH),
        CheckConstraint(f"length(name) BETWEEN 1 AND {NAME_LENGTH}", name="name_length"),
    )
    folded: Mapped[str] = mapped_column(
        Folded, default=_fold_name, onupdate=_fold_name, server_default=""
    )


class Student(Named):
    __tablename__ = "students"


class Class(Named):
    __tablename__ = "classes"


def _words_of(named: type[Named], name: str) -> Table:
    """The words of folded names, to be searched by how they begin; kept by triggers."""
    return Table(
        name,
        Base.metadata,
        Column("word", Folded, primary_key=True),
        Column("id", Id, ForeignKey(named.id, ondelete="CASCADE"), primary_key=True, index=True),
        sqlite_with_rowid=False,
        info={"is_derived": True},
    )


STUDENT_WORDS = _words_of(Student, "student_words")
CLASS_WORDS = _words_of(Class, "class_words")


class Registration(Base):
    """Who attends what, since when; a pair at most once."""

    __tablename__ = "registrations"
    __table_args__ = (Index(None, "class_id", "student_id"),)

    student_id: Mapped[int] = mapped_column(
        Id, ForeignKey(Student.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    class_id: Mapped[int] = mapped_column(
        Id, ForeignKey(Class.id, ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    timestamp: Mapped[datetime] = mapped_column(UTCDateTime)


class Count(Base):
    """How many rows a table has, in parts to be added up; kept by triggers."""

    __tablename__ = "counts"
    __table_args__ = {"sqlite_with_rowid": False, "info": {"is_derived": True}}

    counted: Mapped[str] = mapped_column(String(64), primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)


class User(Base):
    """Who may come in; the password only as its argon2id hash."""

    __tablename__ = "users"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(NAME_LENGTH), unique=True)
    password_hash: Mapped[str] = mapped_column(String(255))
