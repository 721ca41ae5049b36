"""The functions that change rows, and the rules that the models apply to values."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.orm import Session
from webtest import TestApp

from classroom.db import user_writes, writes
from classroom.db.engine import for_writing, make_engine
from classroom.db.exceptions import AlreadyRegistered, InvalidValue, NotFound, UserExists
from classroom.models.tables import Class, Registration, Student, User

from ..support.users import NAME, PASSWORD, PASSWORD_HASH

NAME_ERROR = "name: must be 1 to 64 characters"
COLON_ERROR = "name: must not have a colon"
HASH_ERROR = "password_hash: must be an argon2id hash"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine as that of an application."""
    engine = make_engine({"sqlalchemy.url": database_url})
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction, with the student 1 and the class 1."""
    with for_writing(engine).connect() as connection, connection.begin():
        writes.create(connection, Student, name="david")
        writes.create(connection, Class, name="algebra")
        yield connection


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    with Session(connection) as session:
        yield session


def test_writes_return_changed_rows(connection: Connection) -> None:
    assert writes.create(connection, Student, name="José").id == 2
    assert writes.change(connection, Student, 2, name="Ana").name == "Ana"
    assert writes.register(connection, 2, 1)[:2] == (2, 1)
    writes.unregister(connection, 2, 1)
    writes.remove(connection, Student, 2)
    assert connection.scalars(select(Student.folded)).all() == ["david"]
    assert connection.scalars(select(Registration.class_id)).all() == []


def test_a_repeated_registration_keeps_the_transaction_usable(connection: Connection) -> None:
    first = writes.register(connection, 1, 1)
    with suppress(AlreadyRegistered):
        writes.register(connection, 1, 1)
    with pytest.raises(AlreadyRegistered, match="the student is already registered"):
        writes.register(connection, 1, 1)
    assert connection.scalars(select(Registration.timestamp)).all() == [first.timestamp]


def test_an_added_user_cannot_be_added_again(connection: Connection) -> None:
    id = user_writes.add_user(connection, "susan", PASSWORD_HASH).id
    with pytest.raises(UserExists, match="user susan already exists"):
        user_writes.add_user(connection, "susan", PASSWORD_HASH)
    user_writes.remove_user(connection, id)
    assert connection.scalars(select(User.name)).all() == [NAME]


def test_a_write_to_a_missing_row_is_an_error(engine: Engine, subtests: pytest.Subtests) -> None:
    with engine.begin() as connection:
        writes.create(connection, Student, name="david")
        writes.create(connection, Class, name="algebra")
    missing: list[tuple[Any, tuple[Any, ...]]] = [
        (partial(writes.change, name="x"), (Student, 7)),
        (writes.remove, (Class, 7)),
        (writes.register, (1, 7)),
        (writes.register, (7, 1)),
        (writes.unregister, (1, 1)),
        (user_writes.find_user, ("nobody",)),
        (partial(user_writes.change_user, password_hash=PASSWORD_HASH), (7,)),
        (user_writes.remove_user, (7,)),
        (user_writes.assign, (1, 7)),
        (user_writes.unassign, (1, 1)),
    ]
    for write, arguments in missing:
        with (
            subtests.test(write=write, arguments=arguments),
            pytest.raises(NotFound),
            for_writing(engine).begin() as connection,
        ):
            write(connection, *arguments)


INVALID = [
    (Student, {"name": " "}, NAME_ERROR),
    (Class, {"name": "a\nb"}, NAME_ERROR),
    (Student, {"name": "x" * 65}, NAME_ERROR),
    (Student, {"name": 7}, "name: must be a string"),
    (Student, {"name": None}, "name: must be a string"),
    (User, {"name": "a:b", "password_hash": PASSWORD_HASH}, COLON_ERROR),
    (User, {"name": "", "password_hash": PASSWORD_HASH}, NAME_ERROR),
    (User, {"name": "susan", "password_hash": PASSWORD}, HASH_ERROR),
]


@pytest.mark.parametrize(("model", "values", "message"), INVALID)
def test_a_model_rejects_an_invalid_value_when_it_is_assigned(
    model: Any, values: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidValue, match=message):
        model(**values)


def test_models_refer_to_each_other_through_registrations(session: Session) -> None:
    student, algebra = session.get_one(Student, 1), session.get_one(Class, 1)
    session.add(Registration(student=student, class_=algebra))
    session.flush()
    [registration] = student.registrations
    assert registration.class_.registrations == [registration]
    assert datetime.now(UTC) - registration.timestamp < timedelta(minutes=1)
    session.delete(algebra)
    session.flush()
    assert session.scalars(select(Registration)).all() == []


def test_core_statements_reject_an_invalid_value(
    connection: Connection, subtests: pytest.Subtests
) -> None:
    for model, values, message in INVALID:
        with subtests.test(model=model, values=values):
            for statement in (insert(model), update(model)):
                with pytest.raises(ValueError, match=message):
                    connection.execute(statement.values(values))
            with pytest.raises(ValueError, match=message):
                connection.execute(insert(model), [values, values])


def test_writes_and_http_reject_with_the_same_message(testapp: TestApp, dbengine: Engine) -> None:
    refused = testapp.post_json("/api/v1.0/students/", {"name": " "}, status=400)
    with pytest.raises(InvalidValue) as raised, dbengine.begin() as connection:
        writes.create(connection, Student, name=" ")
    assert str(raised.value) == refused.json["message"]


def test_a_column_can_be_compared_with_any_string(session: Session) -> None:
    assert session.scalars(select(User).where(User.name == "a:b")).all() == []
    assert session.scalars(select(User).where(User.password_hash == "cat")).all() == []


def test_a_renamed_object_is_folded(session: Session) -> None:
    student = session.get_one(Student, 1)
    student.name = "José"
    session.flush()
    assert session.scalar(select(Student.folded)) == "jose"


@pytest.mark.parametrize("is_object", [True, False])
def test_a_name_computed_by_the_database_is_stored(session: Session, is_object: bool) -> None:
    if is_object:
        session.get_one(Student, 1).name = func.upper(Student.name)
        session.flush()
    else:
        session.execute(update(Student).values(name=func.upper(Student.name)))
    session.execute(insert(Student).values(name=func.lower("SUSAN")))
    names = session.scalars(select(Student.name).order_by(Student.id)).all()
    assert names == ["DAVID", "susan"]
