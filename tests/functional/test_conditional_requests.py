"""Conditional requests (RFC 9110, section 13)."""

from contextlib import closing
from http.client import HTTPConnection
from itertools import product

import pytest
from webtest import TestApp

from ..support.application import API
from ..support.users import basic
from ..support.waitress import serving

PATHS = ["/", "/api/v1.0/", "/api/v1.0/students/", "/api/v1.0/students/1"]


def add_student(testapp: TestApp) -> str:
    return testapp.post_json("/api/v1.0/students/", {"name": "david"}).headers["Location"]


@pytest.fixture
def student(testapp: TestApp) -> str:
    return add_student(testapp)


def tag_of(testapp: TestApp, url: str) -> str:
    return testapp.get(url).headers["ETag"]


@pytest.mark.one_combination
@pytest.mark.usefixtures("student")
def test_get_has_a_strong_etag_and_private_caching(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for path in PATHS:
        with subtests.test(path=path):
            response = testapp.get(path)
            assert response.headers["ETag"].startswith('"')
            assert response.headers["Cache-Control"] == "private, no-cache"
            assert response.headers["Vary"] == "Authorization"


@pytest.mark.one_combination
@pytest.mark.usefixtures("student")
def test_if_none_match_with_the_current_etag_is_304(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    fields = ("{}", "W/{}", '"x", {}', "*", '"x", *')
    for path, method, field in product(PATHS, ("GET", "HEAD"), fields):
        with subtests.test(path=path, method=method, field=field):
            tag = tag_of(testapp, path)
            headers = {"If-None-Match": field.format(tag)}
            response = testapp.request(path, method=method, headers=headers, status=304)
            assert response.body == b""
            assert response.headers["ETag"] == tag
            assert response.headers["Cache-Control"] == "private, no-cache"
            assert response.headers["Vary"] == "Authorization"
            assert "Content-Type" not in response.headers


def test_a_changed_item_is_sent_again(testapp: TestApp, student: str) -> None:
    tag = tag_of(testapp, student)
    testapp.put_json(student, {"name": "susan"})
    response = testapp.get(student, headers={"If-None-Match": tag}, status=200)
    assert response.json["name"] == "susan"
    assert response.headers["ETag"] != tag


def test_if_match_applies_to_get_and_comes_first(testapp: TestApp, student: str) -> None:
    tag = tag_of(testapp, student)
    testapp.get(student, headers={"If-Match": f'"x", {tag}'}, status=200)
    for method in ("GET", "HEAD"):
        testapp.request(student, method=method, headers={"If-Match": '"x"'}, status=412)
    both = {"If-Match": f"W/{tag}", "If-None-Match": tag}
    assert testapp.get(student, headers=both, status=412).json["error"] == "precondition failed"
    testapp.get(student, headers={**both, "If-Match": tag}, status=304)


PRECONDITIONS = [
    ({"If-Match": "{}"}, 200),
    ({"If-Match": '"x", {}'}, 200),
    ({"If-Match": "*"}, 200),
    ({"If-Match": '"x"'}, 412),
    ({"If-Match": "W/{}"}, 412),
    ({"If-None-Match": "*"}, 412),
    ({"If-None-Match": "W/{}"}, 412),
    ({"If-None-Match": '"x"'}, 200),
    ({"If-Match": "{}", "If-None-Match": "{}"}, 412),
]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_write_with_a_failed_precondition_is_412(
    testapp: TestApp, subtests: pytest.Subtests, method: str
) -> None:
    body = b'{"name": "susan"}' if method == "PUT" else b""
    for fields, status in PRECONDITIONS:
        with subtests.test(fields=fields):
            student = add_student(testapp)
            before = testapp.get(student)
            tag = before.headers["ETag"]
            headers = {name: field.format(tag) for name, field in fields.items()}
            headers["Content-Type"] = "application/json"
            testapp.request(student, method=method, body=body, headers=headers, status=status)
            if status == 412:
                assert testapp.get(student).json == before.json
            elif method == "PUT":
                assert testapp.get(student).json["name"] == "susan"
            else:
                testapp.get(student, status=404)


def test_delete_of_a_registration_honours_if_match(testapp: TestApp, student: str) -> None:
    class_ = testapp.post_json("/api/v1.0/classes/", {"name": "algebra"}).headers["Location"]
    fields = {"student": student, "class": class_}
    url = testapp.post_json("/api/v1.0/registrations/", fields).headers["Location"]
    testapp.delete(url, headers={"If-Match": '"x"'}, status=412)
    testapp.delete(url, headers={"If-Match": tag_of(testapp, url)}, status=200)


def test_a_missing_item_is_412_with_if_match_else_404(
    testapp: TestApp,
) -> None:
    for url in (f"{API}students/9", f"{API}registrations/9/9"):
        for headers in ({}, {"If-Match": "*"}, {"If-None-Match": "*"}):
            testapp.get(url, headers=headers, status=404)
        testapp.delete(url, headers={"If-None-Match": "*"}, status=404)
        testapp.delete(url, headers={"If-Match": "*"}, status=412)
    testapp.delete(f"{API}students/x", headers={"If-Match": "*"}, status=404)
    testapp.patch(f"{API}registrations/9/9", headers={"If-Match": "*"}, status=404)
    for path in ("/nowhere/9", "/%ff", f"{API}registrations/x/9"):
        testapp.delete(path, headers={"If-Match": "*"}, status=404)


@pytest.mark.one_combination
def test_a_304_keeps_the_connection_open(testapp: TestApp, student: str) -> None:
    kind, credentials = testapp.authorization
    value = f"Bearer {credentials}" if kind == "Bearer" else basic(*credentials)
    headers = {"Authorization": value, "Host": "localhost"}
    headers["If-None-Match"] = tag_of(testapp, student)
    with serving(testapp.app) as port, closing(HTTPConnection("127.0.0.1", port)) as client:
        client.connect()
        connection = client.sock
        for _ in range(3):
            client.request("GET", student, headers=headers)
            response = client.getresponse()
            assert (response.status, response.read()) == (304, b"")
            assert client.sock is connection
