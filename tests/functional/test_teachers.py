"""The teachers of classes: assign and remove them, and what an assignment permits."""

import json
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp

from classroom.models.roles import Role
from classroom.models.tables import Teacher

from ..support.application import API
from ..support.school import School

PATCH = {"Content-Type": "application/merge-patch+json"}
MISSING = 10**17


@pytest.fixture
def registrar(school: School) -> TestApp:
    return school.client_with(Role.REGISTRAR)


@pytest.fixture
def teacher(school: School) -> int:
    return school.add_user(Role.TEACHER, "smith")


@pytest.fixture
def class_id(school: School) -> int:
    return school.add_class()


def url(class_id: int, user_id: int | str = "") -> str:
    return f"/api/v1.0/classes/{class_id}/teachers/{user_id}"


def assignments(school: School) -> list[tuple[int, int]]:
    with school.engine.connect() as connection:
        rows = connection.execute(select(Teacher.class_id, Teacher.user_id))
        return sorted((class_id, user_id) for class_id, user_id in rows)


# Assign


def test_a_teacher_is_assigned_by_name(
    school: School, registrar: TestApp, teacher: int, class_id: int
) -> None:
    created = registrar.post_json(url(class_id), {"name": "smith"}, status=201)
    assert created.json == {}
    assert created.headers["Location"] == f"http://localhost{url(class_id, teacher)}"
    refused = registrar.post_json(url(class_id), {"name": "smith"}, status=409)
    assert refused.headers["Location"] == created.headers["Location"]
    assert assignments(school) == [(class_id, teacher)]


def test_put_of_an_assignment_is_idempotent(
    school: School, registrar: TestApp, teacher: int, class_id: int
) -> None:
    created = registrar.put(url(class_id, teacher), status=201)
    assert created.headers["Location"] == f"http://localhost{url(class_id, teacher)}"
    repeated = registrar.put(url(class_id, teacher), status=200)
    read = registrar.get(url(class_id, teacher))
    assert created.headers["ETag"] == repeated.headers["ETag"] == read.headers["ETag"]
    assert read.json == {
        "url": f"http://localhost{url(class_id, teacher)}",
        "class": f"{API}classes/{class_id}",
        "user": f"{API}users/{teacher}",
    }
    preferred = {"Prefer": "return=representation"}
    assert registrar.put(url(class_id, teacher), headers=preferred).json == read.json
    registrar.put(url(class_id, teacher), headers={"If-None-Match": "*"}, status=412)
    assert assignments(school) == [(class_id, teacher)]


def test_only_a_teacher_can_be_assigned(
    school: School, registrar: TestApp, class_id: int, subtests: pytest.Subtests
) -> None:
    others = [role for role in Role if role != Role.TEACHER]
    for role in others:
        with subtests.test(role=role):
            name = f"a {role}"
            id = school.add_user(role, name)
            for refused in (
                registrar.post_json(url(class_id), {"name": name}, status=409),
                registrar.put(url(class_id, id), status=409),
            ):
                assert "teacher" in refused.json["message"]
            assert assignments(school) == []


def test_an_unknown_name_is_400(
    registrar: TestApp, class_id: int, subtests: pytest.Subtests
) -> None:
    cases: list[tuple[Any, str]] = [
        ({}, "name: is missing"),
        ({"name": "nobody"}, "name: must be the name of a user"),
        ({"name": 7}, "name: must be a string"),
        ({"name": "a:b"}, "name: must not have a colon"),
    ]
    for body, message in cases:
        with subtests.test(body=body):
            refused = registrar.post_json(url(class_id), body, status=400)
            assert refused.json["message"].startswith(message)


def test_a_missing_class_or_user_is_404(registrar: TestApp, teacher: int, class_id: int) -> None:
    registrar.post_json(url(MISSING), {"name": "smith"}, status=404)
    for path in (url(MISSING, teacher), url(class_id, MISSING)):
        registrar.put(path, status=404)
        registrar.delete(path, status=404)
        registrar.get(path, status=404)


# Remove


def test_a_teacher_is_removed_from_a_class_once(
    school: School, registrar: TestApp, teacher: int, class_id: int
) -> None:
    school.assign(teacher, class_id)
    tag = registrar.get(url(class_id, teacher)).headers["ETag"]
    registrar.delete(url(class_id, teacher), headers={"If-Match": '"other"'}, status=412)
    registrar.delete(url(class_id, teacher), headers={"If-Match": tag}, status=200)
    registrar.delete(url(class_id, teacher), status=404)
    assert assignments(school) == []


def test_another_role_removes_the_assignments(
    school: School, admin: TestApp, class_id: int, subtests: pytest.Subtests
) -> None:
    for role in Role:
        with subtests.test(role=role):
            teacher = school.add_user(Role.TEACHER)
            school.assign(teacher, class_id)
            kept = [(class_id, teacher)] if role == Role.TEACHER else []
            for change in ({"role": role}, {"role": "teacher", "name": f"a {role}"}):
                path, body = f"/api/v1.0/users/{teacher}", json.dumps(change)
                admin.patch(path, body, headers=PATCH, status=200)
                assert assignments(school) == kept
            school.remove_user(teacher)


def test_a_deleted_class_or_user_has_no_assignments(
    school: School, admin: TestApp, subtests: pytest.Subtests
) -> None:
    for kind in ("classes", "users"):
        with subtests.test(kind=kind):
            ids = {"classes": school.add_class(), "users": school.add_user(Role.TEACHER)}
            school.assign(ids["users"], ids["classes"])
            admin.delete(f"/api/v1.0/{kind}/{ids[kind]}", status=200)
            assert assignments(school) == []


# Pages


def walk(client: TestApp, path: str) -> tuple[list[str], list[Any]]:
    """Return the URLs and the items of all pages."""
    urls, items, next_url = [], [], f"{path}?per_page=2&expand=items"
    while next_url:
        page = client.get(next_url).json
        urls += page["urls"]
        items += page["items"]
        next_url = page["meta"]["next"]
    assert page["meta"]["total"] == len(urls)
    return urls, items


def test_the_page_of_teachers_has_their_names_and_roles(school: School, class_id: int) -> None:
    ids = [school.add_user(Role.TEACHER, name) for name in ("a", "b", "c")]
    school.add_user(Role.TEACHER, "of no class")
    for id in ids:
        school.assign(id, class_id)
    reader = school.client_with(Role.READER)
    urls, items = walk(reader, url(class_id))
    assert urls == [item["url"] for item in items] == [f"{API}users/{id}" for id in ids]
    assert [(item["name"], item["role"]) for item in items] == [
        ("a", "teacher"),
        ("b", "teacher"),
        ("c", "teacher"),
    ]
    assert walk(reader, url(school.add_class())) == ([], [])


def test_teachers_see_their_classes(school: School, admin: TestApp, teacher: int) -> None:
    ids = [school.add_class() for _ in range(4)]
    for id in ids[:3]:
        school.assign(teacher, id)
    path = f"/api/v1.0/users/{teacher}/classes/"
    for client in (admin, school.client(teacher)):
        urls, items = walk(client, path)
        assert urls == [item["url"] for item in items] == [f"{API}classes/{id}" for id in ids[:3]]
        assert items[0] == client.get(urls[0]).json
    school.client_with(Role.REGISTRAR).get(path, status=403)


# Register students


def test_teachers_change_the_rosters_of_their_own_classes_only(
    school: School, teacher: int, class_id: int
) -> None:
    school.assign(teacher, class_id)
    client, student = school.client(teacher), school.add_student()
    own, foreign = (f"/api/v1.0/registrations/{student}/{id}" for id in (class_id, 1 + class_id))
    school.add_class()
    client.put(own, status=201)
    client.put(own, status=200)
    client.delete(own, status=200)
    pair = {"student": f"{API}students/{student}", "class": f"{API}classes/{class_id}"}
    client.post_json("/api/v1.0/registrations/", pair, status=201)
    client.post_json("/api/v1.0/registrations/", pair, status=409)
    client.put(foreign, status=403)
    school.register(student, class_id + 1)
    client.put(foreign, status=403)
    client.delete(foreign, status=403)
    client.get(foreign, status=200)
