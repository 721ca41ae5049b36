"""Rows of students, classes and registrations, written without the service."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Engine, insert

from classroom.models.tables import Class, Registration, Student

from .application import API


def insert_rows(
    engine: Engine,
    students: Sequence[str] = (),
    classes: Sequence[str] = (),
    registrations: Iterable[tuple[int, int]] = (),
) -> None:
    """Insert students and classes by name, and registrations by the ids of both."""
    now = datetime.now(UTC)
    rows = {
        Student: [{"name": name} for name in students],
        Class: [{"name": name} for name in classes],
        Registration: [
            {"student_id": student, "class_id": class_, "timestamp": now}
            for student, class_ in registrations
        ],
    }
    with engine.begin() as connection:
        for model, values in rows.items():
            if values:
                connection.execute(insert(model), values)


def registration(student: object = 1, class_: object = 1) -> dict[str, str]:
    """Return the body of a request that registers a student for a class."""
    return {"student": f"{API}students/{student}", "class": f"{API}classes/{class_}"}
