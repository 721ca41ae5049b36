"""SIGINT and SIGTERM: a ``pserve`` that stops delivers the responses to requests in flight."""

import itertools
import re
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import parse_headers
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

from classroom.db.engine import for_writing, make_engine
from classroom.server.channel import Channel

from ..support.pserve import copy_ini, pserve
from ..support.sockets import connect, connect_without_reading, free_port, read_all
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import wait_for
from ..support.waitress import serving


def request(start: str, *fields: str, body: str = "") -> bytes:
    lines = [f"{start} HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *fields, "", body]
    return "\r\n".join(lines).encode()


ROOT = request("GET /", "Connection: close")
DOCUMENT = request("GET /api/v1.0/openapi.json")
# The server reads as many at once. Those that it has not read would reset the connection.
PIPELINED = 8192 // len(DOCUMENT)
STUDENT = request(
    "POST /api/v1.0/students/",
    f"Authorization: {basic(NAME, PASSWORD)}",
    "Content-Type: application/json",
    body='{"name": "david"}',
)


def statuses(client: socket.socket) -> list[int]:
    """The statuses of the responses until the server closes the connection; each is complete."""
    found = []
    with client.makefile("rb") as received:
        while start := received.readline():
            found.append(int(start.split()[1]))
            length = int(parse_headers(received)["Content-Length"])
            assert len(received.read(length)) == length
    return found


def calls(address: int | Path) -> int:
    """The number of requests that a server has received, with this one."""
    with closing(connect(address)) as client:
        client.sendall(ROOT)
        received = client.makefile("rb").read()
    return 1_000_000 - int(re.search(rb"X-Ratelimit-Remaining: ([0-9]+)", received)[1])


def wait_for_calls(address: int | Path, number: int) -> None:
    own = itertools.count(1)
    wait_for(lambda: calls(address) == number + next(own))


@pytest.fixture
def counting(database_url: str) -> dict[str, str]:
    """Settings with which a server counts requests."""
    return {
        "sqlalchemy.url": database_url,
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "1000000",
        "classroom.rate_limit.period": "86400",
        "classroom.redis_url": "memory://",
    }


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = for_writing(make_engine({"sqlalchemy.url": database_url}))
    yield engine
    engine.dispose()


@contextmanager
def blocked_writes(engine: Engine) -> Iterator[None]:
    """Another writer makes the writes of the server wait."""
    with engine.begin() as writer:
        if engine.dialect.name == "postgresql":
            writer.execute(text("LOCK TABLE students IN EXCLUSIVE MODE"))
        yield


def listen(ini: Path, *lines: str) -> None:
    """Have the server listen elsewhere than on localhost."""
    ini.write_text(re.sub(r"listen = .*", "\n".join(lines), ini.read_text()))


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_request_in_flight_is_answered(
    tmp_path: Path, counting: dict[str, str], engine: Engine, stop: signal.Signals
) -> None:
    ini = copy_ini("development.ini", tmp_path, port := free_port(), counting)
    with pserve(ini) as server:
        with closing(connect(port)) as client:
            with blocked_writes(engine):
                client.sendall(STUDENT)
                wait_for_calls(port, 1)
                server.send_signal(stop)
            assert statuses(client) == [201]
        server.communicate(timeout=10)
    assert server.returncode == 0


def test_shutdown_sends_pipelined_responses_in_order(
    tmp_path: Path, counting: dict[str, str], engine: Engine
) -> None:
    ini = copy_ini("development.ini", tmp_path, 0, counting)
    # Less of a response fits into its buffers than into those of TCP.
    listen(ini, f"unix_socket = {(path := tmp_path / 'socket')}")
    with pserve(ini) as server:
        with closing(connect(path)) as client:
            with blocked_writes(engine):
                client.sendall(DOCUMENT * 5 + STUDENT + DOCUMENT)
                wait_for_calls(path, 6)
                server.send_signal(signal.SIGTERM)
            wait_for(lambda: "pending" in server.stderr.readline())
            assert statuses(client) == [200] * 5 + [201]
        server.communicate(timeout=10)
    assert server.returncode == 0


def fill(client: socket.socket, port: int) -> None:
    """Have a server with one thread answer requests until the client's buffers are full."""
    client.sendall(DOCUMENT * PIPELINED)
    # The thread serves this connection and the others in turn.
    for _ in range(PIPELINED):
        with closing(connect(port)) as other:
            other.sendall(ROOT)
            assert statuses(other) == [200]


@pytest.mark.parametrize("sockets", [1, 2])
def test_responses_that_the_client_has_not_read_are_sent(tmp_path: Path, sockets: int) -> None:
    ini = copy_ini("development.ini", tmp_path, 0)
    ports = [free_port() for _ in range(sockets)]
    listen(ini, "threads = 1", "listen = " + " ".join(f"127.0.0.1:{port}" for port in ports))
    with pserve(ini) as server:
        with closing(connect_without_reading(ports[0])) as client:
            fill(client, ports[0])
            server.send_signal(signal.SIGTERM)
            received = statuses(client)
        server.communicate(timeout=10)
    assert set(received) == {200}
    assert 8 < len(received) < PIPELINED
    assert server.returncode == 0


def test_shutdown_sends_no_response_twice(app: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    send = Channel.send

    def interrupted(self: Channel, data: bytes, do_close: bool = True) -> int:
        sent = send(self, data, do_close)
        if not threading.current_thread().name.startswith("waitress"):
            raise KeyboardInterrupt
        return sent

    monkeypatch.setattr(Channel, "send", interrupted)
    with serving(app, threads="1") as port, closing(connect_without_reading(port)) as client:
        fill(client, port)
        received = re.sub(rb"(Date|X-Request-Id): .*", b"", read_all(client))
    _, *responses = received.split(b"HTTP/1.1 200 OK")
    assert len(set(responses[:-1])) == 1
    assert responses[0].startswith(responses[-1])
