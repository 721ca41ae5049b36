"""A query parameter that an operation does not accept is rejected with 400."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
from webtest import TestApp

from classroom.openapi import document

from ..support.contract import Contract
from ..support.school import School

API = "/api/v1.0"
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def ids(school: School) -> dict[str, int]:
    """The ids in paths, of rows that exist."""
    student_id, class_id = school.add_student(), school.add_class()
    user_id = school.add_user("teacher")
    school.register(student_id, class_id)
    school.assign(user_id, class_id)
    return {"student_id": student_id, "class_id": class_id, "user_id": user_id}


def operations(app: Any, ids: dict[str, int]) -> Iterator[tuple[str, str, set[str]]]:
    """Yield method, path and query parameters of each operation in the document."""
    description = document(app.registry)
    resolve = Contract(description).resolve
    by_collection = {"students": "student_id", "classes": "class_id", "users": "user_id"}
    for template, item in description["paths"].items():
        kind = template.removeprefix(f"{API}/").partition("/")[0]
        path = template.format(id=ids.get(by_collection.get(kind, ""), 0), **ids)
        for method in METHODS:
            if method in item:
                parameters = map(resolve, item[method].get("parameters", ()))
                yield method, path, {each["name"] for each in parameters if each["in"] == "query"}


@pytest.mark.all_combinations
def test_each_operation_accepts_the_documented_parameters(
    app: Any, admin: TestApp, ids: dict[str, int], subtests: pytest.Subtests
) -> None:
    found = list(operations(app, ids))
    assert len(found) > 30
    for method, path, known in found:
        with subtests.test(method=method, path=path):
            for name in {"unknown", "Page", "class_id", "page", "expand", "q", ""} | known:
                url = f"{path}?{name}=0"
                response = admin.request(url, method=method.upper(), status="*")
                is_unknown = f"{name}: is not a parameter of" in response.text
                assert is_unknown == (name not in known), name
                assert response.status_int == 400 or not is_unknown, name
                if method == "get":
                    assert admin.head(url, status="*").status_int == response.status_int, name


ERRORS = [
    ("registrar", "POST", "students?x=1", 308),
    ("registrar", "PUT", "students/?x=1", 405),
    ("registrar", "BREW", "students/{student_id}?x=1", 405),
    ("reader", "POST", "students/?x=1", 403),
    ("reader", "DELETE", "students/{student_id}?x=1", 403),
    ("registrar", "GET", "users/{user_id}?x=1", 403),
    ("registrar", "PATCH", "users/999?x=1", 403),
    *(
        ("registrar", method, path, 404)
        for method in ("GET", "OPTIONS", "PUT", "PATCH", "DELETE")
        for path in ("students/999?x=1", "classes/999?x=1", "nothing?x=1")
    ),
    ("registrar", "PUT", "registrations/999/{class_id}?x=1", 404),
    ("registrar", "GET", "students/999/registrations/?x=1", 404),
    ("registrar", "POST", "classes/999/teachers/?x=1", 404),
    ("registrar", "OPTIONS", "students/?x=1", 400),
    ("registrar", "POST", "students/?x=1", 400),
    ("registrar", "PUT", "registrations/{student_id}/{class_id}?x=1", 400),
]


def test_other_errors_precede_an_unknown_parameter(
    school: School, ids: dict[str, int], subtests: pytest.Subtests
) -> None:
    clients = {role: school.client_with(role) for role in ("registrar", "reader")}
    for role, method, path, status in ERRORS:
        with subtests.test(role=role, method=method, path=path):
            clients[role].request(f"{API}/{path.format(**ids)}", method=method, status=status)


def test_credentials_precede_parameters(anonymous: TestApp) -> None:
    anonymous.get(f"{API}/students/?x=1", status=401)
    anonymous.get("/?x=1", status=400)


def test_a_request_with_an_unknown_parameter_changes_nothing(testapp: TestApp) -> None:
    refused = testapp.post_json(f"{API}/students/?foo=1", {"name": "x"}, status=400)
    assert refused.json["message"] == "foo: is not a parameter of this method at this URL"
    assert testapp.get(f"{API}/students/").json["urls"] == []


@pytest.mark.one_combination
def test_a_parameter_precedes_the_body_and_its_type(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for body, headers in ((b"{", {}), (b"x", {"Content-Type": "text/plain"})):
        with subtests.test(body=body):
            path = f"{API}/students/?return=representation&x"
            refused = testapp.post(path, body, headers=headers, status=400)
            assert refused.json["message"].startswith("return: ")


@pytest.mark.one_combination
def test_an_unknown_parameter_precedes_invalid_values(testapp: TestApp) -> None:
    refused = testapp.get(f"{API}/students/?page=0&class=7&sort=x", status=400)
    assert refused.json["message"].startswith("class: ")


@pytest.mark.one_combination
def test_the_name_in_the_message_is_bounded(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for name in ("x" * 5000, "%00", "%C3%A9", "%22", "%F0%9F%98%80" * 100):
        with subtests.test(name=name[:20]):
            message = testapp.get(f"{API}/students/?{name}=1", status=400).json["message"]
            assert message.startswith(unquote(name)[:64])
            assert len(message) < 128
