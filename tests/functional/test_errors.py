"""Errors in both formats, as the client prefers."""

from typing import Any

import pytest
from webtest import TestApp

PROBLEM = "application/problem+json"


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("accept", "is_problem"),
    [
        (PROBLEM, True),
        ("Application/Problem+JSON", True),
        (f"{PROBLEM}, */*;q=0.5", True),
        (f"{PROBLEM}, text/html, *; q=.2, */*; q=.2", True),
        (f"{PROBLEM};charset=utf-8", True),
        (f"application/json;q=0.9, {PROBLEM}", True),
        (f"application/json, {PROBLEM};q=0.9", False),
        (f"application/json, {PROBLEM}", False),
        (f"{PROBLEM};q=0", False),
        (f"{PROBLEM};q=0, */*", False),
        ("*/*", False),
        ("text/html", False),
        ("", False),
        (None, False),
    ],
)
def test_accept_selects_the_format_of_an_error(
    anonymous: TestApp, accept: str | None, is_problem: bool
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    response = anonymous.get("/api/v1.0/", headers=headers, status=401)
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["WWW-Authenticate"]
    message = "please authenticate"
    if is_problem:
        assert response.content_type == PROBLEM
        assert response.json == {
            "type": "http://localhost/api/problems/authentication_required",
            "title": "Unauthorized",
            "status": 401,
            "detail": message,
            "code": "authentication_required",
        }
    else:
        assert response.content_type == "application/json"
        assert response.json == {
            "status": 401,
            "error": "unauthorized",
            "code": "authentication_required",
            "message": message,
        }


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
@pytest.mark.parametrize(("method", "url", "body", "status"), REQUESTS)
def test_both_error_formats_have_the_same_content(
    testapp: TestApp, method: str, url: str, body: Any, status: int
) -> None:
    responses = [
        testapp.request(
            url,
            method=method,
            body=body or b"",
            headers={"Accept": accept, "Content-Type": "application/json"},
            status=status,
        )
        for accept in ("application/json", PROBLEM)
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


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("path", "body", "pointers"),
    [
        ("students/", {}, ["#/name"]),
        ("students/", {"name": 7}, ["#/name"]),
        ("registrations/", {}, ["#/student", "#/class"]),
        ("registrations/", {"student": "x", "class": None}, ["#/student", "#/class"]),
    ],
)
def test_a_problem_points_at_each_invalid_field(
    testapp: TestApp, path: str, body: Any, pointers: list[str]
) -> None:
    headers = {"Accept": PROBLEM}
    problem = testapp.post_json(f"/api/v1.0/{path}", body, headers=headers, status=400).json
    assert [error["pointer"] for error in problem["errors"]] == pointers
    parts = [f"{error['pointer'][2:]}: {error['detail']}" for error in problem["errors"]]
    assert problem["detail"] == "; ".join(parts)
