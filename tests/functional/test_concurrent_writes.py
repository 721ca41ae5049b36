"""Another transaction writes at a chosen moment of a request.

``test_guarantees.py`` has many requests at the same time.
"""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update
from webtest import TestApp

from classroom.models.roles import Role
from classroom.models.tables import Registration, User
from classroom.security.passwords import hash_password

from ..support.conflicts import before_statement, commit, first_lock
from ..support.school import School
from ..support.statements import statements
from ..support.users import PASSWORD

REGISTRATION = "/api/v1.0/registrations/1/1"
REGISTER = insert(Registration).values(
    student_id=1, class_id=1, timestamp=datetime(2014, 4, 4, tzinfo=UTC)
)

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def test_a_reset_during_a_password_change_prevails(school: School) -> None:
    id = school.add_user(Role.READER)
    client, path = school.client(id), f"/api/v1.0/users/{id}"
    client.get(path)  # caches the identity
    reset = hash_password("reset by an admin")
    change = update(User).where(User.id == id).values(password_hash=reset)
    with before_statement(first_lock(school.engine), commit(school.engine, change)):
        fields = {"password": "new password", "current_password": PASSWORD}
        refused = client.patch_json(path, fields, status=400)
    assert refused.json["message"] == "current_password: is wrong"
    with school.engine.connect() as connection:
        stored = connection.scalar(select(User.password_hash).where(User.id == id))
    assert stored == reset


@pytest.mark.usefixtures("student_and_class")
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_precondition_holds_for_the_locked_registration(
    password_client: TestApp, dbengine: Engine, method: str
) -> None:
    tag = password_client.put(REGISTRATION, headers={"Prefer": "return=representation"}).headers
    headers = {"If-Match": tag["ETag"]}
    replace = commit(dbengine, delete(Registration), REGISTER)
    with before_statement(first_lock(dbengine), replace):
        password_client.request(REGISTRATION, method=method, headers=headers, status=412)
    assert "2014" in password_client.get(REGISTRATION).json["timestamp"]


@on_postgresql
@pytest.mark.usefixtures("student_and_class")
def test_a_put_does_not_create_what_was_just_created(
    password_client: TestApp, dbengine: Engine
) -> None:
    with before_statement("INSERT INTO registrations", commit(dbengine, REGISTER)):
        password_client.put(REGISTRATION, headers={"If-None-Match": "*"}, status=412)
    with before_statement("INSERT INTO registrations", commit(dbengine, delete(Registration))):
        password_client.put(REGISTRATION, status=201)


@on_postgresql
@pytest.mark.usefixtures("student_and_class")
def test_a_put_creates_what_was_just_created_and_deleted(
    password_client: TestApp, dbengine: Engine
) -> None:
    with (
        before_statement("INSERT INTO registrations", commit(dbengine, REGISTER)),
        before_statement("FOR UPDATE", commit(dbengine, delete(Registration))),
    ):
        password_client.put(REGISTRATION, status=201)


@pytest.mark.usefixtures("student_and_class")
def test_a_conditional_delete_of_a_missing_row_sends_no_delete(password_client: TestApp) -> None:
    """It would delete a row that is created in between."""
    with statements() as sent:
        password_client.delete(REGISTRATION, headers={"If-None-Match": "*"}, status=404)
    assert not any(statement.text.startswith("DELETE") for statement in sent)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("student_and_class")
def test_a_write_excludes_writers_of_other_processes(
    password_client: TestApp, tmp_path: Path
) -> None:
    refusals: list[str] = []

    def write_elsewhere() -> None:
        path = tmp_path / "classroom.sqlite"
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other:
            try:
                other.execute("UPDATE students SET name = 'susan'")
            except sqlite3.OperationalError as error:
                refusals.append(str(error))

    with before_statement("UPDATE students", write_elsewhere):
        password_client.put_json("/api/v1.0/students/1", {"name": "dave"}, status=200)
    assert refusals == ["database is locked"]
