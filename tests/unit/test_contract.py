"""The comparison of responses with the document finds each kind of error."""

from typing import Any

import pytest

from classroom.http.syntax import PATCH_TYPES

from ..support.contract import Contract, Response, default_document

CONTRACT = Contract(default_document())
API_PATH = "/api/v1.0/"
ITEM = f"{API_PATH}students/7"
URL = f"http://localhost{ITEM}"
ALWAYS = {"X-Content-Type-Options": "nosniff"}
JSON = {**ALWAYS, "Content-Type": "application/json"}
READ = {
    **ALWAYS,
    "Cache-Control": "private, no-cache",
    "ETag": f'"{"0" * 32}"',
    "Vary": "Authorization",
}
BODY = (
    b'{"url": "%s", "name": "x", "id": 7, "source_id": null, "created_at": "2014-04-09T10:00:00Z",'
    b' "updated_at": "2014-04-09T10:00:00Z", "registrations": "%s/registrations/"}'
) % ((URL.encode(),) * 2)
ERROR = b'{"status": 404, "error": "not found", "code": "not_found", "message": "x"}'
LIMITED = b'{"status": 429, "error": "x", "code": "rate_limited", "message": "x"}'
NOT_ALLOWED = b'{"status": 405, "error": "x", "code": "method_not_allowed", "message": "x"}'
PROBLEM = (
    b'{"type": "about:blank", "title": "Not Found", "status": 404, "detail": "x",'
    b' "code": "not_found"}'
)
NO_STORE = {**JSON, "Cache-Control": "no-store"}
OPTIONS = {**NO_STORE, "Allow": "GET, HEAD", "Accept-Patch": ", ".join(PATCH_TYPES)}


def errors(
    method: str, path: str, status: str, headers: dict[str, str], body: bytes = b"", **environ: Any
) -> list[str]:
    environ = {"REQUEST_METHOD": method, "SCRIPT_NAME": "", "PATH_INFO": path, **environ}
    return CONTRACT.errors(environ, Response(status, list(headers.items()), body))


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body"),
    [
        ("GET", ITEM, "200 OK", JSON | READ, BODY),
        ("HEAD", ITEM, "200 OK", JSON | READ, b""),
        ("GET", ITEM, "304 Not Modified", READ, b""),
        ("OPTIONS", ITEM, "200 OK", OPTIONS, b"{}"),
        ("OPTIONS", ITEM, "404 Not Found", NO_STORE, ERROR),
        ("GET", ITEM, "404 Not Found", NO_STORE, ERROR),
        ("HEAD", ITEM, "404 Not Found", NO_STORE, b""),
        (
            *("GET", ITEM, "404 Not Found"),
            *(NO_STORE | {"Content-Type": "application/problem+json"}, PROBLEM),
        ),
        ("GET", "/nowhere", "404 Not Found", NO_STORE, ERROR),
        ("BREW", ITEM, "405 Method Not Allowed", NO_STORE | {"Allow": "GET"}, NOT_ALLOWED),
        ("GET", ITEM, "429 Too Many Requests", NO_STORE | {"Retry-After": "2"}, LIMITED),
    ],
)
def test_a_documented_response_has_no_errors(
    method: str, path: str, status: str, headers: dict[str, str], body: bytes
) -> None:
    assert errors(method, path, status, headers, body) == []


@pytest.mark.parametrize(
    ("method", "path", "status", "headers", "body"),
    [
        ("GET", ITEM, "202 Accepted", JSON | READ, BODY),
        ("GET", ITEM, "200 OK", READ, BODY),
        ("GET", ITEM, "200 OK", READ | {"Content-Type": "text/html"}, BODY),
        ("GET", ITEM, "200 OK", JSON | READ | {"X-Powered-By": "Pyramid"}, BODY),
        ("GET", ITEM, "200 OK", JSON | READ | {"ETag": 'W/"x"'}, BODY),
        ("GET", ITEM, "200 OK", JSON, BODY),
        ("GET", ITEM, "200 OK", JSON | READ, b""),
        ("GET", ITEM, "200 OK", JSON | READ, b"{}"),
        ("GET", ITEM, "200 OK", JSON | READ, BODY.replace(b"}", b', "age": 7}')),
        ("GET", ITEM, "200 OK", JSON | READ, BODY.replace(b'"x"', b'" "')),
        ("GET", ITEM, "200 OK", JSON | READ, BODY.replace(b"students", b"classes")),
        ("HEAD", ITEM, "200 OK", JSON | READ, BODY),
        ("HEAD", ITEM, "404 Not Found", NO_STORE, ERROR),
        ("HEAD", ITEM, "202 Accepted", JSON | READ, b""),
        ("HEAD", ITEM, "200 OK", JSON, b""),
        ("OPTIONS", ITEM, "200 OK", OPTIONS, BODY),
        ("OPTIONS", ITEM, "200 OK", NO_STORE | {"Allow": "GET"}, b"{}"),
        ("OPTIONS", ITEM, "200 OK", NO_STORE, b"{}"),
        ("OPTIONS", ITEM, "200 OK", OPTIONS | {"Allow": "BREW"}, b"{}"),
        ("OPTIONS", ITEM, "304 Not Modified", READ, b""),
        ("BREW", ITEM, "405 Method Not Allowed", NO_STORE, NOT_ALLOWED),
        ("GET", ITEM, "404 Not Found", JSON, ERROR),
        ("GET", ITEM, "404 Not Found", NO_STORE, LIMITED),
        ("GET", ITEM, "429 Too Many Requests", NO_STORE, LIMITED),
        ("GET", ITEM, "429 Too Many Requests", NO_STORE | {"Retry-After": "soon"}, LIMITED),
        ("GET", "/nowhere", "200 OK", JSON | READ, BODY),
        ("get", ITEM, "200 OK", JSON | READ, BODY),
        ("PARAMETERS", ITEM, "200 OK", JSON | READ, BODY),
        ("GET", f"{ITEM}\n", "200 OK", JSON | READ, BODY),
    ],
)
def test_an_undocumented_response_has_errors(
    method: str, path: str, status: str, headers: dict[str, str], body: bytes
) -> None:
    assert len(errors(method, path, status, headers, body)) > 0


def test_a_success_despite_an_unknown_parameter_is_an_error() -> None:
    students = f"{API_PATH}students/"
    created = NO_STORE | {"Location": URL, "ETag": READ["ETag"]}
    for method, path, status, headers, body, query in (
        ("GET", ITEM, "200 OK", JSON | READ, BODY, "page=1"),
        ("HEAD", ITEM, "200 OK", JSON | READ, b"", "x"),
        ("GET", ITEM, "304 Not Modified", READ, b"", "="),
        ("POST", students, "201 Created", created, b"{}", "sort=name"),
    ):
        assert errors(method, path, status, headers, body) == []
        name = query.partition("=")[0]
        expected = [f"the parameter {name}"]
        assert errors(method, path, status, headers, body, QUERY_STRING=query) == expected
    assert errors("GET", ITEM, "404 Not Found", NO_STORE, ERROR, QUERY_STRING="x") == []


def test_paths_are_compared_as_sent_below_the_mount_point() -> None:
    for sent in (ITEM, f"{ITEM}?x=1", f"http://localhost{ITEM}", f"/my%20school{ITEM}"):
        mount = "/my school" if "school" in sent else ""
        known = {"REQUEST_URI": sent, "SCRIPT_NAME": mount}
        assert errors("GET", ITEM, "200 OK", JSON | READ, BODY, **known) == []
    elsewhere = {"REQUEST_URI": "/api/v1.0/%73tudents/7"}
    assert errors("GET", ITEM, "200 OK", JSON | READ, BODY, **elsewhere)
