"""The canonical URLs of resources, and their methods."""

from itertools import product

import pytest
from sqlalchemy import Engine
from webtest import TestApp

from classroom.resources.tree import Students

from ..support.application import API
from ..support.rows import insert_rows

pytestmark = pytest.mark.one_combination

# A test deletes the items with the id 1, so that the others have the id 2.
ALLOWED = {
    "/": "GET, HEAD, OPTIONS",
    "/api/v1.0/": "GET, HEAD, OPTIONS",
    "/api/v1.0/students/": "GET, HEAD, OPTIONS, POST",
    "/api/v1.0/classes/": "GET, HEAD, OPTIONS, POST",
    "/api/v1.0/registrations/": "GET, HEAD, OPTIONS, POST",
    "/api/v1.0/students/1": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/api/v1.0/classes/1": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/api/v1.0/registrations/2/2": "DELETE, GET, HEAD, OPTIONS, PUT",
    "/api/v1.0/students/2/registrations/": "GET, HEAD, OPTIONS",
    "/api/v1.0/classes/2/registrations/": "GET, HEAD, OPTIONS",
}
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "TRACE", "BREW", "get", "DELETE"]


@pytest.fixture(autouse=True)
def two_of_each(testapp: TestApp, dbengine: Engine) -> None:
    insert_rows(dbengine, ["x", "x"], ["x", "x"], [(1, 1), (2, 2)])


def test_an_unsupported_method_is_405_with_allow(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for path, method in product(ALLOWED, METHODS):
        with subtests.test(path=path, method=method):
            response = testapp.request(path, method=method, status="*")
            if method in ALLOWED[path].split(", "):
                assert response.status_int not in (404, 405)
            else:
                assert response.status_int == 405
                assert response.json["error"] == "method not allowed"
                assert response.headers["Allow"] == ALLOWED[path]


def test_options_lists_the_methods(testapp: TestApp, subtests: pytest.Subtests) -> None:
    patch = {"Accept-Patch": "application/merge-patch+json, application/json"}
    for path, allowed in ALLOWED.items():
        with subtests.test(path=path):
            headers = testapp.options(path, status=200).headers
            assert headers["Allow"] == allowed
            expected = patch if "PATCH" in allowed else {}
            assert {name: headers[name] for name in patch if name in headers} == expected


def test_method_override_headers_are_ignored(testapp: TestApp) -> None:
    headers = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}
    testapp.post("/api/v1.0/students/1?_method=DELETE", headers=headers, status=405)
    testapp.get("/api/v1.0/students/1", headers=headers, status=200)
    testapp.get("/api/v1.0/students/1", status=200)


def test_an_extra_or_missing_trailing_slash_is_308(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    headers = {"If-Match": '"never"'}
    methods, queries = ("GET", "POST", "PUT", "OPTIONS", "BREW"), ("", "?page=1&x=%20")
    for path, query, method in product(ALLOWED.keys() - {"/"}, queries, methods):
        other = path[:-1] if path.endswith("/") else f"{path}/"
        with subtests.test(method=method, url=f"{other}{query}"):
            response = testapp.request(other + query, method=method, headers=headers, status="*")
            assert response.status_int == 308
            assert response.headers["Location"] == f"http://localhost{path}{query}"


UNKNOWN = [
    "//",
    "/@@",
    "/.",
    "//api/v1.0/",
    "/api/v1.0//",
    "/api",
    "/api/",
    "/auth",
    "/auth/",
    "/api/v1.0/students//",
    "/api/v1.0/students//1",
    "/api/v1.0/students/1//",
    "/api/v1.0/./students/",
    "/api/v1.0/classes/../students/",
    "/api/v1.0/classes/%2e%2e/students/",
    "/api/v1.0/students/@@",
    "/api/v1.0/students/1/@@",
    "/api/v1.0/students/@@1",
    "/api/v1.0/students/01",
    "/api/v1.0/students/%d9%a1",
    "/api/v1.0/students/+1",
    "/api/v1.0/students/-1",
    "/api/v1.0/students/0",
    "/api/v1.0/students/1%00",
    "/api/v1.0/students/%ff",
    "/%ff",
    "/api/v1.0/students/" + "9" * 18,
    "/api/v1.0/students/" + "9" * 19,
    "/api/v1.0/students/x",
    "/api/v1.0/students/1/x",
    "/api/v1.0/students/1/registrations/1",
    "/api/v1.0/registrations/1",
    "/api/v1.0/registrations/1/",
    "/api/v1.0/registrations/1/01",
    "/api/v1.0/registrations/1/1/1",
    "/api/v1.0/Students/",
    "/api/v1.1/",
    "/favicon.ico",
]


def test_other_urls_are_404(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for method, path in product(("GET", "DELETE"), UNKNOWN):
        with subtests.test(method=method, path=path):
            response = testapp.request(path, method=method, status=404)
            assert response.json["error"] == "not found"
            testapp.get("/api/v1.0/students/1", status=200)


def test_an_internal_error_is_logged_and_not_disclosed(
    testapp: TestApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Students, "select", "a fault within")
    response = testapp.get("/api/v1.0/students/", status=500)
    assert response.json == {
        "status": 500,
        "error": "internal server error",
        "code": "internal_error",
        "message": "internal server error",
    }
    assert "a fault within" not in response.text
    assert "TypeError" in caplog.text
    assert "GET '/api/v1.0/students/' failed for user 'miguel' at 127.0.0.1" in caplog.text


def test_x_vhm_root_does_not_move_the_root(testapp: TestApp) -> None:
    """Pyramid starts traversal at the path in this header, which any client can send."""
    headers = {"X-Vhm-Root": "/api/v1.0"}
    testapp.get("/students/1", headers=headers, status=404)
    assert testapp.get("/", headers=headers).json["api"] == API
