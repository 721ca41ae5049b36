"""SIGINT and SIGTERM: ``pserve`` delivers the responses to requests in flight before it stops."""

import itertools
import re
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import parse_headers
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text
from waitress import wasyncore

from classroom.db.engine import for_writing, make_engine
from classroom.server.channel import Channel
from classroom.services import services

from ..support.pserve import copy_ini, pserve
from ..support.sockets import (
    connect,
    connect_without_reading,
    exchange,
    free_port,
    is_up,
    read_all,
    read_until,
)
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import create, stop


def request(start: str, *fields: str, body: str = "") -> bytes:
    lines = [f"{start} HTTP/1.1", "Host: a", f"Content-Length: {len(body)}", *fields, "", body]
    return "\r\n".join(lines).encode()


ROOT = request("GET /", "Connection: close")
HEAD = request("HEAD /")
READY = request("GET /health/ready", "Connection: close")
# Waitress has a rule for each kind, by which it keeps the connection open or closes it.
REQUESTS = {
    HEAD: b"200",
    request("HEAD /api/v1.0/openapi.json", "If-None-Match: *"): b"304",
    HEAD.replace(b"1.1", b"1.0\r\nConnection: keep-alive"): b"200",
    HEAD.replace(b"1.1", b"1.0"): b"200",
    request("HEAD /health/ready"): b"503",
}
DOCUMENT = request("GET /api/v1.0/openapi.json")
# The server reads this many at once. With unread ones, close() would reset the connection.
PIPELINED = 8192 // len(DOCUMENT)
STUDENT = request(
    "POST /api/v1.0/students/",
    f"Authorization: {basic(NAME, PASSWORD)}",
    "Content-Type: application/json",
    body='{"name": "david"}',
)


def statuses(client: socket.socket) -> list[int]:
    """Return the statuses of all responses, and check that the responses are complete."""
    found = []
    with client.makefile("rb") as received:
        while start := received.readline():
            found.append(int(start.split()[1]))
            length = int(parse_headers(received)["Content-Length"])
            assert len(received.read(length)) == length
    return found


def head_of(client: socket.socket, request: bytes) -> bytes:
    client.sendall(request)
    return read_until(client, b"\r\n\r\n")


def calls(address: int | Path) -> int:
    """The number of requests that a server has received, including this one."""
    with closing(connect(address)) as client:
        client.sendall(ROOT)
        received = client.makefile("rb").read()
    return 1_000_000 - int(re.search(rb"X-Ratelimit-Remaining: ([0-9]+)", received)[1])


def wait_for_calls(address: int | Path, number: int) -> None:
    own = itertools.count(1)
    wait_for(lambda: calls(address) == number + next(own))


@pytest.fixture
def counting(app_settings: dict[str, str]) -> dict[str, str]:
    """Settings with which a server counts requests."""
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "1000000",
        "classroom.rate_limit.period": "86400",
        "classroom.redis_url": "memory://",
    }
    return app_settings


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
    """Have the server listen on an address other than localhost."""
    ini.write_text(re.sub(r"listen = .*", "\n".join(lines), ini.read_text()))


# After SIGINT there is no drain.
@pytest.mark.parametrize(("number", "drain"), [(signal.SIGINT, "3600"), (signal.SIGTERM, "0")])
def test_requests_in_flight_complete_and_idle_connections_close(
    tmp_path: Path, counting: dict[str, str], engine: Engine, number: signal.Signals, drain: str
) -> None:
    counting["classroom.drain"] = drain
    ini = copy_ini("development.ini", tmp_path, port := free_port(), counting)
    with pserve(ini) as server, closing(connect(port)) as idle, closing(connect(port)) as busy:
        head_of(idle, HEAD)
        with blocked_writes(engine):
            busy.sendall(STUDENT)
            wait_for_calls(port, 2)
            server.send_signal(number)
            assert read_all(idle) == b""
            wait_for(lambda: not is_up(port))
        assert statuses(busy) == [201]
        server.communicate(timeout=TIMEOUT)
    assert server.returncode == 0


def fill(client: socket.socket, address: int | Path) -> None:
    """Have a server with one thread answer requests until the client's buffers are full."""
    client.sendall(DOCUMENT * PIPELINED)
    # The thread serves this connection and the others in turn.
    for _ in range(PIPELINED):
        with closing(connect(address)) as other:
            other.sendall(ROOT)
            assert statuses(other) == [200]


@pytest.mark.parametrize("sockets", [0, 1, 2])
def test_unread_responses_and_the_backlog_are_sent(tmp_path: Path, sockets: int) -> None:
    ini = copy_ini("development.ini", tmp_path, 0)
    addresses: list[int | Path] = [free_port() for _ in range(sockets)] or [tmp_path / "socket"]
    ports = " ".join(f"127.0.0.1:{port}" for port in addresses)
    listen(ini, "threads = 1", f"listen = {ports}" if sockets else f"unix_socket = {addresses[0]}")
    with pserve(ini) as server, ExitStack() as stack:
        slow = stack.enter_context(closing(connect_without_reading(addresses[0])))
        fill(slow, addresses[0])
        server.send_signal(signal.SIGSTOP)
        clients = [stack.enter_context(closing(connect(each))) for each in addresses * 20]
        for client in clients:
            client.sendall(ROOT)
        server.send_signal(signal.SIGTERM)
        server.send_signal(signal.SIGCONT)
        received = statuses(slow)
        assert set(received) == {200}
        assert 8 < len(received) < PIPELINED
        assert [statuses(client) for client in clients] == [[200]] * len(clients)
        server.communicate(timeout=TIMEOUT)
    assert server.returncode == 0


def test_a_drain_serves_and_closes_connections(tmp_path: Path) -> None:
    ini = copy_ini("development.ini", tmp_path, port := free_port(), {"classroom.drain": "3600"})
    # Otherwise, idle connections would be closed even without the drain.
    ini.write_text(ini.read_text().replace("channel_timeout = 30", "channel_timeout = 3600"))
    with pserve(ini, "validated") as server, ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(port))) for _ in REQUESTS]
        heads = [head_of(client, HEAD) for client in clients]
        assert not [head for head in heads if b"Connection" in head]
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: b'"draining"' in exchange(port, READY))
        for (request, status), client in zip(REQUESTS.items(), clients, strict=True):
            head = head_of(client, request)
            assert head.split()[1] == status
            assert head.count(b"Connection: ") == head.count(b"Connection: close") == 1
            assert read_all(client) == b""
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=TIMEOUT)
    assert server.returncode == 0
    assert log.count("draining for 3600 seconds") == 1


def test_an_incomplete_request_delays_shutdown_only_briefly(tmp_path: Path) -> None:
    settings = {"classroom.drain": "1", "classroom.request_timeout": "3600"}
    ini = copy_ini("development.ini", tmp_path, port := free_port(), settings)
    with pserve(ini) as server, closing(connect(port)) as client:
        exchange(port, ROOT)  # After this, the event loop is running.
        client.sendall(ROOT[:-1])
        server.send_signal(signal.SIGTERM)
        wait_for(lambda: "draining for 1 s" in server.stderr.readline())
        wait_for(lambda: not is_up(port))
        assert server.poll() is None
        server.communicate(timeout=20)  # docs/operations.md: five seconds
        assert read_all(client) == b""
    assert server.returncode == 0


def run(server: Any, client: Callable[[], Any]) -> Any:
    """Run a server in this process until it gets a signal; return what the client returns."""

    def stop_if_failed(result: Future[Any]) -> None:
        if result.exception():
            stop(server)

    try:
        with ThreadPoolExecutor() as pool:
            result = pool.submit(client)
            result.add_done_callback(stop_if_failed)
            server.run()  # Only the main thread handles signals.
    finally:
        wasyncore.close_all(server._map)
    return result.result()


@pytest.mark.usefixtures("long_timeouts", "counting", "endless_windows")
def test_shutdown_sends_pipelined_responses_in_order(
    tmp_path: Path, app: Any, engine: Engine
) -> None:
    # A Unix socket, since its buffers hold less of a response than those of TCP.
    path = tmp_path / "socket"

    def receive() -> list[int]:
        with closing(connect(path)) as client:
            with blocked_writes(engine):
                client.sendall(DOCUMENT * 5 + STUDENT + DOCUMENT)
                wait_for_calls(path, 6)
                signal.pthread_kill(threading.main_thread().ident, signal.SIGTERM)
                wait_for(services(app.registry).draining.is_set)
            return statuses(client)

    assert run(create(app, unix_socket=str(path)), receive) == [200] * 5 + [201]


def test_a_signal_while_sending_repeats_no_response(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    send, signals = Channel.send, iter([signal.SIGINT])

    def interrupted(self: Channel, data: bytes, do_close: bool = True) -> int:
        sent = send(self, data, do_close)
        if threading.current_thread() is threading.main_thread():
            for number in signals:
                signal.raise_signal(number)
        return sent

    def receive() -> bytes:
        port = int(server.effective_port)
        with closing(connect_without_reading(port)) as client:
            fill(client, port)
            return re.sub(rb"Date: .*", b"", read_all(client))

    monkeypatch.setattr(Channel, "send", interrupted)
    server = create(app, threads="1")
    _, *responses = run(server, receive).split(b"HTTP/1.1 200 OK")
    assert list(signals) == []
    assert 8 < len(responses) < PIPELINED
    assert len({re.sub(rb"X-Request-Id: .*|Connection: close\r\n", b"", r) for r in responses}) == 1
