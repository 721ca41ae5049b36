import logging
import math
import os
import signal
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import redis
from webtest import TestApp

from classroom.rate_limits.redis_counters import FailOverCounter

from ..support.redis import running_redis, url_of
from ..support.sockets import free_port
from ..support.users import NAME, PASSWORD
from ..support.waiting import wait_for

# Calls are counted before the database is used.
pytestmark = pytest.mark.one_combination

PATH = "/api/v1.0/students/"


@pytest.fixture
def limits(app_settings: dict[str, str], endless_windows: float) -> dict[str, str]:
    """Settings of a window that does not end during a test."""
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.period": "3600",
        "classroom.redis_url": "memory://",
    }
    return app_settings


def call(client: TestApp, **environ: str) -> Any:
    return client.get("/", extra_environ=environ, status="*")


def remaining(client: TestApp, **environ: str) -> str:
    return call(client, **environ).headers["X-RateLimit-Remaining"]


def test_rate_limits_are_off_by_default(anonymous: TestApp) -> None:
    for _ in range(10):
        assert "X-RateLimit-Limit" not in anonymous.get("/").headers


@pytest.mark.parametrize("counter", ["memory", "redis_url", "redis_socket_url"])
def test_five_calls_pass_and_the_sixth_is_429(
    limits: dict[str, str],
    endless_windows: float,
    new_process: Callable[[], TestApp],
    request: pytest.FixtureRequest,
    counter: str,
) -> None:
    if counter != "memory":
        limits["classroom.redis_url"] = request.getfixturevalue(counter)
    testapp = new_process()
    testapp.authorization = ("Basic", (NAME, PASSWORD))
    environ = {"REMOTE_ADDR": f"192.0.2.{counter}"}
    responses = [testapp.get(PATH, extra_environ=environ, status="*") for _ in range(6)]
    assert [response.status_int for response in responses] == [200] * 5 + [429]
    assert [response.headers["X-RateLimit-Remaining"] for response in responses] == list("432100")
    now, period = endless_windows, 3600
    for response in responses:
        assert response.headers["X-RateLimit-Limit"] == "5"
        reset = int(response.headers["X-RateLimit-Reset"])
        assert reset % period == 0
        assert now < reset <= now + period
        seconds = str(math.ceil(reset - now))
        policy, limit = response.headers["RateLimit-Policy"], response.headers["RateLimit"]
        assert policy == f'"default";q=5;w={period}'
        left = response.headers["X-RateLimit-Remaining"]
        assert limit == f'"default";r={left};t={seconds}'
    assert responses[-1].headers["Retry-After"] == seconds
    assert responses[-1].json["error"] == "too many requests"
    assert responses[-1].json["code"] == "rate_limited"
    assert responses[-1].headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("limits")
def test_every_response_counts_and_has_the_headers(new_process: Callable[[], TestApp]) -> None:
    testapp = new_process()
    assert testapp.get(PATH, status=401).headers["X-RateLimit-Remaining"] == "4"
    testapp.authorization = ("Basic", (NAME, PASSWORD))
    assert testapp.get("/nowhere", status=404).headers["X-RateLimit-Remaining"] == "3"
    assert testapp.post(PATH, "x", status=415).headers["X-RateLimit-Remaining"] == "2"
    bad = testapp.get("/", headers={"Host": "a b"}, status=400)
    assert bad.headers["X-RateLimit-Remaining"] == "1"
    assert testapp.get("/", status=200).headers["X-RateLimit-Remaining"] == "0"


@pytest.mark.usefixtures("limits")
def test_clients_differ_by_address_only(new_process: Callable[[], TestApp]) -> None:
    testapp = new_process()
    assert remaining(testapp, REMOTE_ADDR="192.0.2.1") == "4"
    assert remaining(testapp, REMOTE_ADDR="192.0.2.2") == "4"
    assert remaining(testapp, REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR="1.2.3.4") == "3"


@pytest.mark.usefixtures("limits")
def test_an_ipv6_network_shares_its_calls(new_process: Callable[[], TestApp]) -> None:
    testapp = new_process()
    assert remaining(testapp, REMOTE_ADDR="2001:db8::1") == "4"
    assert remaining(testapp, REMOTE_ADDR="2001:db8::ffff:2") == "3"
    assert remaining(testapp, REMOTE_ADDR="2001:db8:0:1::1") == "4"
    assert remaining(testapp, REMOTE_ADDR="192.0.2.1") == "4"
    assert remaining(testapp, REMOTE_ADDR="::ffff:192.0.2.1") == "3"


def test_processes_share_their_counts_through_redis(
    limits: dict[str, str], new_process: Callable[[], TestApp], redis_url: str
) -> None:
    limits["classroom.redis_url"] = redis_url
    one, another = new_process(), new_process()
    assert [remaining(app) for app in (one, another, one)] == list("432")


def test_a_call_is_one_redis_pipeline_without_multi(
    limits: dict[str, str],
    new_process: Callable[[], TestApp],
    redis_url: str,
    redis_server: redis.Redis,
) -> None:
    limits["classroom.redis_url"] = redis_url
    testapp = new_process()
    call(testapp)
    redis_server.config_resetstat()
    call(testapp)
    commands = {name.removeprefix("cmdstat_") for name in redis_server.info("commandstats")}
    assert commands - {"config|resetstat"} == {"incrby", "expire"}


def test_keys_in_redis_expire_with_their_window(
    limits: dict[str, str], new_process: Callable[[], TestApp], redis_url: str
) -> None:
    limits["classroom.redis_url"] = redis_url
    call(new_process(), REMOTE_ADDR="192.0.2.77")
    with redis.Redis.from_url(redis_url) as server:
        [key] = server.keys("*192.0.2.77")
        assert 0 < server.ttl(key) <= 3601


def test_redis_down_is_logged_and_calls_are_counted(
    limits: dict[str, str], new_process: Callable[[], TestApp], caplog: pytest.LogCaptureFixture
) -> None:
    limits["classroom.redis_url"] = f"redis://127.0.0.1:{free_port()}/0"
    testapp = new_process()
    statuses = [call(testapp).status_int for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    lines = [
        record for record in caplog.records if record.name == "classroom.rate_limits.redis_counters"
    ]
    assert [line.levelno for line in lines] == [logging.WARNING]


def share_their_counts(one: TestApp, another: TestApp) -> bool:
    first, second, third = (int(remaining(each)) for each in (one, another, one))
    return first == second + 1 == third + 2


@pytest.mark.parametrize("fault", ["down", "hung"])
def test_redis_is_used_again_after_an_outage(
    limits: dict[str, str],
    new_process: Callable[[], TestApp],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    hasty = partial(FailOverCounter, pause=0.2)
    monkeypatch.setattr("classroom.rate_limits.redis_counters.FailOverCounter", hasty)
    port = free_port()
    limits["classroom.redis_url"] = url_of(port, timeout=1)
    limits["classroom.rate_limit.calls"] = "1000000"
    with running_redis(port) as server:
        one, another = new_process(), new_process()
        assert [remaining(one), remaining(another)] == ["999999", "999998"]
        if fault == "hung":
            os.kill(server.pid, signal.SIGSTOP)
            assert [remaining(one), remaining(one)] == ["999999", "999998"]
            os.kill(server.pid, signal.SIGCONT)
            wait_for(lambda: share_their_counts(one, another))
    if fault == "down":
        assert [remaining(one), remaining(one)] == ["999999", "999998"]
        with running_redis(port):
            wait_for(lambda: share_their_counts(one, another))


def test_the_first_rejection_of_a_client_is_logged(
    limits: dict[str, str], anonymous: TestApp, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(8):
        call(anonymous)
    call(anonymous, REMOTE_ADDR="203.0.113.9")
    [line] = [record.message for record in caplog.records if "rate limit" in record.message]
    assert "client 127.0.0.1" in line
