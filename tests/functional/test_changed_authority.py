"""When a changed role, password or assignment takes effect, and what identities cost."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from webtest import TestApp

from classroom.models.roles import Role

from ..support.clock import Clock
from ..support.rows import registration
from ..support.school import School
from ..support.statements import statements
from ..support.users import PASSWORD, PASSWORD_HASH

OTHER_HASH = PASSWORD_HASH[:-1] + ("A" if PASSWORD_HASH[-1] != "A" else "B")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of the caches. Request it before the client."""
    clock = Clock()
    monkeypatch.setattr("classroom.security.cache.time", clock)
    return clock


class Attempt:
    """A request that a teacher of the class may send, and a change that forbids it."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.teacher, self.class_id = school.add_user(Role.TEACHER), school.add_class()
        school.assign(self.teacher, self.class_id)

    def register(self, client: TestApp) -> int:
        fields = registration(self.school.add_student(), self.class_id)
        return client.post_json("/api/v1.0/registrations/", fields, status="*").status_int


Change = Callable[[Attempt], Any]
CHANGES: dict[str, tuple[Change, int]] = {
    "role": (lambda each: each.school.change_user(each.teacher, role="reader"), 403),
    "assignment": (lambda each: each.school.unassign(each.teacher, each.class_id), 403),
    "password": (lambda each: each.school.change_user(each.teacher, password_hash=OTHER_HASH), 401),
    "user": (lambda each: each.school.remove_user(each.teacher), 401),
}


def check_changes(
    school: School, subtests: pytest.Subtests, wait: Callable[[], None] = lambda: None
) -> None:
    """Check that each change has taken effect after a wait."""
    for name, (change, status) in CHANGES.items():
        attempt = Attempt(school)
        client = school.client(attempt.teacher)
        with subtests.test(name):
            assert attempt.register(client) == 201
            change(attempt)
            wait()
            assert attempt.register(client) == status


@pytest.mark.usefixtures("uncached_identities")
def test_without_a_cache_a_change_takes_effect_at_once(
    school: School, subtests: pytest.Subtests
) -> None:
    check_changes(school, subtests)


def test_a_change_takes_effect_within_identity_ttl(
    clock: Clock, school: School, subtests: pytest.Subtests
) -> None:
    def wait() -> None:
        clock.now += 5.1  # classroom.identity_ttl is 5 seconds by default

    check_changes(school, subtests, wait)


@pytest.mark.usefixtures("uncached_identities")
def test_a_change_by_one_process_takes_effect_in_another(
    school: School, admin: TestApp, new_process: Callable[[], TestApp]
) -> None:
    attempt = Attempt(school)
    here = school.client(attempt.teacher)
    there = new_process()
    there.extra_environ = here.extra_environ
    headers = {"Content-Type": "application/merge-patch+json"}
    user = f"/api/v1.0/users/{attempt.teacher}"
    assignment = f"/api/v1.0/classes/{attempt.class_id}/teachers/{attempt.teacher}"

    def change(**fields: str) -> None:
        admin.patch(user, json.dumps(fields), headers=headers, status=200)

    assert attempt.register(there) == 201
    admin.delete(assignment)
    assert attempt.register(there) == 403
    admin.put(assignment)
    assert attempt.register(there) == 201
    change(role="reader")
    assert attempt.register(there) == 403
    change(role="registrar")
    assert attempt.register(there) == 201
    change(password="new password")
    assert attempt.register(there) == 401


@pytest.mark.usefixtures("cached_identities")
def test_a_cached_identity_costs_no_statement(school: School) -> None:
    teacher, student = school.add_user(Role.TEACHER), school.add_student()
    classes = [school.add_class() for _ in range(3)]
    for class_id in classes:
        school.assign(teacher, class_id)
    client = school.client(teacher)
    client.get("/api/v1.0/")
    for method, path, count in (
        ("GET", "", 0),
        ("GET", f"students/{student}", 1),
        ("GET", f"classes/{classes[0]}/teachers/{teacher}", 2),
        ("GET", f"users/{teacher}", 1),
        ("GET", f"users/{teacher}/classes/?after={classes[0]}", 2),
        ("PUT", f"registrations/{student}/{classes[0]}", 1),
        ("DELETE", f"registrations/{student}/{classes[0]}", 1),
        ("DELETE", "users/1", 0),
    ):
        with statements() as sent:
            client.request(f"/api/v1.0/{path}", method=method, status="*")
        assert len(sent) == count, (method, path, sent)


@pytest.mark.usefixtures("uncached_identities")
def test_an_identity_costs_one_statement(school: School) -> None:
    teacher = school.add_user(Role.TEACHER)
    for _ in range(3):
        school.assign(teacher, school.add_class())
    client = school.client(teacher)
    client.get("/api/v1.0/")
    with statements() as sent:
        client.get("/api/v1.0/")
    assert len(sent) == 1, sent


def test_a_current_password_is_checked_by_id_not_by_name(school: School) -> None:
    """Another user got the name of this one, whose identity is still cached under it."""
    renamed = school.add_user(Role.READER, "susan")
    client = school.client(renamed)
    client.get("/api/v1.0/")
    school.change_user(renamed, name="susan m")
    school.add_user(Role.READER, "susan")
    fields = {"password": "new password", "current_password": PASSWORD}
    headers = {"Content-Type": "application/merge-patch+json"}
    path = f"/api/v1.0/users/{renamed}"
    refused = client.patch(path, json.dumps(fields), headers=headers, status=400)
    assert refused.json["message"] == "current_password: is wrong"
