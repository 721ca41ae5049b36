"""The error codes: a request for each of them, and where they are documented."""

import json
import re
from typing import Any, NamedTuple, NoReturn

import pytest
from pyramid.httpexceptions import HTTPBadRequest
from webtest import TestApp

from classroom.http.codes import ErrorCode
from classroom.models.roles import Role
from classroom.resources.tree import Students

from ..support.contract import default_document
from ..support.paths import ROOT
from ..support.rows import registration
from ..support.school import School
from ..support.sockets import exchange
from ..support.users import NAME, PASSWORD, basic

ROW = re.compile(r"^\| `(\w+)` \| ([345]\d\d) \| (.*) \|$", re.MULTILINE)

STUDENTS = "/api/v1.0/students/"
TEACHERS = "/api/v1.0/classes/1/teachers/"
TOKEN_PATH = "/auth/request-token"
USERS = "/api/v1.0/users/"


class Case(NamedTuple):
    """A request and the code of its error."""

    code: str
    method: str
    path: str
    body: Any = None
    headers: dict[str, str] = {}


# The user 1 is a registrar, 2 the only admin, and 3 a teacher of the class 1.
CASES = [
    Case("redirected", "GET", "/api/v1.0/students"),
    Case("invalid_host", "GET", "/", headers={"Host": "a b"}),
    Case("invalid_header", "GET", "/", headers={"Accept": "json"}),
    Case("invalid_query", "GET", f"{STUDENTS}?q=%ff"),
    Case("unknown_parameter", "GET", f"{STUDENTS}?class=1"),
    Case("unknown_parameter", "POST", f"{STUDENTS}?q=x", {"name": "x"}),
    Case("invalid_parameter", "GET", f"{STUDENTS}?page=0"),
    Case("invalid_parameter", "GET", f"{STUDENTS}?sort=age"),
    Case("invalid_body", "POST", STUDENTS, b"{"),
    Case("invalid_body", "POST", STUDENTS, b"[]"),
    Case("invalid_field", "POST", STUDENTS, b"{}"),
    Case("invalid_field", "POST", TEACHERS, {"name": "nobody"}),
    Case("invalid_field", "PATCH", f"{USERS}2", {"password": "short", "current_password": "x"}),
    Case("permission_denied", "GET", f"{USERS}2"),
    Case("not_found", "GET", "/nowhere"),
    Case("not_found", "GET", f"{STUDENTS}7"),
    Case("page_not_found", "GET", f"{STUDENTS}?page=2"),
    Case("method_not_allowed", "POST", "/"),
    Case("already_registered", "POST", "/api/v1.0/registrations/", registration(1, 1)),
    Case("source_id_exists", "POST", STUDENTS, {"name": "x", "source_id": "S-1"}),
    Case("already_teaches", "POST", TEACHERS, {"name": "smith"}),
    Case("user_exists", "PATCH", f"{USERS}2", {"name": "smith"}),
    Case("not_a_teacher", "POST", TEACHERS, {"name": "susan"}),
    Case("last_admin", "DELETE", f"{USERS}2"),
    Case("precondition_failed", "GET", f"{STUDENTS}1", headers={"If-Match": '"x"'}),
    Case("precondition_failed", "DELETE", f"{STUDENTS}1", headers={"If-Match": '"x"'}),
    Case("body_too_large", "POST", STUDENTS, b" " * 70_000),
    Case("unsupported_media_type", "POST", STUDENTS, b"{}", {"Content-Type": "text/plain"}),
]
IN_OTHER_TESTS = {
    *("authentication_required", "invalid_credentials", "invalid_token", "token_required"),
    *("bad_request", "headers_too_large", "not_implemented", "request_timeout", "internal_error"),
    # test_rate_limits.py, test_login_attempts.py and test_outages.py
    *("rate_limited", "too_many_failed_logins", "too_many_logins", "database_unavailable"),
}


def code_of(client: TestApp, path: str, **headers: str) -> str:
    return client.get(path, headers=headers, status="*").json["code"]


@pytest.fixture
def admin(testapp: TestApp) -> TestApp:
    """The client of the only admin of a school with a row of each type."""
    school = School(testapp.app)
    admin = school.client(school.add_user(Role.ADMIN, "susan"))
    school.assign(school.add_user(Role.TEACHER, "smith"), school.add_class())
    school.register(school.add_student(), 1)
    admin.patch_json(f"{STUDENTS}1", {"source_id": "S-1"})
    return admin


def test_requests_have_the_codes_of_their_errors(testapp: TestApp, admin: TestApp) -> None:
    for case in CASES:
        client = testapp if case.code == "permission_denied" else admin
        response = client.request(
            case.path,
            method=case.method,
            body=case.body if isinstance(case.body, bytes) else json.dumps(case.body).encode(),
            headers={"Content-Type": "application/json", **case.headers},
            status="*",
        )
        error = response.json
        assert (error.get("code"), error.get("status")) == (case.code, response.status_int), case
        assert response.status_int == ErrorCode(case.code).status


@pytest.mark.one_combination
def test_a_401_for_a_password_says_whether_it_was_sent(anonymous: TestApp) -> None:
    assert code_of(anonymous, "/api/v1.0/") == "authentication_required"
    for wrong in ("", "Basic", basic(NAME, "wrong"), basic("nobody", "x"), "Bearer x"):
        assert code_of(anonymous, "/api/v1.0/", Authorization=wrong) == "invalid_credentials"


@pytest.mark.one_combination
@pytest.mark.usefixtures("token_mode")
def test_a_401_for_a_token_says_whether_it_was_sent(anonymous: TestApp) -> None:
    for path in ("/api/v1.0/", TOKEN_PATH):
        assert code_of(anonymous, path) == "authentication_required"
    for wrong in ("", "Basic", basic("x", ""), "Bearer", "Bearer x"):
        assert code_of(anonymous, "/api/v1.0/", Authorization=wrong) == "invalid_token"
        assert code_of(anonymous, TOKEN_PATH, Authorization=wrong) == "invalid_credentials"


@pytest.mark.usefixtures("token_mode")
def test_a_401_for_a_password_has_the_token_url(anonymous: TestApp) -> None:
    refused = [
        anonymous.get(path, headers={"Authorization": basic(NAME, password)}, status=401).json
        for path in ("/api/v1.0/", "/nowhere")
        for password in (PASSWORD, "wrong")
    ]
    assert refused == refused[:1] * 4
    assert refused[0]["code"] == "token_required"
    url = re.search("http://[^ ]+", refused[0]["message"])[0]
    assert anonymous.get(url, headers={"Authorization": basic(NAME, PASSWORD)}).json["token"]


REJECTED_BY_WAITRESS = {
    "bad_request": "GET / HTTP/1.1\r\nHost: a\r\nX y",
    "headers_too_large": f"GET / HTTP/1.1\r\nHost: a\r\nX: {'y' * 40_000}",
    "not_implemented": "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip",
    "body_too_large": "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000000",
}


@pytest.mark.one_combination
def test_an_error_of_waitress_has_a_code(served_port: int, subtests: pytest.Subtests) -> None:
    for code, head in REJECTED_BY_WAITRESS.items():
        with subtests.test(code=code):
            received = exchange(served_port, f"{head}\r\n\r\n".encode())
            error = json.loads(received.partition(b"\r\n\r\n")[2])
            assert (error["code"], error["status"]) == (code, ErrorCode(code).status)


ERRORS = {
    HTTPBadRequest("no"): "bad_request",
    TypeError(): "internal_error",
    StopIteration(): "internal_error",  # A loop would end instead of failing.
}


@pytest.mark.one_combination
def test_an_error_of_an_extension_has_a_code(
    testapp: TestApp, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    def select(*_: Any) -> NoReturn:
        raise error

    monkeypatch.setattr(Students, "select", select)
    for error, code in ERRORS.items():
        with subtests.test(error=repr(error)):
            assert code_of(testapp, STUDENTS) == code


def test_every_code_has_a_request() -> None:
    assert {case.code for case in CASES} | IN_OTHER_TESTS == set(ErrorCode)


def test_api_md_lists_the_codes() -> None:
    rows = ROW.findall((ROOT / "docs" / "api.md").read_text())
    assert rows == [(code.value, str(code.status), code.description) for code in ErrorCode]


def test_the_document_enumerates_the_codes() -> None:
    schemas = default_document()["components"]["schemas"]
    assert set(schemas["ErrorCode"]["enum"]) == {code.value for code in ErrorCode}
    lines = schemas["ErrorCode"]["description"].splitlines()[2:]
    assert lines == [f"* `{code}` ({code.status}): {code.description}" for code in ErrorCode]
    for name in ("Error", "Problem"):
        assert "code" in schemas[name]["required"]
