"""Concurrent changes of roles and assignments."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp

from classroom.models.roles import Role
from classroom.models.tables import Registration, Teacher, User

from ..support.rows import registration
from ..support.school import School

ROUNDS = 8


@pytest.fixture(autouse=True)
def _long_timeouts(long_timeouts: None) -> None:
    """A request may wait for others, which all write to the same rows."""


def at_once(*acts: Callable[[], int]) -> list[int]:
    """Call functions at the same moment; return their results."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], int]) -> int:
        barrier.wait()
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def change(client: TestApp, user_id: int, **fields: str) -> Callable[[], int]:
    """Return a function that changes a user and returns the status."""
    headers = {"Content-Type": "application/merge-patch+json"}
    path, body = f"/api/v1.0/users/{user_id}", json.dumps(fields)
    return lambda: client.patch(path, body, headers=headers, status="*").status_int


def delete(client: TestApp, user_id: int) -> Callable[[], int]:
    return lambda: client.delete(f"/api/v1.0/users/{user_id}", status="*").status_int


def admins(school: School) -> list[int]:
    with school.engine.connect() as connection:
        found = select(User.id).where(User.role == Role.ADMIN)
        return list(connection.execute(found).scalars())


def pairs(school: School, *columns: Any) -> Sequence[tuple[Any, ...]]:
    with school.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(*columns))]


def demote(client: TestApp, user_id: int) -> Callable[[], int]:
    return change(client, user_id, role="reader")


def test_one_of_two_admins_who_remove_each_other_remains(
    school: School, subtests: pytest.Subtests
) -> None:
    for acts in ((demote, demote), (delete, delete), (demote, delete)):
        with subtests.test([act.__name__ for act in acts]):
            for id in admins(school):
                school.change_user(id, role="reader")
            for _ in range(ROUNDS):
                ids = school.add_user(Role.ADMIN), school.add_user(Role.ADMIN)
                clients = [school.client(id) for id in ids]
                for client in clients:
                    client.get("/api/v1.0/")
                statuses = at_once(acts[0](clients[0], ids[1]), acts[1](clients[1], ids[0]))
                assert sorted(statuses) == [200, 409]
                (remaining,) = admins(school)
                assert remaining in ids
                school.change_user(remaining, role="reader")


@pytest.mark.usefixtures("uncached_identities")
def test_a_concurrent_unassignment_is_201_or_403(school: School) -> None:
    teacher, class_id = school.add_user(Role.TEACHER), school.add_class()
    registrar, client = school.client_with(Role.REGISTRAR), school.client(teacher)
    for each in (registrar, client):
        each.get("/api/v1.0/")  # caches that the password matches
    assignment = f"/api/v1.0/classes/{class_id}/teachers/{teacher}"

    def register(student_id: int) -> Callable[[], int]:
        path, fields = "/api/v1.0/registrations/", registration(student_id, class_id)
        return lambda: client.post_json(path, fields, status="*").status_int

    def put(student_id: int) -> Callable[[], int]:
        path = f"/api/v1.0/registrations/{student_id}/{class_id}"
        return lambda: client.put(path, status="*").status_int

    registered = set()
    for _ in range(ROUNDS):
        school.assign(teacher, class_id)
        students = [school.add_student() for _ in range(4)]
        acts = [register(students[0]), put(students[1]), register(students[2]), put(students[3])]
        acts.insert(2, lambda: registrar.delete(assignment, status="*").status_int)
        statuses = at_once(*acts)
        assert statuses.pop(2) == 200
        assert set(statuses) <= {201, 403}
        registered |= {id for id, status in zip(students, statuses, strict=True) if status == 201}
        client.put(f"/api/v1.0/registrations/{students[0]}/{class_id}", status=403)
    expected = [(id, class_id) for id in sorted(registered)]
    assert pairs(school, Registration.student_id, Registration.class_id) == expected


def test_a_concurrent_role_change_leaves_no_assignment(school: School, admin: TestApp) -> None:
    registrar = school.client_with(Role.REGISTRAR)
    registrar.get("/api/v1.0/")
    admin.get("/api/v1.0/")
    seen: Counter[int] = Counter()
    for _ in range(2 * ROUNDS):
        user, class_id = school.add_user(Role.TEACHER), school.add_class()
        path = f"/api/v1.0/classes/{class_id}/teachers/{user}"
        changed, assigned = at_once(
            demote(admin, user), lambda path=path: registrar.put(path, status="*").status_int
        )
        assert changed == 200
        seen[assigned] += 1
        assert pairs(school, Teacher.class_id, Teacher.user_id) == []
    assert seen.keys() <= {201, 409}


def test_an_assignment_to_a_deleted_row_is_not_5xx(school: School, admin: TestApp) -> None:
    registrar = school.client_with(Role.REGISTRAR)
    registrar.get("/api/v1.0/")
    admin.get("/api/v1.0/")
    for number in range(2 * ROUNDS):
        user, class_id = school.add_user(Role.TEACHER), school.add_class()
        doomed = f"users/{user}" if number % 2 else f"classes/{class_id}"
        path = f"/api/v1.0/classes/{class_id}/teachers/{user}"
        deleted, assigned = at_once(
            lambda doomed=doomed: admin.delete(f"/api/v1.0/{doomed}").status_int,
            lambda path=path: registrar.put(path, status="*").status_int,
        )
        assert (deleted, assigned in (201, 404)) == (200, True)
    assert pairs(school, Teacher.class_id, Teacher.user_id) == []


def test_only_one_of_several_users_gets_a_name(school: School, admin: TestApp) -> None:
    admin.get("/api/v1.0/")
    for number in range(ROUNDS):
        renamed = [school.add_user(Role.READER) for _ in range(2)]
        fields = {"name": f"smith {number}", "password": "password", "role": "reader"}
        acts = [change(admin, id, name=f"smith {number}") for id in renamed]
        acts.append(lambda fields=fields: _create(admin, fields))
        statuses = sorted(at_once(*acts))
        assert statuses in ([200, 409, 409], [201, 409, 409])


def _create(admin: TestApp, fields: dict[str, str]) -> int:
    return admin.post_json("/api/v1.0/users/", fields, status="*").status_int
