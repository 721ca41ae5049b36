"""Users over HTTP: read, create, change and delete them."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from webtest import TestApp, TestResponse

from classroom.models.roles import Role
from classroom.models.tables import User
from classroom.security.passwords import verify_password

from ..support.application import API
from ..support.school import School
from ..support.users import NAME, PASSWORD

USERS = "/api/v1.0/users/"
PATCH = {"Content-Type": "application/merge-patch+json"}
NEW_PASSWORD = "new password"


def url(id: int) -> str:
    return f"{USERS}{id}"


def patch(client: TestApp, id: int, fields: Any, **headers: str) -> TestResponse:
    return client.patch(url(id), json.dumps(fields), headers=PATCH | headers, status="*")


def stored(school: School, id: int) -> Any:
    with school.engine.connect() as connection:
        columns = User.name, User.role, User.password_hash
        return connection.execute(select(*columns).where(User.id == id)).one_or_none()


def user_representation(id: int, name: str, role: str) -> dict[str, str]:
    here = f"{API}users/{id}"
    return {"url": here, "name": name, "role": role, "classes": f"{here}/classes/"}


# Read


def test_a_user_has_a_name_a_role_and_classes(school: School, admin: TestApp) -> None:
    id = school.add_user(Role.TEACHER, "smith")
    assert admin.get(url(id)).json == user_representation(id, "smith", "teacher")


def test_the_api_has_the_urls_of_the_users_and_of_the_caller(
    school: School, subtests: pytest.Subtests
) -> None:
    for role in Role:
        with subtests.test(role=role):
            id = school.add_user(role)
            client = school.client(id)
            urls = client.get("/api/v1.0/").json
            assert (urls["users"], urls["user"]) == (f"{API}users/", f"{API}users/{id}")
            assert client.get(urls["user"]).json["role"] == role


def test_users_are_searched_sorted_and_expanded_like_students(
    school: School, admin: TestApp
) -> None:
    ids = [school.add_user(Role.READER, name) for name in ("José Pérez", "jorge", "Ana Jo")]
    page = admin.get(f"{USERS}?q=jo&sort=-name&expand=items").json
    assert page["urls"] == [f"{API}users/{id}" for id in ids[:2] + ids[2:]]
    assert page["items"][0] == user_representation(ids[0], "José Pérez", "reader")
    assert page["meta"]["total"] == 3
    assert admin.get(f"{USERS}?q=jose").json["urls"] == [f"{API}users/{ids[0]}"]
    patch(admin, ids[0], {"name": "Pepe"})
    assert admin.get(f"{USERS}?q=jose").json["urls"] == []
    assert admin.get(f"{USERS}?q=pepe").json["meta"]["total"] == 1
    admin.get(f"{USERS}?sort=role", status=400)


def test_pages_of_users_return_every_user_once(school: School, admin: TestApp) -> None:
    for _ in range(5):
        school.add_user(Role.READER)
    seen, next_url = [], f"{USERS}?per_page=3"
    while next_url:
        page = admin.get(next_url).json
        seen += page["urls"]
        next_url = page["meta"]["next"]
    assert seen == [f"{API}users/{id}" for id in range(1, 9)]
    assert page["meta"]["total"] == 8


# Create


def test_a_created_user_can_log_in(school: School, admin: TestApp) -> None:
    fields = {"name": "smith", "password": NEW_PASSWORD, "role": "teacher"}
    created = admin.post_json(USERS, fields, headers={"Prefer": "return=representation"})
    assert created.status_int == 201
    location = created.headers["Location"]
    assert created.json == user_representation(int(location.rpartition("/")[2]), "smith", "teacher")
    assert created.headers["ETag"] == admin.get(location).headers["ETag"]
    client = school.client(int(location.rpartition("/")[2]), NEW_PASSWORD)
    assert client.get(location).json == created.json


INVALID_USERS: list[tuple[Any, str]] = [
    ({}, "name: is missing; password: is missing; role: is missing"),
    (
        {"name": "a:b", "password": "1234567", "role": "boss"},
        "name: must not have a colon, which ends the name in HTTP Basic;"
        " password: must have at least 8 characters;"
        " role: must be one of admin, registrar, teacher, reader",
    ),
    ({"name": None, "password": None, "role": None}, ""),
    ({"name": "x", "password": 12345678, "role": ["admin"]}, ""),
    ({"name": "x", "password": "tab\tulator", "role": "reader"}, ""),
    ({"name": "x", "password": "x" * 4096, "role": "reader"}, "password: must be at most"),
    ({"name": "x", "password": "ä" * 2048, "role": "reader"}, "password: must be at most"),
]


def test_an_invalid_user_is_400_with_every_wrong_field(
    admin: TestApp, subtests: pytest.Subtests
) -> None:
    total = admin.get(USERS).json["meta"]["total"]
    for fields, problems in INVALID_USERS:
        with subtests.test(fields=str(fields)[:80]):
            refused = admin.post_json(USERS, fields, status=400)
            assert refused.json["message"].startswith(problems)
    assert admin.get(USERS).json["meta"]["total"] == total
    admin.post_json(USERS, {"name": "x", "password": "x" * 4095, "role": "reader"}, status=201)
    assert admin.get(USERS).json["meta"]["total"] == total + 1


def test_a_name_in_use_is_409_with_the_url_of_its_user(school: School, admin: TestApp) -> None:
    fields = {"name": NAME, "password": NEW_PASSWORD, "role": "reader"}
    refused = admin.post_json(USERS, fields, status=409)
    assert refused.headers["Location"] == f"{API}users/1"
    id = school.add_user(Role.READER, "susan")
    refused = patch(admin, id, {"name": NAME})
    assert (refused.status_int, refused.headers["Location"]) == (409, f"{API}users/1")
    assert patch(admin, id, {"name": "susan"}).status_int == 200


# Change


def test_an_admin_changes_names_roles_and_passwords(school: School, admin: TestApp) -> None:
    id = school.add_user(Role.READER)
    changed = patch(
        admin,
        id,
        {"name": "smith", "role": "teacher", "password": NEW_PASSWORD},
        Prefer="return=representation",
    )
    assert changed.json == user_representation(id, "smith", "teacher")
    assert school.client(id, NEW_PASSWORD).get(url(id)).json == changed.json
    before = stored(school, id)
    assert patch(admin, id, {}).status_int == 200
    assert stored(school, id) == before


def test_users_change_their_own_password_with_the_current_one(
    school: School, subtests: pytest.Subtests
) -> None:
    refusals = (
        ({"password": NEW_PASSWORD}, "current_password: is missing"),
        ({"password": NEW_PASSWORD, "current_password": None}, "current_password: is missing"),
        ({"password": NEW_PASSWORD, "current_password": "wrong one"}, "current_password: is wrong"),
        ({"password": "short", "current_password": PASSWORD}, "password: must have at least"),
    )
    for role in Role:
        with subtests.test(role=role):
            id = school.add_user(role)
            client = school.client(id)
            before = stored(school, id)
            for fields, message in refusals:
                refused = patch(client, id, fields)
                assert refused.status_int == 400
                assert refused.json["message"].startswith(message)
            assert stored(school, id) == before
            fields = {"password": NEW_PASSWORD, "current_password": PASSWORD}
            assert patch(client, id, fields).status_int == 200
            assert verify_password(stored(school, id).password_hash, NEW_PASSWORD)
            school.client(id, NEW_PASSWORD).get(url(id), status=200)


def test_only_admins_change_names_and_roles(school: School, subtests: pytest.Subtests) -> None:
    cases: list[Any] = [
        {"role": "admin"},
        {"name": "susan"},
        {"role": "nonsense"},
        {"role": None, "password": NEW_PASSWORD, "current_password": PASSWORD},
    ]
    others = [role for role in Role if role != Role.ADMIN]
    for role in others:
        id = school.add_user(role)
        client, before = school.client(id), stored(school, id)
        for fields in cases:
            with subtests.test(role=role, fields=fields):
                refused = patch(client, id, fields)
                assert refused.status_int == 403
                assert refused.json["message"] == "the permission 'change' is missing"
                assert stored(school, id) == before


@pytest.mark.usefixtures("endless_windows")
def test_a_wrong_current_password_is_a_failed_login(
    app_settings: dict[str, str], school: School
) -> None:
    id = school.add_user(Role.READER)
    client = school.client(id)
    limit = int(app_settings.get("classroom.login_attempts", 10))
    wrong = {"password": NEW_PASSWORD, "current_password": "wrong one"}
    assert [patch(client, id, wrong).status_int for _ in range(limit)] == [400] * limit
    refused = patch(client, id, wrong | {"current_password": PASSWORD})
    assert refused.status_int == 429
    assert int(refused.headers["Retry-After"]) <= 60
    assert not verify_password(stored(school, id).password_hash, NEW_PASSWORD)


# Delete


def test_a_deleted_user_is_404_and_the_id_is_not_reused(school: School, admin: TestApp) -> None:
    id = school.add_user(Role.READER, "smith")
    assert admin.delete(url(id)).json == {}
    admin.delete(url(id), status=404)
    admin.get(url(id), status=404)
    fields = {"name": "smith", "password": NEW_PASSWORD, "role": "reader"}
    assert admin.post_json(USERS, fields).headers["Location"] == f"{API}users/{id + 1}"


def test_the_last_admin_cannot_be_removed(school: School, admin: TestApp) -> None:
    me = int(admin.get("/api/v1.0/").json["user"].rpartition("/")[2])
    other = me - 1
    assert patch(admin, me, {"role": "reader"}, Prefer="return=minimal").status_int == 200
    school.change_user(me, role="admin")
    admin.delete(url(other), status=200)
    for refused in (patch(admin, me, {"role": "reader"}), admin.delete(url(me), status="*")):
        assert refused.status_int == 409
        assert refused.headers["Location"] == f"{API}users/{me}"
    assert stored(school, me).role == "admin"
    assert patch(admin, me, {"role": "admin", "name": "boss"}).status_int == 200


# Conditional requests and methods


def test_users_have_etags_and_preconditions(school: School, admin: TestApp) -> None:
    id = school.add_user(Role.READER)
    tag = admin.get(url(id)).headers["ETag"]
    admin.get(url(id), headers={"If-None-Match": tag}, status=304)
    changed = patch(admin, id, {"role": "teacher"}, **{"If-Match": tag})
    assert (changed.status_int, changed.json) == (200, {})
    assert changed.headers["ETag"] != tag
    assert patch(admin, id, {"role": "reader"}, **{"If-Match": tag}).status_int == 412
    admin.delete(url(id), headers={"If-Match": tag}, status=412)
    assert stored(school, id).role == "teacher"
    admin.delete(url(id), headers={"If-Match": changed.headers["ETag"]}, status=200)


def test_users_have_one_url_and_list_their_methods(
    admin: TestApp, subtests: pytest.Subtests
) -> None:
    for path, allow, other in (
        (USERS, "GET, HEAD, OPTIONS, POST", "/api/v1.0/users"),
        (url(1), "DELETE, GET, HEAD, OPTIONS, PATCH", f"{url(1)}/"),
        (f"{url(1)}/classes/", "GET, HEAD, OPTIONS", f"{url(1)}/classes"),
    ):
        with subtests.test(path=path):
            assert admin.options(path).headers["Allow"] == allow
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - set(allow.split(", ")):
                assert admin.request(path, method=method, status=405).headers["Allow"] == allow
            moved = admin.get(other, status=308)
            assert moved.headers["Location"] == f"http://localhost{path}"


# Secrets


@pytest.fixture
def debug_log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log of everything, including the engine; a test requests it before the application."""
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="sqlalchemy.engine")
    return caplog


def test_a_password_is_in_no_response_and_in_no_log(
    debug_log: pytest.LogCaptureFixture, school: School, admin: TestApp
) -> None:
    secrets = ("open sesame", "shibboleth1", "mellon mellon")
    first, second, third = secrets
    user = {"name": "smith", "password": first, "role": "reader"}
    responses = [admin.post_json(USERS, user), admin.post_json(USERS, user, status=409)]
    id = int(responses[0].headers["Location"].rpartition("/")[2])
    client = school.client(id, first)
    for fields in (
        {"password": second, "current_password": third},
        {"password": second, "current_password": first},
    ):
        responses.append(patch(client, id, fields))
    for fields in (
        {"password": third, "name": "a:b"},
        {"password": [third], "role": "reader"},
        {"password": f"{third}\n"},
        {"password": third, "name": NAME},
    ):
        responses.append(patch(admin, id, fields))
    responses.append(admin.post(USERS, f'{{"password": "{third}"', headers=PATCH, status=415))
    responses.append(
        admin.post(USERS, f'{{"password": "{third}"', content_type="application/json", status=400)
    )
    assert "INSERT INTO users" in debug_log.text
    for text in (*(f"{each.headerlist}{each.text}" for each in responses), debug_log.text):
        assert not any(secret in text for secret in secrets)


def test_a_password_is_in_no_log_of_an_internal_error(
    school: School,
    admin: TestApp,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("classroom.views.users.user_writes.add_user", "not a function")
    fields = {"name": "smith", "password": "open sesame", "role": "reader"}
    failed = admin.post_json(USERS, fields, status=500)
    assert "TypeError" in caplog.text
    assert "open sesame" not in caplog.text + failed.text


@pytest.fixture
def writes(school: School) -> tuple[Callable[[], None], list[int]]:
    """A function that writes as another client, and the statuses of its requests."""
    path = f"/api/v1.0/students/{school.add_student()}"
    registrar = school.client_with(Role.REGISTRAR)
    registrar.get(path)
    statuses: list[int] = []

    def write() -> None:
        statuses.append(registrar.put_json(path, {"name": "x"}, status="*").status_int)

    return write, statuses


def test_passwords_are_hashed_before_the_writing_transaction(
    school: School, admin: TestApp, writes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a password is hashed, another client can write."""
    write, statuses = writes

    def hash_slowly(password: str) -> str:
        write()
        return stored(school, 1).password_hash

    monkeypatch.setattr("classroom.views.users.hash_password", hash_slowly)
    fields = {"name": "smith", "password": NEW_PASSWORD, "role": "reader"}
    admin.post_json(USERS, fields, status=201)
    assert patch(admin, 1, {"password": NEW_PASSWORD}).status_int == 200
    assert statuses == [200, 200]


def test_the_current_password_is_verified_before_the_write(
    school: School, writes: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, statuses = writes
    id = school.add_user(Role.READER)
    client = school.client(id)
    client.get(url(id))

    def verify_slowly(stored: str | None, password: str) -> bool:
        write()
        return verify_password(stored, password)

    monkeypatch.setattr("classroom.security.authentication.verify_password", verify_slowly)
    fields = {"password": NEW_PASSWORD, "current_password": PASSWORD}
    assert patch(client, id, fields).status_int == 200
    assert statuses == [200]


def test_a_deleted_user_is_not_in_the_total(admin: TestApp, school: School) -> None:
    before = admin.get(USERS).json["meta"]["total"]
    admin.delete(url(school.add_user("reader")))
    assert admin.get(USERS).json["meta"]["total"] == before
