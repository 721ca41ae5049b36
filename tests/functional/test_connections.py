"""Responses on a connection: their order, their framing, and how they are sent."""

import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from io import BytesIO
from itertools import product
from typing import Any

import pytest

from classroom.server.channel import Channel

from ..support.sockets import connect, exchange, read_all, read_until
from ..support.waiting import TIMEOUT
from ..support.waitress import serving


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """SQLite only: nothing here depends on the database."""
    return sqlite_url


def request(start: str, *fields: str) -> bytes:
    return "\r\n".join([f"{start} HTTP/1.1", "Host: a", *fields, "", ""]).encode()


def test_pipelined_responses_keep_their_order(served_port: int) -> None:
    document = "GET /api/v1.0/openapi.json"
    requests = [
        request("GET /"),
        request("HEAD /"),
        request(document),
        request(document, "If-None-Match: *"),
        request(document, 'If-Match: "x"'),
        request("GET /nowhere"),
        request("GET /", "Connection: close"),
        request("GET /"),
    ]
    received = exchange(served_port, b"".join(requests))
    statuses = []
    for sent in requests[:-1]:
        head, _, received = received.partition(b"\r\n\r\n")
        statuses.append(status := int(head.split()[1]))
        if sent.startswith(b"GET") and status != 304:
            length = int(re.search(rb"Content-Length: ([0-9]+)", head)[1])
            assert json.loads(received[:length])
            received = received[length:]
    assert statuses == [200, 200, 200, 304, 412, 401, 200]
    assert not received


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """What the server passed to ``send()``, call by call."""
    calls: list[bytes] = []
    send = Channel.send

    def spy(self: Channel, data: bytes, do_close: bool = True) -> int:
        calls.append(data)
        return send(self, data, do_close)

    monkeypatch.setattr(Channel, "send", spy)
    return calls


def test_head_and_body_are_sent_with_one_call(
    served_port: int, sent: list[bytes], subtests: pytest.Subtests
) -> None:
    for method, path in product(["GET", "HEAD"], ["/", "/nowhere", "//a b"]):
        sent.clear()
        with subtests.test((method, path)):
            assert [exchange(served_port, request(f"{method} {path}", "Connection: close"))] == sent


def test_the_main_thread_waits_while_a_worker_thread_sends(
    served_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    writable: list[bool] = []
    send = Channel.send

    def spy(self: Channel, data: bytes, do_close: bool = True) -> int:
        with ThreadPoolExecutor() as pool:
            writable.append(pool.submit(self.writable).result())
        return send(self, data, do_close)

    monkeypatch.setattr(Channel, "send", spy)
    exchange(served_port, request("GET /", "Connection: close"))
    assert writable == [False]


@pytest.mark.usefixtures("app")
def test_each_part_of_a_body_is_sent_before_the_next_is_made() -> None:
    was_read = threading.Event()

    def streaming(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        yield b"one"
        assert was_read.wait(TIMEOUT)
        was_read.clear()
        yield b"two"
        assert was_read.wait(TIMEOUT)

    with serving(streaming) as port, closing(connect(port)) as client:
        client.sendall(request("GET /"))
        assert b"Transfer-Encoding: chunked" in read_until(client, b"\r\n\r\n")
        for part in (b"3\r\none\r\n", b"3\r\ntwo\r\n"):
            assert read_until(client, b"\n" + part[3:]) == part
            was_read.set()
        assert read_all(client) == b"0\r\n\r\n"


@pytest.mark.usefixtures("app")
def test_a_file_follows_its_head() -> None:
    content = b"x" * 100_000

    def sending(environ: dict[str, Any], start_response: Any) -> Any:
        start_response("200 OK", [("Content-Length", str(len(content)))])
        return environ["wsgi.file_wrapper"](BytesIO(content))

    with serving(sending) as port:
        head, _, body = exchange(port, request("GET /", "Connection: close")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == content
