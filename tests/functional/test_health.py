"""Liveness and readiness, even while the database or Redis is unavailable, or all threads wait."""

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import redis
from webtest import TestApp

from classroom.db.startup import open_database
from classroom.health.checks import RedisCheck
from classroom.services import services

from ..support.application import anonymous_client, open_application
from ..support.commands import alembic
from ..support.postgresql import PostgreSQL
from ..support.pserve import configure
from ..support.sockets import connect, exchange, free_port, read_until
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import serving

LIVE, READY, STUDENTS = "/health/live", "/health/ready", "/api/v1.0/students/"
OK = {"database": "ok", "migrations": "ok", "redis": "unused"}
DOWN = {"database": "unavailable", "migrations": "unknown", "redis": "unused"}


@pytest.fixture(autouse=True)
def _long_first_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first response contains the results of the first check, however long it takes."""
    monkeypatch.setattr("classroom.health.readiness._FIRST_CHECK", TIMEOUT)


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[Any]:
    with open_application({"sqlalchemy.url": postgresql_url}) as app:
        yield app


def readiness(app: Any) -> tuple[int, Any]:
    response = anonymous_client(app).get(READY, status="*")
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_int, response.json


def becomes(app: Any, status: int, body: Any) -> None:
    wait_for(lambda: readiness(app) == (status, body))


def test_a_healthy_service_is_live_and_ready(anonymous: TestApp) -> None:
    assert anonymous.get(LIVE, status=200).json == {"status": "live"}
    assert readiness(anonymous.app) == (200, {"status": "ready", "checks": OK})


@pytest.mark.parametrize("path", [LIVE, READY])
def test_probes_support_head_and_ignore_credentials(anonymous: TestApp, path: str) -> None:
    anonymous.authorization = ("Basic", ("nobody", "wrong"))
    assert anonymous.get(path, status=200).headers["Cache-Control"] == "no-store"
    assert anonymous.head(path, status=200).body == b""
    assert anonymous.options(path, status=200).headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.fixture
def limited(app_settings: dict[str, str], endless_windows: float) -> dict[str, str]:
    """Settings that allow no request but the first."""
    app_settings["classroom.use_rate_limits"] = "true"
    app_settings["classroom.rate_limit.calls"] = "1"
    return app_settings


def test_probes_are_not_rate_limited(limited: dict[str, str], redis_url: str) -> None:
    limited["classroom.redis_url"] = redis_url
    with open_application(limited) as app:
        client = anonymous_client(app)
        client.get("/", status=200)
        client.get("/", status=429)
        for path in (LIVE, READY):
            assert not [name for name in client.get(path).headers if "RateLimit" in name]
        assert client.get(READY).json["checks"]["redis"] == "ok"


def test_a_service_without_redis_is_ready(limited: dict[str, str]) -> None:
    limited["classroom.redis_url"] = f"redis://127.0.0.1:{free_port()}/0"
    with open_application(limited) as app:
        checks = {**OK, "redis": "unavailable"}
        assert readiness(app) == (200, {"status": "ready", "checks": checks})


@pytest.mark.one_combination
def test_the_redis_check_keeps_its_connection(
    limited: dict[str, str],
    redis_url: str,
    redis_server: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def pings() -> int:
        return redis_server.info("commandstats")["cmdstat_ping"]["calls"]

    def opened() -> int:
        return redis_server.info("stats")["total_connections_received"]

    def connected() -> int:
        return redis_server.info("clients")["connected_clients"]

    run, results = RedisCheck.run, list[str]()

    def run_after_kill(check: RedisCheck) -> str:
        if not results:  # between two checks, not during one
            redis_server.client_kill_filter(_type="normal", skipme=True)
        results.append(result := run(check))
        return result

    monkeypatch.setattr("classroom.health.readiness._BETWEEN_CHECKS", 0.01)
    limited["classroom.redis_url"] = redis_url
    others = connected()
    with open_application(limited) as app:
        assert readiness(app)[1]["checks"]["redis"] == "ok"
        before = opened(), pings()
        wait_for(lambda: pings() >= before[1] + 3)
        assert opened() == before[0]
        monkeypatch.setattr(RedisCheck, "run", run_after_kill)
        wait_for(lambda: len(results) >= 3)
        assert set(results) == {"ok"}
        assert readiness(app)[1]["checks"]["redis"] == "ok"
    wait_for(lambda: connected() <= others)


def test_readiness_follows_the_database(postgresql: PostgreSQL, on_postgresql: Any) -> None:
    assert readiness(on_postgresql) == (200, {"status": "ready", "checks": OK})
    with postgresql.stopped():
        becomes(on_postgresql, 503, {"status": "unavailable", "checks": DOWN})
        anonymous_client(on_postgresql).get(LIVE, status=200)
    becomes(on_postgresql, 200, {"status": "ready", "checks": OK})


def test_a_removed_sqlite_file_is_not_ready(sqlite_url: str, tmp_path: Path) -> None:
    with open_application({"sqlalchemy.url": sqlite_url}) as app:
        assert readiness(app)[0] == 200
        (tmp_path / "classroom.sqlite").rename(tmp_path / "away")
        becomes(app, 503, {"status": "unavailable", "checks": DOWN})


def test_a_service_that_started_without_a_database_is_not_ready(postgresql: PostgreSQL) -> None:
    url = postgresql.create()
    with ExitStack() as stack:
        with postgresql.stopped():
            app = stack.enter_context(open_application({"sqlalchemy.url": url}))
            assert readiness(app) == (503, {"status": "unavailable", "checks": DOWN})
        becomes(app, 200, {"status": "ready", "checks": OK})


def test_an_outdated_database_is_not_ready(ini: Path, empty_url: str) -> None:
    configure(ini, {"sqlalchemy.url": empty_url})
    open_database({"sqlalchemy.url": empty_url}).dispose()
    alembic(ini, "downgrade", "-1")
    with open_application({"sqlalchemy.url": empty_url}) as app:
        checks = {**OK, "migrations": "outdated"}
        assert readiness(app) == (503, {"status": "unavailable", "checks": checks})


def test_a_draining_service_is_live_but_not_ready(app: Any) -> None:
    services(app.registry).draining.set()
    assert readiness(app) == (503, {"status": "draining", "checks": OK})
    anonymous_client(app).get(LIVE, status=200)


def request(start: str, *fields: str) -> bytes:
    authorization = f"Authorization: {basic(NAME, PASSWORD)}"
    lines = [f"{start} HTTP/1.1", "Host: a", "Content-Length: 0", authorization, *fields, "", ""]
    return "\r\n".join(lines).encode()


def probe(port: int, path: str) -> tuple[int, Any]:
    received = exchange(port, request(f"GET {path}", "Connection: close"))
    head, _, body = received.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


def is_answered(client: socket.socket) -> bool:
    return bool(select.select([client], [], [], 0)[0])


# The last two authenticate, because they do not have the method or the path of a probe.
BLOCKED = (f"GET {STUDENTS}", f"POST {READY}", "GET /health/%72eady")


def test_probes_are_answered_while_all_threads_wait(
    postgresql: PostgreSQL, on_postgresql: Any
) -> None:
    with serving(on_postgresql, threads="2") as port, ExitStack() as stack:
        assert probe(port, READY)[0] == 200
        stack.enter_context(postgresql.frozen())
        waiting = [stack.enter_context(closing(connect(port))) for _ in range(12)]
        for number, client in enumerate(waiting):
            client.sendall(request(BLOCKED[number % 3], "Connection: close"))
        begun = time.monotonic()
        assert probe(port, LIVE) == (200, {"status": "live"})
        probe(port, READY)
        # The documented limit is two seconds for each of the two requests.
        assert time.monotonic() - begun < 4
        assert not any(map(is_answered, waiting[6:]))
        wait_for(lambda: probe(port, READY) == (503, {"status": "unavailable", "checks": DOWN}))


def test_a_probe_waits_for_the_request_before_it(
    postgresql: PostgreSQL, on_postgresql: Any
) -> None:
    with serving(on_postgresql) as port, closing(connect(port)) as client:
        with postgresql.frozen():
            client.sendall(request(f"GET {STUDENTS}") + request(f"GET {LIVE}", "Connection: close"))
            assert b" 503 " in read_until(client, b"\r\n\r\n")
        assert client.makefile("rb").read().endswith(b'{"status":"live"}')


def test_the_checks_run_only_if_readiness_is_requested(app_settings: dict[str, str]) -> None:
    def threads() -> int:
        return [thread.name for thread in threading.enumerate()].count("readiness")

    with open_application(app_settings) as app:
        anonymous_client(app).get(LIVE, status=200)
        assert threads() == 0
        for _ in range(2):
            readiness(app)
        assert threads() == 1
    assert threads() == 0
