"""A refused request waits for no lock, takes none and changes nothing."""

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


class Refused(NamedTuple):
    role: Role
    method: str
    path: str
    status: int = 403
    body: Any = None


NEW = {"password": "new password"}
OWN = NEW | {"current_password": PASSWORD}
# No user who sends these requests teaches class 1, or is user 1.
REQUESTS = [
    Refused(Role.READER, "POST", "students/", body={"name": "x"}),
    Refused(Role.READER, "PUT", "students/1", body={"name": "x"}),
    Refused(Role.READER, "PATCH", "students/1", body={"name": "x"}),
    Refused(Role.READER, "DELETE", "students/1"),
    Refused(Role.READER, "DELETE", "students/9", 404),
    Refused(Role.READER, "POST", "registrations/", body=registration(1, 1)),
    Refused(Role.TEACHER, "POST", "registrations/", body=registration(1, 1)),
    Refused(Role.TEACHER, "POST", "registrations/", 400, registration(1, 9)),
    Refused(Role.TEACHER, "PUT", "registrations/1/1"),
    Refused(Role.TEACHER, "DELETE", "registrations/1/1"),
    Refused(Role.TEACHER, "DELETE", "classes/1"),
    Refused(Role.READER, "POST", "classes/1/teachers/", body={"name": "teacher"}),
    Refused(Role.TEACHER, "PUT", "classes/1/teachers/{me}"),
    Refused(Role.TEACHER, "DELETE", "classes/1/teachers/{teacher}"),
    Refused(Role.REGISTRAR, "POST", "users/", body={"name": "x"}),
    Refused(Role.REGISTRAR, "PATCH", "users/1", body={"role": "admin"}),
    Refused(Role.REGISTRAR, "DELETE", "users/1"),
    Refused(Role.REGISTRAR, "DELETE", "users/{me}"),
    Refused(Role.REGISTRAR, "DELETE", "users/99"),
    Refused(Role.READER, "PATCH", "users/{me}", body={"role": "admin"}),
    Refused(Role.READER, "PATCH", "users/{me}", 400, NEW),
    Refused(Role.READER, "PATCH", "users/{me}", 400, NEW | {"current_password": "wrong one"}),
    Refused(Role.READER, "PATCH", "users/{me}", 403, OWN | {"role": "admin"}),
    Refused(Role.READER, "PUT", "students/1/registrations/", 405),
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


def send(clients: dict[Role, tuple[int, TestApp]], refused: Refused) -> None:
    me, client = clients[refused.role]
    client.request(
        f"/api/v1.0/{refused.path.format(me=me, teacher=clients[Role.READER][0] + 1)}",
        method=refused.method,
        body=json.dumps(refused.body).encode() if refused.body else b"",
        headers={"Content-Type": "application/json"} if refused.body else {},
        status=refused.status,
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
def test_a_refused_request_waits_for_no_lock(clients: Any) -> None:
    # A request that waited would be 503, since the lock is never released.
    for refused in REQUESTS:
        send(clients, refused)
    student = json.dumps({"name": "x"})
    admin = clients[Role.ADMIN][1]
    admin.put("/api/v1.0/students/1", student, content_type="application/json", status=503)


def test_a_refused_request_takes_no_lock_and_changes_nothing(school: School, clients: Any) -> None:
    before = rows(school)
    for refused in REQUESTS:
        with statements() as sent:
            send(clients, refused)
        for statement in sent:
            assert statement.text.startswith("SELECT"), refused
            assert "FOR " not in statement.text, refused
    assert rows(school) == before
