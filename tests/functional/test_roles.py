"""Who may do what: the table in docs/authorization.md, compared with what the service does."""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from typing import Any, NamedTuple

import pytest
from webtest import TestApp, TestResponse

from classroom.models.roles import Role

from ..support.application import API
from ..support.paths import ROOT
from ..support.school import School
from ..support.users import PASSWORD

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
PASSWORD_CHANGE = "PATCH of `password`"
MISSING = 10**17


class User(NamedTuple):
    id: int
    role: Role


class Target(NamedTuple):
    """A path below the API, and the body of each method that has one."""

    path: str
    bodies: Mapping[str, Any] = {}


TargetMaker = Callable[[School, User], Target]
"""Makes new rows to act on, as a user."""
ClassTargetMaker = Callable[[School, int], Target]
"""Makes new rows of a class."""

NAMED = {method: {"name": "susan"} for method in ("POST", "PUT", "PATCH")}


def student(school: School, user: User) -> Target:
    return Target(f"students/{school.add_student()}", NAMED)


def registrations_of_student(school: School, user: User) -> Target:
    return Target(f"students/{school.add_student()}/registrations/")


def class_(school: School, id: int) -> Target:
    return Target(f"classes/{id}", NAMED)


def registrations_of_class(school: School, id: int) -> Target:
    return Target(f"classes/{id}/registrations/")


def teachers(school: School, class_id: int) -> Target:
    name = school.change_user(school.add_user(Role.TEACHER))
    return Target(f"classes/{class_id}/teachers/", {"POST": {"name": name}})


def teacher(school: School, class_id: int) -> Target:
    user_id = school.add_user(Role.TEACHER)
    school.assign(user_id, class_id)
    return Target(f"classes/{class_id}/teachers/{user_id}")


def registrations(school: School, class_id: int) -> Target:
    urls = {
        "student": f"{API}students/{school.add_student()}",
        "class": f"{API}classes/{class_id}",
    }
    return Target("registrations/", {"POST": urls})


def registration(school: School, class_id: int) -> Target:
    student_id = school.add_student()
    school.register(student_id, class_id)
    return Target(f"registrations/{student_id}/{class_id}")


def user(school: School, user: User) -> Target:
    passwords = {"password": "new password", "current_password": PASSWORD}
    return Target(f"users/{user.id}", {"PATCH": {"name": f"{user.id}"}, PASSWORD_CHANGE: passwords})


def classes_of_user(school: School, user: User) -> Target:
    return Target(f"users/{user.id}/classes/")


def own(make: ClassTargetMaker) -> TargetMaker:
    """Act on a class that the user teaches, if the role allows that."""

    def make_own(school: School, user: User) -> Target:
        class_id = school.add_class()
        if user.role == Role.TEACHER:
            school.assign(user.id, class_id)
        return make(school, class_id)

    return make_own


def foreign(make: ClassTargetMaker) -> TargetMaker:
    """Act on a class that the user does not teach."""
    return lambda school, user: make(school, school.add_class())


def of_another(make: TargetMaker) -> TargetMaker:
    """Act on another user."""
    return lambda school, user: make(school, User(school.add_user(Role.READER), Role.READER))


def collection(path: str, **fields: str) -> TargetMaker:
    return lambda school, user: Target(path, {"POST": {"name": f"new {user.id}", **fields}})


TARGETS: dict[str, TargetMaker] = {
    "`students/`": collection("students/"),
    "`students/7`": student,
    "`students/7/registrations/`": registrations_of_student,
    "`classes/`": collection("classes/"),
    "`classes/3` that the user teaches": own(class_),
    "`classes/3`, another class": foreign(class_),
    "`classes/3/registrations/`": own(registrations_of_class),
    "`classes/3/teachers/`": own(teachers),
    "`classes/3/teachers/7`": own(teacher),
    "`registrations/`, POST for a class that the user teaches": own(registrations),
    "`registrations/`, POST for another class": foreign(registrations),
    "`registrations/7/3`, of a class that the user teaches": own(registration),
    "`registrations/7/3`, of another class": foreign(registration),
    "`users/`": collection("users/", password="password", role="reader"),
    "`users/7`, for user 7": user,
    "`users/7`, for another user": of_another(user),
    "`users/7/classes/`, for user 7": classes_of_user,
    "`users/7/classes/`, for another user": of_another(classes_of_user),
}


def documented() -> dict[str, dict[str, str]]:
    """Return the cells of the table in docs/authorization.md, by resource and role."""
    text = (ROOT / "docs" / "authorization.md").read_text()
    table = text.partition("| resource |")[2].partition("\n\n")[0].splitlines()
    head, _, *rows = [[cell.strip() for cell in f"|{row}".strip("|").split("|")] for row in table]
    return {name: dict(zip(head, cells, strict=True)) for name, *cells in rows}


DOCUMENTED = documented()


def send(client: TestApp, method: str, target: Target) -> TestResponse:
    body = target.bodies.get(method)
    headers = {"Content-Type": "application/json"} if body else {}
    return client.request(
        f"/api/v1.0/{target.path}",
        method=method.partition(" ")[0],
        body=json.dumps(body).encode() if body else b"",
        headers=headers,
        status="*",
    )


def prepare(school: School, role: Role, make: TargetMaker) -> tuple[TestApp, Target]:
    """Return a client of a new user, and new rows to act on."""
    user = User(school.add_user(role), role)
    return school.client(user.id), make(school, user)


def statuses_of(
    school: School, role: Role, make: TargetMaker, methods: Iterable[str]
) -> dict[str, int]:
    """Send each method. After a write that succeeds, the user and the rows are new."""
    statuses: dict[str, int] = {}
    client, target = prepare(school, role, make)
    for method in methods:
        statuses[method] = send(client, method, target).status_int
        if method not in SAFE_METHODS and statuses[method] < 300:
            client, target = prepare(school, role, make)
    return statuses


def test_the_documentation_has_a_row_for_each_resource() -> None:
    assert DOCUMENTED.keys() == TARGETS.keys()


@pytest.mark.no_cover  # other tests cover the same code
@pytest.mark.all_combinations
def test_a_role_has_the_documented_methods(school: School, subtests: pytest.Subtests) -> None:
    for role, name in product(Role, TARGETS):
        with subtests.test(role=role, name=name):
            assert allowed(school, role, name) == DOCUMENTED[name][role]


def allowed(school: School, role: Role, name: str) -> str:
    """Return the cell of the table, and check the statuses of everything else."""
    methods = [*METHODS, PASSWORD_CHANGE] if name.startswith("`users/7`") else METHODS
    statuses = statuses_of(school, role, TARGETS[name], (*methods, "HEAD", "OPTIONS"))
    found = [method for method in methods if statuses[method] < 300]
    assert statuses["HEAD"] == statuses["OPTIONS"] == (200 if "GET" in found else 403)
    # A 405 does not reveal which users exist.
    is_hidden = "GET" not in found and "7" in name
    for method in set(METHODS) - set(found):
        is_supported = method in DOCUMENTED[name]["admin"]
        assert statuses[method] == (403 if is_supported or is_hidden else 405), (name, method)
    if "PATCH" in found and PASSWORD_CHANGE in found:
        found.remove(PASSWORD_CHANGE)
    return ", ".join(found)


def test_a_missing_row_is_404_only_for_permitted_readers(
    school: School, subtests: pytest.Subtests
) -> None:
    user_id, class_id, student_id = (
        school.add_user(Role.TEACHER),
        school.add_class(),
        school.add_student(),
    )
    cases = (
        (f"students/{MISSING}", "`students/`"),
        (f"students/{MISSING}/registrations/", "`students/`"),
        (f"classes/{MISSING}", "`classes/`"),
        (f"classes/{MISSING}/registrations/", "`classes/`"),
        (f"classes/{MISSING}/teachers/", "`classes/`"),
        (f"classes/{MISSING}/teachers/{user_id}", "`classes/`"),
        (f"registrations/{MISSING}/{class_id}", "`registrations/`, POST for another class"),
        (f"registrations/{student_id}/{MISSING}", "`registrations/`, POST for another class"),
        (f"users/{MISSING}", "`users/`"),
        (f"users/{MISSING}/classes/", "`users/`"),
    )
    for role in Role:
        client = school.client_with(role)
        for path, collection in cases:
            with subtests.test(role=role, path=path):
                status = 404 if "GET" in DOCUMENTED[collection][role] else 403
                for method in (*METHODS, "HEAD", "OPTIONS", "BREW"):
                    assert send(client, method, Target(path)).status_int == status, method


def test_existing_and_missing_users_have_the_same_responses(
    school: School, subtests: pytest.Subtests
) -> None:
    bodies = {"PATCH": {"password": "x"}}
    absent = {"/nothing", "/@@", "/@@classes", "/@@/classes", "/classes/@@"}
    others = [role for role in Role if role != Role.ADMIN]
    for role in others:
        client = school.client_with(role)
        for below in ("", "/", "/classes/", "/classes", "?x=1", *absent):
            with subtests.test(role=role, below=below):
                for method in (*METHODS, "OPTIONS", "BREW"):
                    existing, missing = (
                        send(client, method, Target(f"users/{id}{below}", bodies))
                        for id in (1, MISSING)
                    )
                    assert existing.status_int == (404 if below in absent else 403), method
                    assert existing.status == missing.status
                    assert existing.headerlist == missing.headerlist
                    assert existing.text == missing.text


def test_assignments_do_not_reveal_which_users_exist(
    school: School, subtests: pytest.Subtests
) -> None:
    class_id = school.add_class()
    ids = school.add_user(Role.TEACHER), school.add_user(Role.READER), MISSING
    cases = (("GET", 404), ("PUT", 403), ("DELETE", 404), ("POST", 404))
    for role in (Role.TEACHER, Role.READER):
        client = school.client_with(role)
        for method, status in cases:
            with subtests.test(role=role, method=method):
                targets = (Target(f"classes/{class_id}/teachers/{id}") for id in ids)
                responses = {send(client, method, target).text for target in targets}
                assert len(responses) == 1
                assert f'"status":{status}' in responses.pop()


def test_a_url_without_a_resource_is_404_for_everybody(
    school: School, subtests: pytest.Subtests
) -> None:
    for role in Role:
        client = school.client_with(role)
        for path in ("users/x", "users/01", "users/1/x", "nothing", "classes/x"):
            with subtests.test(role=role, path=path):
                for method in METHODS:
                    assert send(client, method, Target(path)).status_int == 404, method


def test_a_403_names_the_missing_permission(school: School) -> None:
    reader, teacher = school.client_with(Role.READER), school.client_with(Role.TEACHER)
    class_id, student_id = school.add_class(), school.add_student()
    registration = Target(f"registrations/{student_id}/{class_id}")
    for client, method, target, permission in (
        (reader, "GET", Target("users/"), "view"),
        (reader, "POST", Target("students/"), "create"),
        (reader, "PUT", Target(f"students/{student_id}"), "change"),
        (reader, "DELETE", Target(f"students/{student_id}"), "delete"),
        (reader, "POST", Target("registrations/"), "create"),
        (reader, "PUT", registration, "register"),
        (teacher, "PUT", registration, "register"),
        (teacher, "POST", registrations(school, class_id), "register"),
        (teacher, "POST", Target(f"classes/{class_id}/teachers/"), "assign"),
    ):
        refused = send(client, method, target)
        assert refused.json == {
            "status": 403,
            "error": "forbidden",
            "code": "permission_denied",
            "message": f"the permission '{permission}' is missing",
        }


def test_the_errors_of_a_registration_have_a_fixed_order(school: School) -> None:
    reader, teacher = school.client_with(Role.READER), school.client_with(Role.TEACHER)
    foreign_class = registrations(school, school.add_class()).bodies["POST"]
    for client, body, media_type, status in (
        (reader, b"nonsense", "application/json", 403),
        (reader, b"nonsense", "text/plain", 403),
        (teacher, b"nonsense", "application/json", 400),
        (teacher, b"nonsense", "text/plain", 415),
        (teacher, json.dumps(foreign_class | {"class": f"{API}classes/{MISSING}"}), None, 400),
        (teacher, json.dumps(foreign_class), None, 403),
    ):
        headers = {"Content-Type": media_type or "application/json"}
        client.post("/api/v1.0/registrations/", body, headers=headers, status=status)


def test_the_permission_precedes_the_body_and_the_precondition(school: School) -> None:
    student_id = school.add_student()
    path, headers = f"/api/v1.0/students/{student_id}", {"If-Match": '"never"'}
    registrar, reader = school.client_with(Role.REGISTRAR), school.client_with(Role.READER)
    reader.put(path, "nonsense", headers=headers, status=403)
    registrar.put(path, "nonsense", headers=headers, status=415)
    registrar.put_json(path, {"name": ""}, headers=headers, status=400)
    registrar.put_json(path, {"name": "x"}, headers=headers, status=412)
