"""Errors in both formats, as the client prefers."""

from typing import Any

import pytest
from webtest import TestApp

JSON = "application/json"
PROBLEM = "application/problem+json"


# The format that a client with this header receives.
ACCEPT = {
    PROBLEM: PROBLEM,
    "Application/Problem+JSON": PROBLEM,
    f"{PROBLEM}, */*;q=0.5": PROBLEM,
    f"{PROBLEM}, text/html, *; q=.2, */*; q=.2": PROBLEM,
    f"{PROBLEM};charset=utf-8": PROBLEM,
    f"{JSON};q=0.9, {PROBLEM}": PROBLEM,
    f"{JSON}, {PROBLEM};q=0.9": JSON,
    f"{JSON}, {PROBLEM}": JSON,
    f"{PROBLEM};q=0": JSON,
    f"{PROBLEM};q=0, */*": JSON,
    "*/*": JSON,
    "text/html": JSON,
    "": JSON,
    None: JSON,
}
BODIES = {
    PROBLEM: {
        "type": "http://localhost/api/problems/authentication_required",
        "title": "Unauthorized",
        "status": 401,
        "detail": "please authenticate",
        "code": "authentication_required",
    },
    JSON: {
        "status": 401,
        "error": "unauthorized",
        "code": "authentication_required",
        "message": "please authenticate",
    },
}


@pytest.mark.one_combination
def test_accept_selects_the_format_of_an_error(
    anonymous: TestApp, subtests: pytest.Subtests
) -> None:
    for accept, media_type in ACCEPT.items():
        with subtests.test(accept=accept):
            headers = {} if accept is None else {"Accept": accept}
            response = anonymous.get("/api/v1.0/", headers=headers, status=401)
            assert response.headers["Cache-Control"] == "no-store"
            assert response.headers["WWW-Authenticate"]
            assert response.content_type == media_type
            assert response.json == BODIES[media_type]


REQUESTS: list[tuple[str, str, Any, int]] = [
    ("GET", "/nowhere", None, 404),
    ("GET", "/api/v1.0/students/?page=0", None, 400),
    ("GET", "/api/v1.0/students/?page=2", None, 404),
    ("POST", "/", None, 405),
    ("POST", "/api/v1.0/students/", b"{", 400),
    ("POST", "/api/v1.0/students/", b" " * 70_000, 413),
    ("GET", "/api/v1.0/students", None, 308),
]


@pytest.mark.one_combination
def test_both_error_formats_have_the_same_content(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for method, url, body, status in REQUESTS:
        with subtests.test(method=method, url=url, status=status):
            compare_formats(testapp, method, url, body, status)


def compare_formats(testapp: TestApp, method: str, url: str, body: Any, status: int) -> None:
    responses = [
        testapp.request(
            url,
            method=method,
            body=body or b"",
            headers={"Accept": accept, "Content-Type": JSON},
            status=status,
        )
        for accept in (JSON, PROBLEM)
    ]
    error, problem = (response.json for response in responses)
    assert (problem["title"].lower(), problem["detail"]) == (error["error"], error["message"])
    assert problem["status"] == error["status"] == status
    assert problem["code"] == error["code"]
    others = [
        {name: value for name, value in response.headers.items() if not name.startswith("Content-")}
        for response in responses
    ]
    assert others[0] == others[1]


INVALID_FIELDS: list[tuple[str, Any, list[str]]] = [
    ("students/", {}, ["#/name"]),
    ("students/", {"name": 7}, ["#/name"]),
    ("registrations/", {}, ["#/student", "#/class"]),
    ("registrations/", {"student": "x", "class": None}, ["#/student", "#/class"]),
]


@pytest.mark.one_combination
def test_a_problem_points_at_each_invalid_field(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    headers = {"Accept": PROBLEM}
    for path, body, pointers in INVALID_FIELDS:
        with subtests.test(path=path, body=body):
            problem = testapp.post_json(f"/api/v1.0/{path}", body, headers=headers, status=400).json
            assert [error["pointer"] for error in problem["errors"]] == pointers
            parts = [f"{error['pointer'][2:]}: {error['detail']}" for error in problem["errors"]]
            assert problem["detail"] == "; ".join(parts)
