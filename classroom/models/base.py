"""The base classes of the tables."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ClauseElement,
    FetchedValue,
    Index,
    MetaData,
    Table,
    text,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, validates

from .column_types import Folded, Id, UTCDateTime, Validated
from .folding import fold
from .names import NAME_LENGTH, SOURCE_ID_LENGTH
from .validation import validate_name, validate_source_id


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
    """Fold the name of a new row; the backfill folds a name that the database computes."""
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
    # Triggers set this if a name is written directly to the database, without its folded form.
    # The next startup folds it.
    needs_folding: Mapped[bool | None]

    @validates("name")
    def _fold(self, attribute: str, name: Any) -> Any:
        # The backfill folds names that the database computes.
        if not isinstance(name, ClauseElement):
            self.folded = fold(validate_assigned(self, attribute, name))
        return name


def validate_assigned(row: Base, attribute: str, value: Any) -> Any:
    """Validate a value when it is assigned; an error in a flush would roll back the transaction."""
    column: Any = row.__table__.columns[attribute]
    return value if isinstance(value, ClauseElement) else column.type.check(value)


class Record(Named):
    """The base class of students and classes: an id in other systems, and times in UTC.

    The database sets the times. ``updated_at`` is the time of the last change of the name or of the
    source id.
    """

    __abstract__ = True

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[Any, ...]:
        is_given = text("source_id IS NOT NULL")
        source_id = Index(
            None, "source_id", unique=True, sqlite_where=is_given, postgresql_where=is_given
        )
        times = Index(None, "created_at", "id"), Index(None, "updated_at", "id")
        return source_id, *times, *super().__table_args__

    source_id: Mapped[str | None] = mapped_column(
        Validated(SOURCE_ID_LENGTH, validate_source_id, is_optional=True),
        CheckConstraint(
            f"length(source_id) BETWEEN 1 AND {SOURCE_ID_LENGTH}", name="source_id_length"
        ),
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, server_default=FetchedValue())
    updated_at: Mapped[datetime] = mapped_column(
        UTCDateTime, server_default=FetchedValue(), server_onupdate=FetchedValue()
    )

    _validated = validates("source_id")(validate_assigned)
