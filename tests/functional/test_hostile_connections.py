"""Malformed, slow and oversized traffic, over real sockets."""

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from itertools import product
from logging import LogRecord
from pathlib import Path
from typing import Any

import pytest
from waitress import wasyncore

from classroom.http.codes import ErrorCode
from classroom.http.message_head import MAX_FIELDS
from classroom.server.channel import Channel

from ..support.sockets import (
    connect,
    connect_without_reading,
    exchange,
    read_all,
    read_until,
)
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import create, running, serving

DOCUMENT = b"GET /api/v1.0/openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
STUDENTS = "/api/v1.0/students/"
CREDENTIALS = f"Authorization: {basic(NAME, PASSWORD)}\r\n"


def head(start: str, *fields: str) -> bytes:
    return "\r\n".join([start, "Host: a", *fields, "", ""]).encode("latin-1")


def post(*fields: str, version: str = "1.1") -> bytes:
    usual = CREDENTIALS.strip(), "Content-Type: application/json"
    return head(f"POST {STUDENTS} HTTP/{version}", *usual, *fields)


def status_of(port: int, path: str = "/") -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as client:
        client.request("GET", path)
        return client.getresponse().status


def assert_only_response(received: bytes, status: int) -> None:
    """Check that there is exactly one response, in JSON, and that it closes the connection."""
    assert len(re.findall(rb"HTTP/1.[01] [0-9]{3} ", received)) == 1
    top, _, body = received.partition(b"\r\n\r\n")
    assert int(top.split()[1]) == status
    assert b"Connection: close" in top
    assert b"X-Content-Type-Options: nosniff" in top
    assert ErrorCode(json.loads(body)["code"]).status == json.loads(body)["status"] == status


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite only: nothing here depends on the database."""
    return sqlite_url


@pytest.fixture
def app_settings(app_settings: dict[str, str]) -> dict[str, str]:
    """By default, no connection of a test is closed because its request is incomplete."""
    return app_settings | {"classroom.request_timeout": "3600"}


@pytest.fixture
def short_timeouts(
    app_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> int:
    """The port of a server with a request timeout of one second."""
    app_settings["classroom.request_timeout"] = "1"
    # The application sets it for the whole process.
    monkeypatch.setattr(Channel, "request_timeout", 3600, raising=False)
    return request.getfixturevalue("served_port")


# Malformed heads


def test_a_malformed_start_line_is_400(served_port: int, subtests: pytest.Subtests) -> None:
    for start in (
        f"GET a://{'1' * 30_000} x HTTP/1.1",
        f"GET {'a' * 30_000} x HTTP/1.1",
        f"{'G' * 30_000}",
        "GET  / HTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET /  HTTP/1.1",
        "GET / HTTP/11",
        "GET / http/1.1",
        "GET /\x01 HTTP/1.1",
        "GET /\xe9 HTTP/1.1",
        "get / HTTP/1.1",
        "/ HTTP/1.1",
        "G\x00T / HTTP/1.1",
    ):
        with subtests.test(start[:20]):
            assert_only_response(exchange(served_port, head(start)), 400)
            assert status_of(served_port) == 200


def test_malformed_header_fields_are_400(served_port: int, subtests: pytest.Subtests) -> None:
    for fields in (
        ["X: y\r\n z"],
        ["X: y\r\n\tz"],
        ["X : y"],
        ["X"],
        [": y"],
        ["X: \x00"],
        ["X: y\nZ: z"],
        ["X: y\rZ: z"],
        ["a:b"] * MAX_FIELDS,
        ["a:b"] * 6_000,
        ["X: " + " " * 30_000 + "\x01"],
    ):
        with subtests.test((len(fields), fields[0][:12])):
            assert_only_response(exchange(served_port, head("GET / HTTP/1.1", *fields)), 400)


def test_the_maximum_number_of_header_fields_is_accepted(served_port: int) -> None:
    fields = [*["a:b"] * (MAX_FIELDS - 2), "Connection: close"]
    assert exchange(served_port, head("GET / HTTP/1.1", *fields)).startswith(b"HTTP/1.1 200")


# Responses that the client does not read


@contextmanager
def counting(app: Any, **settings: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the port of a server, and the paths of the requests that it executed."""
    executed: list[str] = []

    def counted(environ: dict[str, Any], start_response: Any) -> Any:
        executed.append(environ["PATH_INFO"])
        return app(environ, start_response)

    with serving(counted, **settings) as port:
        yield port, executed


def test_pipelined_requests_wait_until_responses_are_read(app: Any) -> None:
    requests = 8192 // len(DOCUMENT)
    with (
        counting(app, threads="1") as (port, executed),
        closing(connect_without_reading(port)) as client,
    ):
        client.sendall(DOCUMENT * requests)
        # The one worker thread serves both connections in turn.
        assert all(status_of(port) == 200 for _ in range(requests))
        assert 0 < executed.count("/api/v1.0/openapi.json") < requests
        client.sendall(LAST)
        received = read_all(client)
    assert received.count(b"HTTP/1.1 200 OK") == requests + 1


def test_an_unread_response_does_not_block_a_worker(app: Any) -> None:
    settings = {"threads": "1", "outbuf_high_watermark": "1"}
    with serving(app, **settings) as port, closing(connect_without_reading(port)) as client:
        client.sendall(DOCUMENT * 100)
        assert all(status_of(port) == 200 for _ in range(100))


def established(port: int) -> int:
    """Return how many connections to a port the server has not closed."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01" for row in rows)


def test_a_connection_that_does_not_read_is_closed(short_timeouts: int) -> None:
    with ExitStack() as stack:
        connections = (closing(connect_without_reading(short_timeouts)) for _ in range(10))
        clients = [stack.enter_context(connection) for connection in connections]
        wait_for(lambda: established(short_timeouts) == 10)
        for client in clients:
            client.sendall(DOCUMENT * 170)
        # The clients keep their ends open.
        wait_for(lambda: established(short_timeouts) == 0)


# Requests that do not end


def send_slowly(port: int, start: bytes, more: bytes) -> bytes:
    """Send one part of a request, then another again and again; return the response."""
    with closing(connect(port)) as client:
        client.sendall(start)
        client.settimeout(0.1)
        for _ in range(150):
            with suppress(TimeoutError):
                first = client.recv(1)
                break
            with suppress(ConnectionError):  # the server has just responded
                client.sendall(more)
        client.settimeout(TIMEOUT)
        return first + read_all(client)


def test_a_slow_request_is_rejected(short_timeouts: int, subtests: pytest.Subtests) -> None:
    cases = {
        (b"GET / HT", b"T"): 408,
        (b"GET / HTTP/1.1\r\nX: ", b"y"): 408,
        (post("Content-Length: 10000"), b"x"): 408,
        (post("Transfer-Encoding: chunked"), b"1\r\nx\r\n"): 408,
        (post("Content-Length: 5000000") + b"x", b"x"): 413,
    }
    with ThreadPoolExecutor(len(cases)) as pool:
        responses = [pool.submit(send_slowly, short_timeouts, *parts) for parts in cases]
    for (start, _), status, response in zip(cases, cases.values(), responses, strict=True):
        with subtests.test(start[-40:]):
            assert_only_response(response.result(), status)


def test_at_the_limit_new_connections_are_served(app: Any, subtests: pytest.Subtests) -> None:
    for sent, use_poll in product([b"", b"GET / HTTP/1.1\r\nX: "], ["true", "false"]):
        settings = {"connection_limit": "10", "asyncore_use_poll": use_poll}
        with (
            subtests.test((sent, use_poll)),
            serving(app, **settings) as port,
            ExitStack() as stack,
        ):
            clients = [stack.enter_context(closing(connect(port))) for _ in range(20)]
            for client in clients:
                client.sendall(sent)
            assert all(status_of(port) == 200 for _ in range(20))


def test_at_the_limit_the_oldest_idle_connection_is_closed(app: Any) -> None:
    # With one thread, a request is complete before the next one begins.
    with serving(app, connection_limit="6", threads="1") as port, ExitStack() as stack:
        clients = []
        for _ in range(4):
            clients.append(client := stack.enter_context(closing(connect(port))))
            client.sendall(head("HEAD / HTTP/1.1"))
            assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert read_all(clients[0]) == b""
        clients[1].sendall(LAST)
        assert read_all(clients[1]).startswith(b"HTTP/1.1 200")


def test_at_the_limit_the_newest_connection_is_kept(app: Any) -> None:
    server = create(app, connection_limit="10")
    port = int(server.effective_port)
    with ExitStack() as stack:
        clients = []
        for _ in range(20):
            clients.append(stack.enter_context(closing(connect(port))))
            wasyncore.loop(0, map=server._map, count=1)  # accepts it
        for client in clients:
            client.sendall(b"GET / HTTP/1.1\r\nX: ")
        newest = stack.enter_context(closing(connect(port)))
        newest.sendall(LAST)
        # In one iteration, the loop accepts the newest connection and reads the other requests.
        with running(server):
            assert read_all(newest).startswith(b"HTTP/1.1 200")


def test_at_the_limit_a_running_request_is_completed(app: Any) -> None:
    is_running, may_end = threading.Event(), threading.Event()

    def slow(environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_SLOW" in environ:
            is_running.set()
            assert may_end.wait(TIMEOUT)
        return app(environ, start_response)

    with serving(slow, connection_limit="10") as port, ExitStack() as stack:
        first = stack.enter_context(closing(connect(port)))
        first.sendall(head("GET / HTTP/1.1", "Slow: yes", "Connection: close"))
        assert is_running.wait(TIMEOUT)
        for _ in range(20):
            stack.enter_context(closing(connect(port)))
        assert status_of(port) == 200
        may_end.set()
        assert read_all(first).startswith(b"HTTP/1.1 200")


# Expect: 100-continue

EXPECT = "Expect: 100-continue"


def test_headers_do_not_leak_into_the_next_request(served_port: int) -> None:
    with closing(connect(served_port)) as client:
        client.sendall(head("HEAD /api/v1.0/ HTTP/1.1", CREDENTIALS.strip(), EXPECT))
        assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 200")
        client.sendall(head("GET /api/v1.0/ HTTP/1.1", "Connection: close"))
        assert read_all(client).startswith(b"HTTP/1.1 401")


def test_expect_is_rejected_for_an_unacceptable_body(
    served_port: int, subtests: pytest.Subtests
) -> None:
    for field, status in (
        ("Content-Length: x", 400),
        ("Content-Length: 5, 5", 400),
        ("Content-Length: 5000000", 413),
        ("Content-Length: 5000000000", 413),
        ("Transfer-Encoding: gzip", 501),
    ):
        with subtests.test(field):
            assert_only_response(exchange(served_port, post(field, EXPECT)), status)


def test_expect_is_answered_with_100(served_port: int) -> None:
    body = b'{"name": "david"}'
    with closing(connect(served_port)) as client:
        client.sendall(post(f"Content-Length: {len(body)}", EXPECT, "Connection: close"))
        assert read_until(client, b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(body)
        assert read_all(client).startswith(b"HTTP/1.1 201")


# Framing

CHUNKED = "Transfer-Encoding: chunked"


AMBIGUOUS = [
    post(CHUNKED, "Content-Length: 5"),
    post("Content-Length: 5", CHUNKED),
    post("Transfer-Encoding: chunked, chunked"),
    post(CHUNKED, CHUNKED),
    post("Transfer-Encoding: gzip", CHUNKED),
    post(CHUNKED, version="1.0"),
    post(CHUNKED, version="1.2"),
    post("Transfer-Encoding:"),
    post("Transfer-Encoding: chunked,"),
    post('Transfer-Encoding: "chunked"'),
    post("Transfer-Encoding: \x0bchunked"),
    post("Transfer-Encoding : chunked"),
    post("Content-Length: 5", "Content-Length: 6"),
    post("Content-Length: +5"),
    post("Content-Length: 0x5"),
    post("Content-Length: " + "9" * 5_000),
]


@pytest.mark.parametrize(
    "proxy", [{}, {"trusted_proxy": "*", "trusted_proxy_headers": "forwarded"}]
)
def test_ambiguous_framing_is_400(
    app: Any, proxy: dict[str, str], subtests: pytest.Subtests
) -> None:
    with serving(app, **proxy) as port:
        for request_head in AMBIGUOUS:
            with subtests.test(request_head[-40:-4]):
                assert_only_response(exchange(port, request_head + b"0\r\n\r\n" + LAST), 400)


def test_malformed_chunks_are_400(served_port: int, subtests: pytest.Subtests) -> None:
    for body in (
        b"5\nhello\r\n0\r\n\r\n",
        b"\r\n5\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5;\r\nhello\r\n0\r\n\r\n",
        b"5;x\x01\r\nhello\r\n0\r\n\r\n",
        b"5;x\nhello\r\n0\r\n\r\n",
        b"5\r\nhello!\r\n0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"0\r\nX: y\nZ: z\r\n\r\n",
        b"0\r\nnonsense\r\n\r\n",
        b"5;" + b"x" * 2_000 + b"\r\nhello\r\n0\r\n\r\n",
        b"0" * 2_000,
    ):
        with subtests.test(body[:20]):
            assert_only_response(exchange(served_port, post(CHUNKED) + body + LAST), 400)


def test_well_formed_chunks_are_accepted(served_port: int) -> None:
    body = b'A;x;y=1;z="a b"\r\n{"name": "\r\n7\r\ndavid"}\r\n000\r\nX: y\r\n\r\n'
    with closing(connect(served_port)) as client:
        for request in (post("Transfer-Encoding: Chunked"), body[:20], body[20:]):
            client.sendall(request)
        client.sendall(head(f"GET {STUDENTS}1 HTTP/1.1", CREDENTIALS.strip(), "Connection: close"))
        received = read_all(client)
    assert received.startswith(b"HTTP/1.1 201")
    assert b'"name":"david"' in received


# Headers of a trusted proxy


@pytest.fixture
def limited(app_settings: dict[str, str], endless_windows: float) -> None:
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.redis_url": "memory://",
        "classroom.rate_limit.calls": "100",
    }


def remaining(port: int) -> int:
    """Count a call; return how many are left."""
    return int(re.search(rb"X-Ratelimit-Remaining: ([0-9]+)", exchange(port, LAST))[1])


@pytest.mark.usefixtures("limited")
def test_a_malformed_proxy_header_is_400_and_counted(
    app: Any, caplog: pytest.LogCaptureFixture, subtests: pytest.Subtests
) -> None:
    for trusted, field in (
        ("x-forwarded-for", 'X-Forwarded-For: "'),
        ("x-forwarded-for", 'X-Forwarded-For: "' + "x" * 30_000),
        ("x-forwarded-for", "X-Forwarded-For: :8.0"),
        ("x-forwarded-proto", "X-Forwarded-Proto: ftp"),
        ("forwarded", "Forwarded: x"),
        ("forwarded", "Forwarded: for=:80"),
        ("forwarded", "Forwarded: proto=ftp"),
    ):
        caplog.clear()
        proxy = {"trusted_proxy": "127.0.0.1", "trusted_proxy_headers": trusted}
        with subtests.test(field[:30]), serving(app, **proxy) as port:
            before = remaining(port)
            received = exchange(port, head("GET / HTTP/1.1", field, "Connection: close"))
            assert received.startswith(b"HTTP/1.1 400")
            message = json.loads(received.partition(b"\r\n\r\n")[2])["message"]
            assert message == f"{field.partition(':')[0]}: is malformed"
            assert remaining(port) == before - 2
            messages = map(LogRecord.getMessage, caplog.records)
            [line] = [message for message in messages if "malformed" in message.lower()]
            assert len(line) < 250
