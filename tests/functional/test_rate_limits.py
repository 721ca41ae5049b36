import logging
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from webtest import TestApp

import classroom

from ..conftest import NAME, PASSWORD
from ..servers import free_port, running_redis, wait_for

PATH = "/api/v1.0/students/"


@pytest.fixture
def limits(app_settings: dict[str, str]) -> dict[str, str]:
    """Settings whose window does not end while a test runs."""
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.period": "3600",
        "classroom.redis_url": "memory://",
    }
    if time.time() % 3600 > 3590:
        app_settings["classroom.rate_limit.period"] = "5000"
    return app_settings


@pytest.fixture
def client(limits: dict[str, str]) -> Iterator[Callable[[], TestApp]]:
    """Makes clients, each of a process's worth of application of its own."""
    apps = []

    def make() -> TestApp:
        apps.append(classroom.main({}, **limits))
        environ = {"HTTP_HOST": "localhost", "REMOTE_ADDR": f"10.0.0.{os.getpid() % 256}"}
        return TestApp(apps[-1], extra_environ=environ)

    yield make
    for app in apps:
        app.registry["classroom"].database.engine.dispose()


def call(client: TestApp, **environ: str) -> Any:
    return client.get("/", extra_environ=environ, status="*")


def remaining(client: TestApp, **environ: str) -> str:
    return call(client, **environ).headers["X-RateLimit-Remaining"]


def test_without_the_setting_nothing_is_limited(stranger: TestApp) -> None:
    for _ in range(10):
        assert "X-RateLimit-Limit" not in stranger.get("/").headers


@pytest.mark.parametrize("counter", ["memory", "redis_url", "redis_socket_url"])
def test_five_calls_pass_and_the_sixth_is_429(
    limits: dict[str, str],
    client: Callable[[], TestApp],
    request: pytest.FixtureRequest,
    counter: str,
) -> None:
    if counter != "memory":
        limits["classroom.redis_url"] = request.getfixturevalue(counter)
    testapp = client()
    testapp.authorization = ("Basic", (NAME, PASSWORD))
    now = time.time()
    environ = {"REMOTE_ADDR": f"192.0.2.{counter}"}
    answers = [testapp.get(PATH, extra_environ=environ, status="*") for _ in range(6)]
    assert [answer.status_int for answer in answers] == [200] * 5 + [429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == list("432100")
    period = int(limits["classroom.rate_limit.period"])
    for answer in answers:
        assert answer.headers["X-RateLimit-Limit"] == "5"
        reset = int(answer.headers["X-RateLimit-Reset"])
        assert reset % period == 0
        assert now < reset <= now + period
        policy, limit = answer.headers["RateLimit-Policy"], answer.headers["RateLimit"]
        left, seconds = re.fullmatch(r'"default";r=(\d);t=(\d+)', limit).groups()
        assert policy == f'"default";q=5;w={period}'
        assert left == answer.headers["X-RateLimit-Remaining"]
        assert abs(int(seconds) - (reset - now)) < 10
    assert abs(int(answers[-1].headers["Retry-After"]) - (reset - now)) < 10
    assert answers[-1].json["error"] == "too many requests"
    assert answers[-1].headers["Cache-Control"] == "no-store"


def test_every_response_counts_and_says_so(client: Callable[[], TestApp]) -> None:
    testapp = client()
    assert testapp.get(PATH, status=401).headers["X-RateLimit-Remaining"] == "4"
    testapp.authorization = ("Basic", (NAME, PASSWORD))
    assert testapp.get("/nowhere", status=404).headers["X-RateLimit-Remaining"] == "3"
    assert testapp.post(PATH, "x", status=415).headers["X-RateLimit-Remaining"] == "2"
    bad = testapp.get("/", headers={"Host": "a b"}, status=400)
    assert bad.headers["X-RateLimit-Remaining"] == "1"
    assert testapp.get("/", status=200).headers["X-RateLimit-Remaining"] == "0"


def test_clients_are_told_apart_by_their_address_alone(client: Callable[[], TestApp]) -> None:
    testapp = client()
    assert remaining(testapp, REMOTE_ADDR="192.0.2.1") == "4"
    assert remaining(testapp, REMOTE_ADDR="192.0.2.2") == "4"
    assert remaining(testapp, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="1.2.3.4") == "3"


def test_an_ipv6_client_counts_by_its_64(client: Callable[[], TestApp]) -> None:
    testapp = client()
    assert remaining(testapp, REMOTE_ADDR="2001:db8::1") == "4"
    assert remaining(testapp, REMOTE_ADDR="2001:db8::ffff:2") == "3"
    assert remaining(testapp, REMOTE_ADDR="2001:db8:0:1::1") == "4"
    assert remaining(testapp, REMOTE_ADDR="192.0.2.1") == "4"
    assert remaining(testapp, REMOTE_ADDR="::ffff:192.0.2.1") == "3"


def test_processes_share_their_counts_through_redis(
    limits: dict[str, str], client: Callable[[], TestApp], redis_url: str
) -> None:
    limits["classroom.redis_url"] = redis_url
    one, another = client(), client()
    assert [remaining(app) for app in (one, another, one)] == list("432")


def test_a_call_costs_redis_one_pipeline_without_multi(
    limits: dict[str, str],
    client: Callable[[], TestApp],
    redis_url: str,
    redis_server: redis.Redis,
) -> None:
    limits["classroom.redis_url"] = redis_url
    testapp = client()
    call(testapp)
    redis_server.config_resetstat()
    call(testapp)
    commands = {name.removeprefix("cmdstat_") for name in redis_server.info("commandstats")}
    assert commands - {"config|resetstat"} == {"incrby", "expire"}


def test_counts_leave_redis_with_their_window(
    limits: dict[str, str], client: Callable[[], TestApp], redis_url: str
) -> None:
    limits["classroom.redis_url"] = redis_url
    call(client(), REMOTE_ADDR="192.0.2.77")
    with redis.Redis.from_url(redis_url) as server:
        [key] = server.keys("*192.0.2.77")
        assert 0 < server.ttl(key) <= int(limits["classroom.rate_limit.period"]) + 1


def test_redis_down_is_a_log_line_and_calls_are_counted_all_the_same(
    limits: dict[str, str], client: Callable[[], TestApp], caplog: pytest.LogCaptureFixture
) -> None:
    limits["classroom.redis_url"] = f"redis://127.0.0.1:{free_port()}/0"
    testapp = client()
    statuses = [call(testapp).status_int for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    lines = [record for record in caplog.records if record.name == "classroom.rate_limits.counters"]
    assert [line.levelno for line in lines] == [logging.WARNING]


@pytest.mark.parametrize("fault", ["down", "hung"])
def test_redis_comes_back_into_use_within_seconds(
    limits: dict[str, str], client: Callable[[], TestApp], fault: str
) -> None:
    port = free_port()
    limits["classroom.redis_url"] = f"redis://127.0.0.1:{port}/0"
    limits["classroom.rate_limit.calls"] = "1000000"
    with running_redis(port) as server:
        one, another = client(), client()
        assert [remaining(one), remaining(another)] == ["999999", "999998"]
        if fault == "hung":
            os.kill(server.pid, signal.SIGSTOP)
            assert [remaining(one), remaining(one)] == ["999999", "999998"]
            os.kill(server.pid, signal.SIGCONT)
            wait_for(lambda: int(remaining(one)) == int(remaining(another)) + 1)
    if fault == "down":
        assert [remaining(one), remaining(one)] == ["999999", "999998"]
        with running_redis(port):
            wait_for(lambda: int(remaining(one)) == int(remaining(another)) + 1)
