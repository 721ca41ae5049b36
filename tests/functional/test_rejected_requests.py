"""A rejected request waits for no lock, takes none and changes nothing."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select
from webtest import TestApp

from classroom.db.engine import for_writing
from classroom.models import Base, Class, Registration, Student, Teacher, User
from classroom.models.roles import Role

from ..support.rows import registration
from ..support.school import School
from ..support.statements import statements
from ..support.users import PASSWORD


class Rejected(NamedTuple):
    role: Role
    method: str
    path: str
    status: int = 403
    body: Any = None


NEW = {"password": "new password"}
OWN = NEW | {"current_password": PASSWORD}
# No user who sends these requests teaches class 1, or is user 1.
REQUESTS = [
    Rejected(Role.READER, "POST", "students/", body={"name": "x"}),
    Rejected(Role.READER, "PUT", "students/1", body={"name": "x"}),
    Rejected(Role.READER, "PATCH", "students/1", body={"name": "x"}),
    Rejected(Role.READER, "DELETE", "students/1"),
    Rejected(Role.READER, "DELETE", "students/9", 404),
    Rejected(Role.READER, "POST", "registrations/", body=registration(1, 1)),
    Rejected(Role.TEACHER, "POST", "registrations/", body=registration(1, 1)),
    Rejected(Role.TEACHER, "POST", "registrations/", 400, registration(1, 9)),
    Rejected(Role.TEACHER, "PUT", "registrations/1/1"),
    Rejected(Role.TEACHER, "DELETE", "registrations/1/1"),
    Rejected(Role.TEACHER, "DELETE", "classes/1"),
    Rejected(Role.READER, "POST", "classes/1/teachers/", body={"name": "teacher"}),
    Rejected(Role.TEACHER, "PUT", "classes/1/teachers/{me}"),
    Rejected(Role.TEACHER, "DELETE", "classes/1/teachers/{teacher}"),
    Rejected(Role.REGISTRAR, "POST", "users/", body={"name": "x"}),
    Rejected(Role.REGISTRAR, "PATCH", "users/1", body={"role": "admin"}),
    Rejected(Role.REGISTRAR, "DELETE", "users/1"),
    Rejected(Role.REGISTRAR, "DELETE", "users/{me}"),
    Rejected(Role.REGISTRAR, "DELETE", "users/99"),
    Rejected(Role.READER, "PATCH", "users/{me}", body={"role": "admin"}),
    Rejected(Role.READER, "PATCH", "users/{me}", 400, NEW),
    Rejected(Role.READER, "PATCH", "users/{me}", 400, NEW | {"current_password": "wrong one"}),
    Rejected(Role.READER, "PATCH", "users/{me}", 403, OWN | {"role": "admin"}),
    Rejected(Role.READER, "PUT", "students/1/registrations/", 405),
]


@pytest.fixture
def clients(school: School, student_and_class: None) -> dict[Role, tuple[int, TestApp]]:
    """A user and a client for each role, with cached identities."""
    school.register(1, 1)
    found = {}
    for role in Role:
        id = school.add_user(role, f"a {role}")
        found[role] = id, school.client(id)
        found[role][1].get("/api/v1.0/")
    school.assign(school.add_user(Role.TEACHER, "teacher"), 1)
    return found


def send(clients: dict[Role, tuple[int, TestApp]], rejected: Rejected) -> None:
    me, client = clients[rejected.role]
    client.request(
        f"/api/v1.0/{rejected.path.format(me=me, teacher=clients[Role.READER][0] + 1)}",
        method=rejected.method,
        body=json.dumps(rejected.body).encode() if rejected.body else b"",
        headers={"Content-Type": "application/json"} if rejected.body else {},
        status=rejected.status,
    )


def rows(school: School) -> list[Any]:
    with school.engine.connect() as connection:
        return [
            sorted(map(repr, connection.execute(table.select())))
            for table in Base.metadata.sorted_tables
        ]


@pytest.fixture
def locked_rows(school: School, clients: Any) -> Iterator[None]:
    """Another connection has locked every row: on SQLite, the whole database."""
    with for_writing(school.engine).connect() as connection, connection.begin():
        for model in (Student, Class, User, Registration, Teacher):
            connection.execute(select(model.__table__).with_for_update()).all()
        yield


@pytest.mark.usefixtures("locked_rows")
def test_a_rejected_request_waits_for_no_lock(clients: Any) -> None:
    # A request that waited would return 503, since the lock is never released.
    for rejected in REQUESTS:
        send(clients, rejected)
    student = json.dumps({"name": "x"})
    admin = clients[Role.ADMIN][1]
    admin.put("/api/v1.0/students/1", student, content_type="application/json", status=503)


def test_a_rejected_request_takes_no_lock_and_changes_nothing(school: School, clients: Any) -> None:
    before = rows(school)
    for rejected in REQUESTS:
        with statements() as sent:
            send(clients, rejected)
        for statement in sent:
            assert statement.text.startswith("SELECT"), rejected
            assert "FOR " not in statement.text, rejected
    assert rows(school) == before
