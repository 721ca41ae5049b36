"""Invalid requests over real HTTP: each returns 4xx and stores nothing; the server still runs."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
from webtest import TestApp

from classroom.http.codes import ErrorCode

from ..support.application import authorization_of
from ..support.sockets import exchange
from ..support.users import basic
from ..support.waitress import serving

pytestmark = pytest.mark.one_combination

STUDENTS = "/api/v1.0/students/"


class Response(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Connection(NamedTuple):
    """Send bytes unchanged, as no HTTP library does."""

    port: int
    authorization: str

    def send(self, request: bytes) -> Response:
        """Return the final response, without a preceding 100 Continue."""
        received = exchange(self.port, request).removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
        head, _, body = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines)
        return Response(int(first.split()[1]), headers, body)

    def ask(
        self, method: str = "GET", target: str = STUDENTS, body: bytes = b"", **headers: str | None
    ) -> Response:
        """Send a request; ``headers`` replace the default ones, and None removes one."""
        usual = {
            "Host": "localhost",
            "Connection": "close",
            "Authorization": self.authorization,
            "Content-Type": "application/json",
            "Content-Length": str(len(body)) if body else None,
        }
        usual |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"{name}: {value}" for name, value in usual.items() if value is not None]
        head = "\r\n".join([f"{method} {target} HTTP/1.1", *lines, "", ""])
        return self.send(head.encode("latin-1") + body)


@pytest.fixture
def http(testapp: TestApp) -> Iterator[Connection]:
    with serving(testapp.app) as port:
        http = Connection(port, authorization_of(testapp))
        yield http
        # Whatever was rejected, the server still works and nothing was stored.
        after = http.ask()
        assert after.status == 200
        assert json.loads(after.body)["meta"]["total"] == 0


def assert_refused(response: Response, *statuses: int) -> Any:
    assert response.status in statuses
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    error = json.loads(response.body)
    assert list(error) == ["status", "error", "code", "message"]
    assert error["status"] == ErrorCode(error["code"]).status == response.status
    assert "Traceback" not in error["message"]
    assert "classroom" not in error["message"]
    return error


INVALID_JSON = [
    b"",
    b"{",
    b'{"name": "x"',
    b"name=x",
    b"[]",
    b'["name"]',
    b'"name"',
    b"null",
    b"7",
    b'{"name": NaN}',
    b'{"name": Infinity}',
    b'{"name": "x"} {}',
    b'{"name": "\\ud800"}',
    b'{"name": "\\udc00 "}',
    b'{"name": "x\\u0000"}',
    b'{"name": "\x00"}',
    b'{"name": "\xff"}',
    b'{"name": "x", "unknown": "\xff"}',
    b'\xef\xbb\xbf{"name": "x"}',
    '{"name": "x"}'.encode("utf-16"),
    b'{"name": %s}' % (b"9" * 5000),
    b"[" * 60_000,
    b'{"name":' * 8_000,
    b'{"name":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
]


def test_invalid_json_is_400(http: Connection, subtests: pytest.Subtests) -> None:
    for body in INVALID_JSON:
        with subtests.test(body=body[:20]):
            assert_refused(http.ask("POST", body=body), 400)


def test_the_client_receives_the_413(http: Connection, subtests: pytest.Subtests) -> None:
    for size in (64 * 1024 + 1, 200_000, 1_000_000):
        with subtests.test(size=size):
            assert_refused(http.ask("POST", body=b"[" * size), 413)


def test_a_body_of_megabytes_is_drained_before_the_413(
    http: Connection, subtests: pytest.Subtests
) -> None:
    for expect in (None, "100-continue"):
        with subtests.test(expect=expect):
            assert_refused(http.ask("POST", body=b"[" * 5_000_000, Expect=expect), 413)


def test_waitress_rejects_a_body_by_its_content_length(http: Connection) -> None:
    assert_refused(http.ask("POST", Content_Length="2000000000"), 413)


UNSUPPORTED = [
    None,
    "",
    "json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=latin-1",
    "application/json; charset=utf-16",
    "application/jsonp",
]


def test_an_unsupported_media_type_is_415(http: Connection, subtests: pytest.Subtests) -> None:
    for media_type in UNSUPPORTED:
        with subtests.test(media_type=media_type):
            response = http.ask("POST", body=b'{"name": "x"}', Content_Type=media_type)
            assert_refused(response, 415)


NOT_CANONICAL = [
    f"{STUDENTS}%ff",
    f"{STUDENTS}%00",
    f"{STUDENTS}%2f",
    "/api/v1.0%2fstudents/",
    "/api/v1.0/%73tudents/",
    "/api/v1.0/classes/%2e%2e/students/",
    "/api/v1.0/classes/../students/",
    "//api/v1.0/students/",
    "//",
    f"{STUDENTS}@@",
    f"{STUDENTS};x",
    "/api/v1.0/%73tudents",
    f"{STUDENTS}1%2f",
    "//api/v1.0/students",
    f"ftp://localhost{STUDENTS}",
    f"x:{STUDENTS}",
]


def test_a_non_canonical_url_is_404(http: Connection, subtests: pytest.Subtests) -> None:
    for target in NOT_CANONICAL:
        with subtests.test(target=target):
            assert_refused(http.ask(target=target), 404)


def test_a_malformed_target_is_400_or_404(http: Connection, subtests: pytest.Subtests) -> None:
    for target in ("/\xff", "/api/v1.0/stud\xe9nts/", "*", "x", "http://[/"):
        with subtests.test(target=target):
            assert_refused(http.ask(target=target), 400, 404)


def test_a_malformed_query_is_400(http: Connection, subtests: pytest.Subtests) -> None:
    for query in ("page=%ff", "x=%ff", "%ff", "page=0", "per_page=1e3", "after=x"):
        with subtests.test(query=query):
            assert_refused(http.ask(target=f"{STUDENTS}?{query}"), 400)


def test_an_unknown_method_is_400_or_405(http: Connection, subtests: pytest.Subtests) -> None:
    for method in ("get", "Get", "BREW", "TRACE", "CONNECT"):
        with subtests.test(method=method):
            assert_refused(http.ask(method), 400, 405)


def test_an_invalid_host_is_400(http: Connection, subtests: pytest.Subtests) -> None:
    for host in [None, "", "a b", "a/b", "-a", "a@b", "[::1", "x" * 300, "\xe9"]:
        with subtests.test(host=host):
            assert "Host" in assert_refused(http.ask(Host=host), 400)["message"]


def test_an_absolute_target_is_accepted(http: Connection) -> None:
    assert http.ask(target=f"http://localhost{STUDENTS}").status == 200


def test_urls_include_the_mount_point(testapp: TestApp, http: Connection) -> None:
    with serving(testapp.app, url_prefix="/my school") as port:
        mounted = Connection(port, http.authorization)
        response = mounted.ask(target=f"/my%20school{STUDENTS}")
        assert response.status == 200, response
        first = json.loads(response.body)["meta"]["first"]
        assert first.startswith(f"http://localhost/my%20school{STUDENTS}?")
        assert_refused(mounted.ask(target="/my%20school/api/v1.0/%73tudents/"), 404)


def test_two_host_headers_are_400(http: Connection) -> None:
    two = "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"
    assert_refused(http.send(two.encode()), 400)


MALFORMED = [
    ("If-Match", "x"),
    ("If-Match", ""),
    ("If-None-Match", '"x'),
    ("If-None-Match", '"x" "y"'),
    ("Accept", "json"),
    ("Accept", "application/json;q=high"),
]


def test_a_malformed_header_is_400_with_its_name(
    http: Connection, subtests: pytest.Subtests
) -> None:
    for method, (name, value) in product(("GET", "POST", "PUT"), MALFORMED):
        with subtests.test(method=method, name=name, value=value):
            field = {name.replace("-", "_"): value}
            response = http.ask(method, body=b'{"name": "x"}', **field)
            assert name in assert_refused(response, 400)["message"]


CREDENTIALS = {
    None: 401,
    "Basic %%%": 401,
    "Basic bm9jb2xvbg==": 401,
    basic("", "x"): 401,
    basic("x", "p" * 20_000): 401,
    basic("x", "p" * 1_000_000): 431,
    "Bearer " + "x" * 20_000: 401,
}


def test_malformed_credentials_are_rejected(http: Connection, subtests: pytest.Subtests) -> None:
    for authorization, status in CREDENTIALS.items():
        with subtests.test(authorization=authorization and authorization[:20], status=status):
            assert_refused(http.ask(Authorization=authorization), status)


def test_forwarded_headers_of_clients_are_ignored(http: Connection) -> None:
    response = http.ask(
        X_Forwarded_Host="evil",
        X_Forwarded_Proto="https",
        X_Forwarded_For="1.2.3.4",
        X_Forwarded_Prefix="/evil",
        Forwarded="host=evil;proto=https",
    )
    assert json.loads(response.body)["meta"]["first"].startswith("http://localhost/api/")


def test_kilobytes_of_white_space_are_rejected_quickly(http: Connection) -> None:
    assert_refused(http.ask(X=" \t" * 15_000 + "x"), 400)


def test_a_bare_line_feed_in_the_head_is_400(http: Connection) -> None:
    assert_refused(http.send(b"GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"), 400)
