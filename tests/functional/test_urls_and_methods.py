"""One URL for one thing, and the methods that it has."""

import pytest
from webtest import TestApp

from classroom.resources.tree import Students

from ..conftest import API

pytestmark = pytest.mark.diagonal

ALLOWED = {
    "/": "GET, HEAD, OPTIONS",
    "/api/v1.0/": "GET, HEAD, OPTIONS",
    "/api/v1.0/students/": "GET, HEAD, OPTIONS, POST",
    "/api/v1.0/classes/": "GET, HEAD, OPTIONS, POST",
    "/api/v1.0/registrations/": "GET, HEAD, OPTIONS, POST",
    "/api/v1.0/students/1": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/api/v1.0/classes/1": "DELETE, GET, HEAD, OPTIONS, PATCH, PUT",
    "/api/v1.0/registrations/1/1": "DELETE, GET, HEAD, OPTIONS, PUT",
    "/api/v1.0/students/1/registrations/": "GET, HEAD, OPTIONS",
    "/api/v1.0/classes/1/registrations/": "GET, HEAD, OPTIONS",
}
METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get"]


@pytest.fixture(autouse=True)
def one_of_each(testapp: TestApp) -> None:
    for kind in ("students", "classes"):
        testapp.post_json(f"/api/v1.0/{kind}/", {"name": "x"})
    fields = {"student": f"{API}students/1", "class": f"{API}classes/1"}
    testapp.post_json("/api/v1.0/registrations/", fields)


@pytest.mark.parametrize("path", ALLOWED)
@pytest.mark.parametrize("method", METHODS)
def test_a_method_without_a_meaning_is_405_and_says_which_have_one(
    testapp: TestApp, path: str, method: str
) -> None:
    answer = testapp.request(path, method=method, status="*")
    if method in ALLOWED[path].split(", "):
        assert answer.status_int not in (404, 405)
    else:
        assert answer.status_int == 405
        assert answer.json["error"] == "method not allowed"
        assert answer.headers["Allow"] == ALLOWED[path]


@pytest.mark.parametrize("path", ALLOWED)
def test_options_says_which_methods_there_are(testapp: TestApp, path: str) -> None:
    answer = testapp.options(path, status=200)
    assert answer.headers["Allow"] == ALLOWED[path]
    patch = {"Accept-Patch": "application/merge-patch+json, application/json"}
    expected = patch if "PATCH" in ALLOWED[path] else {}
    assert {name: answer.headers[name] for name in patch if name in answer.headers} == expected


def test_nobody_changes_the_method_by_a_header(testapp: TestApp) -> None:
    headers = {"X-HTTP-Method-Override": "DELETE", "X-Method-Override": "DELETE"}
    testapp.post("/api/v1.0/students/1?_method=DELETE", headers=headers, status=405)
    testapp.get("/api/v1.0/students/1", headers=headers, status=200)
    testapp.get("/api/v1.0/students/1", status=200)


@pytest.mark.parametrize("path", [path for path in ALLOWED if path != "/"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", "BREW"])
@pytest.mark.parametrize("query", ["", "?page=1&x=%20"])
def test_a_url_that_differs_by_its_last_slash_leads_to_the_one(
    testapp: TestApp, path: str, method: str, query: str
) -> None:
    other = path[:-1] if path.endswith("/") else f"{path}/"
    headers = {"If-Match": '"never"'}
    answer = testapp.request(f"{other}{query}", method=method, headers=headers, status="*")
    assert answer.status_int == 308
    assert answer.headers["Location"] == f"http://localhost{path}{query}"


@pytest.mark.parametrize(
    "path",
    [
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
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_any_other_spelling_is_nowhere(testapp: TestApp, path: str, method: str) -> None:
    answer = testapp.request(path, method=method, status=404)
    assert answer.json["error"] == "not found"
    testapp.get("/api/v1.0/students/1", status=200)


def test_a_fault_of_the_server_is_logged_and_tells_nothing(
    testapp: TestApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Students, "select", "a fault within")
    answer = testapp.get("/api/v1.0/students/", status=500)
    assert answer.json == {
        "status": 500,
        "error": "internal server error",
        "message": "internal server error",
    }
    assert "a fault within" not in answer.text
    assert "TypeError" in caplog.text


def test_the_root_of_the_tree_stays_where_it_is(testapp: TestApp) -> None:
    """Pyramid would begin elsewhere for this header, which anybody may send."""
    headers = {"X-Vhm-Root": "/api/v1.0"}
    testapp.get("/students/1", headers=headers, status=404)
    assert testapp.get("/", headers=headers).json["api"] == API
