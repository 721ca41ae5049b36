"""The pages that describe the error codes."""

import base64
import hashlib
import re
from html import escape
from typing import Any

import pytest
from webtest import TestApp

from classroom.http.codes import ErrorCode
from classroom.problems.html import markup

PROBLEMS = "http://localhost/api/problems/"


def text_of(response: Any) -> str:
    """Return the body of a page without markup."""
    return re.sub("<[^>]+>", "", response.text.partition("<body>")[2])


def test_the_type_of_a_problem_is_the_url_of_a_page(testapp: TestApp, anonymous: TestApp) -> None:
    accept = {"Accept": "application/problem+json"}
    problem = testapp.get("/api/v1.0/students/?page=0", headers=accept, status=400).json
    assert problem["type"] == PROBLEMS + problem["code"] == f"{PROBLEMS}invalid_parameter"
    page = anonymous.get(problem["type"], status=200)
    assert page.content_type == "text/html"
    assert "invalid_parameter" in text_of(page)
    mounted = anonymous.get(
        "/api/v1.0/", headers=accept, extra_environ={"SCRIPT_NAME": "/my school"}, status=401
    )
    assert mounted.json["type"].startswith("http://localhost/my%20school/api/problems/")


@pytest.mark.one_combination
def test_each_code_has_a_page(anonymous: TestApp) -> None:
    listed = anonymous.get(PROBLEMS, status=200)
    urls = re.findall('href="([^"]+)"', listed.text)
    assert urls == [PROBLEMS + code for code in ErrorCode]
    for code, url in zip(ErrorCode, urls, strict=True):
        page = anonymous.get(url, status=200)
        text = escape(code.description).replace("`", "")
        assert text in text_of(page)
        assert text in text_of(listed)
        assert str(code.status) in text_of(page)
        assert f'<a href="{PROBLEMS}">' in page.text


@pytest.mark.one_combination
def test_pages_are_html_that_may_load_nothing(anonymous: TestApp) -> None:
    for url in (PROBLEMS, f"{PROBLEMS}not_found"):
        page = anonymous.get(url)
        assert page.headers["Content-Type"] == "text/html; charset=utf-8"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        policy = page.headers["Content-Security-Policy"].split("; ")
        style = page.text.partition("<style>")[2].partition("</style>")[0]
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        assert f"style-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy
        assert anonymous.get(url, headers={"If-None-Match": page.headers["ETag"]}, status=304)


@pytest.mark.one_combination
def test_text_in_pages_is_escaped(anonymous: TestApp) -> None:
    page = anonymous.get("/api/problems/not_found", extra_environ={"SCRIPT_NAME": "/a&b"})
    assert '<a href="http://localhost/a&amp;b/api/problems/">' in page.text
    assert markup("<b> & `<i>`") == "&lt;b&gt; &amp; <code>&lt;i&gt;</code>"


@pytest.mark.one_combination
def test_an_unknown_code_is_404(testapp: TestApp, anonymous: TestApp) -> None:
    for name in ("nothing", "NOT_FOUND", "7", "not_found/x"):
        testapp.get(PROBLEMS + name, status=404)
        anonymous.get(PROBLEMS + name, status=401)
    testapp.get(f"{PROBLEMS}not_found/", status=308)
    testapp.post(f"{PROBLEMS}not_found", status=405)


@pytest.mark.one_combination
def test_a_request_for_a_page_counts_against_the_rate_limit(
    app_settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    app_settings |= {"classroom.use_rate_limits": "true", "classroom.redis_url": "memory://"}
    page = request.getfixturevalue("anonymous").get(f"{PROBLEMS}rate_limited", status=200)
    assert page.headers["X-RateLimit-Remaining"] == "4"
