"""The totals that triggers maintain equal COUNT(*) after any change."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, delete, func, insert, select, text
from webtest import TestApp

from classroom.models.tables import Class, Count, Registration, Student

MODELS = (Student, Class, Registration)


@pytest.fixture
def agree(password_client: TestApp, dbengine: Engine) -> Callable[[], None]:
    """Return a check that the totals of pages and the stored counts equal the numbers of rows."""

    def compare() -> None:
        for model in MODELS:
            table = model.__tablename__
            kept = select(func.sum(Count.number)).where(Count.counted == table)
            with dbengine.connect() as connection:
                rows = connection.scalar(select(func.count()).select_from(model))
                assert (connection.scalar(kept) or 0) == rows
            assert password_client.get(f"/api/v1.0/{table}/").json["meta"]["total"] == rows

    return compare


def fill(connection: Connection, number: int = 20) -> None:
    named = [{"name": "x"}] * number
    connection.execute(insert(Student), named)
    connection.execute(insert(Class), named)
    ids = connection.scalars(select(Student.id).order_by(Student.id.desc()).limit(number))
    class_id = connection.scalar(select(func.max(Class.id)))
    now = datetime.now(UTC)
    pairs = [{"student_id": id, "class_id": class_id, "timestamp": now} for id in ids]
    connection.execute(insert(Registration), pairs)


def test_bulk_inserts_are_counted(dbengine: Engine, agree: Callable[[], None]) -> None:
    for _ in range(2):
        with dbengine.begin() as connection:
            fill(connection)
        agree()


def test_cascaded_deletes_are_counted(dbengine: Engine, agree: Callable[[], None]) -> None:
    with dbengine.begin() as connection:
        fill(connection)
    with dbengine.begin() as connection:
        connection.execute(
            delete(Class).where(Class.id == select(func.max(Class.id)).scalar_subquery())
        )
        connection.execute(delete(Student).where(Student.id < 5))
    agree()
    with dbengine.begin() as connection:
        connection.execute(delete(Student))
    agree()


def test_rolled_back_rows_are_not_counted(dbengine: Engine, agree: Callable[[], None]) -> None:
    with dbengine.begin() as connection:
        fill(connection)
        with connection.begin_nested() as savepoint:
            fill(connection)
            savepoint.rollback()
        connection.execute(delete(Student).where(Student.id == 1))
    agree()
    with dbengine.connect() as connection, connection.begin() as transaction:
        fill(connection)
        transaction.rollback()
    agree()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_truncate_resets_the_count(dbengine: Engine, agree: Callable[[], None]) -> None:
    with dbengine.begin() as connection:
        fill(connection)
    with dbengine.begin() as connection:
        connection.execute(text("TRUNCATE students, classes CASCADE"))
        fill(connection, 3)
    agree()


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_insert_from_select_is_counted(dbengine: Engine, agree: Callable[[], None]) -> None:
    rows = "INSERT INTO students (name) SELECT 'x' FROM generate_series(1, 1000)"
    with dbengine.begin() as connection:
        connection.execute(text(rows))
    agree()
