"""The reader returns the same rows as the engine, and raises the same errors."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Engine, bindparam, event, func, insert, literal, select, text
from sqlalchemy.exc import CompileError, DBAPIError
from webtest import TestApp

from classroom.db import queries, registration_queries
from classroom.db.reader import Reader
from classroom.db.slices import Slice
from classroom.db.statements import CollectionStatements
from classroom.http.query import SORT
from classroom.models.tables import Class, Registration, Student
from classroom.resources import tree
from classroom.resources.registrations import Registration as RegistrationItem
from classroom.resources.relations import joins

from ..support.users import NAME

MOMENT = datetime(2014, 4, 4, 1, 5, 50, tzinfo=UTC)
NAMES = ("José García", "Ana García", "Émile")
# Values for the parameters of all statements.
PARAMETERS = {
    **{"key": 1, "owner": 1, "student_id": 1, "class_id": 1},
    **{"since": MOMENT, "until": MOMENT + timedelta(seconds=1)},
    **queries.prefix_parameters(("garcia", "a")),
    **{"updated_since": MOMENT - timedelta(seconds=1)},
}
KEYS = {
    **{"id": 2, "folded": "emile", "student_id": 1, "class_id": 1},
    **dict.fromkeys(("timestamp", "created_at", "updated_at"), MOMENT),
}
FILTERS = [(), ("student_id",), ("class_id",), ("since", "until"), ("class_id", "since")]
EXPANSIONS = [frozenset(), frozenset({"student"}), frozenset({"class"}), {"student", "class"}]


@pytest.fixture
def reader(app: Any) -> Reader:
    return app.registry["classroom"].database.reader


@pytest.fixture(autouse=True)
def _school(dbengine: Engine) -> None:
    with dbengine.begin() as connection:
        for model in (Student, Class):
            connection.execute(insert(model), [named_row(*each) for each in enumerate(NAMES)])
        pairs = [(1, 1), (1, 2), (2, 1), (3, 3)]
        rows = [dict(zip(("student_id", "class_id"), pair, strict=True)) for pair in pairs]
        connection.execute(insert(Registration), [{**row, "timestamp": MOMENT} for row in rows])


def named_row(place: int, name: str) -> dict[str, Any]:
    """Return the row of a student or a class. The first one is older than the times in KEYS."""
    time = MOMENT + timedelta(seconds=1 if place else -1)
    return {"name": name, "created_at": time, "updated_at": time}


def collections() -> Iterator[CollectionStatements]:
    selections = ((), ("updated_since",))
    for order, words, selection in product(SORT.schema["enum"], (0, 2), selections):
        yield queries.named(Student, ("name",), order, words, selection)
    yield queries.named(Class, (), "id", 1)
    for filters, expanded in product(FILTERS, EXPANSIONS):
        yield registration_queries.registrations(
            frozenset(filters), joins(expanded), bool(expanded)
        )


def slices(collection: CollectionStatements) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the statements of a collection: its total, and a slice of each kind."""
    yield collection.total, {}
    key = collection.key(SimpleNamespace(**KEYS))
    for backward in (False, True):
        yield collection.slice(Slice(2, key=key, backward=backward), PARAMETERS)
    for offset in (0, 1):
        yield collection.slice(Slice(2, offset=offset), PARAMETERS)


def statements() -> Iterator[tuple[Any, dict[str, Any]]]:
    for collection in collections():
        yield from slices(collection)
    for expanded in EXPANSIONS:
        yield registration_queries.registration(joins(expanded)), {}
    for item in (tree.Student, tree.Class, RegistrationItem):
        yield item.statements.select, {}
    for statement in (queries.USERS, queries.HAS_USERS):
        yield statement, {}
    yield queries.USER_BY_NAME, {"name": NAME}
    yield queries.USER_BY_ID, {"id": 1}


def test_the_reader_returns_the_rows_of_the_engine(reader: Reader, dbengine: Engine) -> None:
    has_rows = []
    for statement, parameters in statements():
        values = {**PARAMETERS, **parameters}
        with dbengine.connect() as connection:
            expected = connection.execute(statement, values).all()
        read: Sequence[Any] = reader.rows(statement, values)
        assert [row._asdict() for row in read] == [row._asdict() for row in expected], statement
        has_rows.append(bool(read))
    assert sum(has_rows) > len(has_rows) * 0.7


def test_parameters_are_converted_as_by_the_engine(reader: Reader) -> None:
    elsewhere = MOMENT.astimezone(timezone(timedelta(hours=2)))
    column = Registration.timestamp
    found = select(func.count().label("number"), literal(elsewhere, column.type).label("moment"))
    found = found.where(column == bindparam("moment", type_=column.type))
    [row] = reader.rows(found, {"moment": elsewhere})
    assert (row.number, row.moment) == (4, MOMENT)
    [row] = reader.rows(found, {"moment": elsewhere + timedelta(seconds=1)})
    assert row.number == 0


def test_in_is_rejected_before_execution(reader: Reader, dbengine: Engine) -> None:
    def check() -> None:
        for ids in ([1, 2], bindparam("ids", expanding=True)):
            with pytest.raises(CompileError, match="the reader does not support IN"):
                reader.rows(select(Student.id).where(Student.id.in_(ids)), {"ids": [1, 2]})

    check()
    # A traced statement is executed by SQLAlchemy, which does support IN.
    event.listen(dbengine, "before_cursor_execute", lambda *_: None)
    check()


def test_a_failed_statement_is_not_retried(reader: Reader, dbengine: Engine) -> None:
    begun: list[Any] = []
    event.listen(dbengine, "begin", begun.append)
    statement = select(func.no_such_function(Student.id).label("x"))
    for _ in range(2):
        with pytest.raises(DBAPIError, match="no_such_function") as raised:
            reader.rows(statement, {})
        assert begun == []
    with dbengine.connect() as connection, pytest.raises(DBAPIError) as expected:
        connection.execute(statement)
    assert type(raised.value) is type(expected.value)
    assert reader.rows(tree.Student.statements.select, {"key": 1})[0].name == NAMES[0]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_lost_connection_is_logged_and_replaced(
    password_client: TestApp, dbengine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    password_client.get("/api/v1.0/students/1", status=200)
    others = (
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid != pg_backend_pid()"
    )
    with dbengine.connect() as connection:
        connection.execute(text(others))
    for _ in range(2):
        assert password_client.get("/api/v1.0/students/1", status=200).json["name"] == NAMES[0]
    lines = [r.message for r in caplog.records if "lost a connection to the database" in r.message]
    assert len(lines) == 1
