"""Limits on password checks: how many run at a time, and how many may fail in a minute."""

import logging
import os
import re
import select
import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from itertools import chain
from logging import LogRecord
from pathlib import Path
from typing import Any

import pytest
import redis
from webtest import TestApp

from classroom.security import passwords

from ..support.clock import Clock
from ..support.commands import run
from ..support.gate import Gate
from ..support.pserve import pserve
from ..support.redis import running_redis, url_of
from ..support.sockets import connect, free_port, read_until
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import serving

pytestmark = pytest.mark.usefixtures("endless_windows")

PATH = "/api/v1.0/"
TOKEN_PATH = "/auth/request-token"
LIMIT = 10

Login = Callable[..., Any]


@pytest.fixture
def shared(app_settings: dict[str, str], redis_url: str) -> str:
    """Count failures in Redis."""
    app_settings |= limits_in(redis_url)
    return redis_url


def limits_in(url: str) -> dict[str, str]:
    return {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "1000000",
        "classroom.redis_url": url,
    }


def login(
    client: TestApp,
    name: str = NAME,
    password: str = "wrong",
    address: str = "192.0.2.1",
    path: str = PATH,
) -> Any:
    environ = {"HTTP_AUTHORIZATION": basic(name, password), "REMOTE_ADDR": address}
    return client.get(path, extra_environ=environ, status="*")


def statuses(client: TestApp, count: int, **credentials: str) -> list[int]:
    return [login(client, **credentials).status_int for _ in range(count)]


def test_the_eleventh_failed_login_is_429_without_a_hash(
    anonymous: TestApp, verified_hashes: list[str]
) -> None:
    assert statuses(anonymous, LIMIT) == [401] * LIMIT
    refused = login(anonymous)
    assert refused.status_int == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.json == {
        "status": 429,
        "error": "too many requests",
        "code": "too_many_failed_logins",
        "message": "too many failed logins; try again later",
    }
    assert login(anonymous, password=PASSWORD).status_int == 429
    assert len(verified_hashes) == LIMIT


@pytest.mark.parametrize("mode", ["process", "redis"])
def test_an_unknown_user_is_counted_like_a_known_one(
    mode: str, new_process: Callable[[], TestApp], verified_hashes: list[str], request: Any
) -> None:
    if mode == "redis":
        request.getfixturevalue("shared")
    testapp, seen = new_process(), []
    for name in (NAME, "nobody"):
        verified_hashes.clear()
        seen.append((statuses(testapp, LIMIT + 2, name=name), len(verified_hashes)))
    assert seen == [([401] * LIMIT + [429] * 2, LIMIT)] * 2


def test_failures_do_not_lock_a_user_out_at_another_address(anonymous: TestApp) -> None:
    assert statuses(anonymous, LIMIT + 1)[-1] == 429
    assert login(anonymous, password=PASSWORD, address="192.0.2.2").status_int == 200


@pytest.mark.one_combination
def test_an_ipv6_network_is_one_client(anonymous: TestApp) -> None:
    addresses = [f"2001:db8::{number:x}" for number in range(LIMIT + 1)]
    responses = [login(anonymous, address=address).status_int for address in addresses]
    assert responses == [401] * LIMIT + [429]
    assert login(anonymous, address="2001:db8:0:1::1").status_int == 401


def test_cached_credentials_are_never_rejected(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    app_settings["classroom.identity_ttl"] = "0"
    testapp = new_process()
    assert login(testapp, password=PASSWORD).status_int == 200
    assert statuses(testapp, LIMIT + 1)[-1] == 429
    assert login(testapp, password=PASSWORD).status_int == 200


@pytest.mark.one_combination
def test_an_address_has_ten_times_the_limit_of_a_user(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    app_settings["classroom.login_attempts"] = "1"
    testapp = new_process()
    names = [f"user{number}" for number in range(11)]
    responses = [login(testapp, name=name).status_int for name in names]
    assert responses == [401] * 10 + [429]
    assert login(testapp, address="192.0.2.2").status_int == 401


def test_a_successful_login_does_not_count(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    app_settings["classroom.login_attempts"] = "1"
    testapp = new_process()
    assert login(testapp, password=PASSWORD).status_int == 200
    assert statuses(testapp, 2) == [401, 429]


@pytest.mark.one_combination
def test_a_limit_of_zero_is_no_limit(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    app_settings["classroom.login_attempts"] = "0"
    assert set(statuses(new_process(), 3 * LIMIT)) == {401}


def test_tokens_do_not_count(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    app_settings["classroom.use_token_auth"] = "true"
    testapp = new_process()
    for _ in range(3 * LIMIT):
        assert login(testapp, name="no.such.token", password="").status_int == 401
    assert login(testapp, password=PASSWORD, path=TOKEN_PATH).status_int == 200
    assert statuses(testapp, LIMIT + 1, path=TOKEN_PATH) == [401] * LIMIT + [429]


@pytest.mark.usefixtures("shared")
def test_processes_share_their_counts(new_process: Callable[[], TestApp]) -> None:
    one, another = new_process(), new_process()
    assert statuses(one, 6) + statuses(another, 5) == [401] * LIMIT + [429]


@pytest.mark.one_combination
def test_keys_in_redis_are_bounded_and_expire(
    new_process: Callable[[], TestApp], shared: str
) -> None:
    login(new_process(), name="x" * 4000)
    with redis.Redis.from_url(shared) as server:
        keys = server.keys("classroom:logins:*")
        assert len(keys) == 2
        assert all(len(key) < 100 and 0 < server.ttl(key) <= 61 for key in keys)


def test_a_cached_password_costs_no_redis_command(
    app_settings: dict[str, str], new_process: Callable[[], TestApp], shared: str
) -> None:
    app_settings["classroom.identity_ttl"] = "0"
    testapp = new_process()
    login(testapp, password=PASSWORD)
    with redis.Redis.from_url(shared) as server:
        server.config_resetstat()
        assert login(testapp, password=PASSWORD).status_int == 200
        assert server.info("commandstats")["cmdstat_incrby"]["calls"] == 1  # the rate limit


@pytest.mark.one_combination
def test_users_can_log_in_while_redis_is_down(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    app_settings |= limits_in(f"redis://127.0.0.1:{free_port()}/0")
    testapp = new_process()
    assert statuses(testapp, LIMIT + 1) == [401] * LIMIT + [429]
    assert login(testapp, password=PASSWORD, address="192.0.2.2").status_int == 200


@pytest.mark.one_combination
def test_users_can_log_in_while_redis_hangs(
    app_settings: dict[str, str], new_process: Callable[[], TestApp]
) -> None:
    port = free_port()
    app_settings |= limits_in(url_of(port, timeout=1))
    with running_redis(port) as server:
        testapp = new_process()
        assert statuses(testapp, 5) == [401] * 5
        os.kill(server.pid, signal.SIGSTOP)
        assert statuses(testapp, LIMIT + 1) == [401] * LIMIT + [429]
        assert login(testapp, password=PASSWORD, address="192.0.2.2").status_int == 200


def ask(port: int, password: str) -> tuple[int, str | None]:
    """Return the status and Retry-After of a request on a new connection."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as connection:
        connection.request("GET", PATH, headers={"Authorization": basic(NAME, password)})
        response = connection.getresponse()
        response.read()
        return response.status, response.headers["Retry-After"]


@pytest.mark.one_combination
@pytest.mark.parametrize(("threads", "slots"), [(8, 4), (4, 2), (1, 1)])
def test_at_most_half_of_the_threads_hash_at_a_time(
    app: Any, monkeypatch: pytest.MonkeyPatch, threads: int, slots: int
) -> None:
    with serving(app, threads=str(threads)) as port:
        assert ask(port, PASSWORD)[0] == 200
        gate = Gate(monkeypatch)
        with ThreadPoolExecutor(slots) as pool:
            held = [pool.submit(ask, port, "wrong") for _ in range(slots)]
            wait_for(lambda: gate.waiting == slots)
            if threads > slots:
                assert ask(port, "wrong") == (503, "1")
                assert ask(port, PASSWORD)[0] == 200
            gate.opened.set()
            assert [future.result()[0] for future in held] == [401] * slots
        assert ask(port, "wrong")[0] == 401


def test_other_servers_are_assumed_to_have_four_threads(
    anonymous: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(monkeypatch)
    with ThreadPoolExecutor(2) as pool:
        held = [pool.submit(login, anonymous) for _ in range(2)]
        wait_for(lambda: gate.waiting == 2)
        refused = login(anonymous)
        assert (refused.status_int, refused.json["code"]) == (503, "too_many_logins")
        gate.opened.set()
        assert [future.result().status_int for future in held] == [401] * 2


ATTACKERS = 40


def attack(port: int) -> list[int]:
    """Send wrong passwords until one is rejected unchecked; return the statuses."""
    statuses: list[int] = []
    for _ in range(1000):  # about 20 are needed
        statuses.append(ask(port, "wrong")[0])
        if statuses[-1] == 429:
            break
    return statuses


def attack_at_once(port: int) -> Counter[int]:
    """Attack in many threads, until each is rejected with 429; count the statuses."""
    with ThreadPoolExecutor(ATTACKERS) as pool:
        responses = Counter(chain.from_iterable(pool.map(attack, [port] * ATTACKERS)))
    assert responses.keys() <= {401, 429, 503}
    assert responses[429] == ATTACKERS
    return responses


@pytest.mark.parametrize("mode", ["process", "redis"])
def test_each_slot_allows_at_most_one_failure_over_the_limit(
    mode: str, app_settings: dict[str, str], request: Any, verified_hashes: list[str]
) -> None:
    if mode == "redis":
        request.getfixturevalue("shared")
    app = request.getfixturevalue("app")
    with serving(app, threads="8") as port:
        responses = attack_at_once(port)
    assert LIMIT <= responses[401] == len(verified_hashes) <= LIMIT + 4


FULL_COSTS = passwords._HASHER  # The tests reduce the costs only while they run.


@pytest.fixture
def service(
    ini: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> Iterator["subprocess.Popen[str]"]:
    """A ``pserve`` on ``port`` that has the user's credentials in its cache."""
    # Hash at full cost, so that a check holds its slot for as long as in production.
    monkeypatch.setattr(passwords, "_HASHER", FULL_COSTS)
    run(ini, "adduser", NAME, "--password-stdin", stdin=PASSWORD)
    with pserve(ini) as process:
        assert ask(port, PASSWORD)[0] == 200
        yield process


def test_a_brute_force_attack_does_not_block_users(
    service: "subprocess.Popen[str]", port: int
) -> None:
    begun = time.time()
    responses = attack_at_once(port)
    # Failures are counted per minute of the clock.
    minutes = time.time() // 60 - begun // 60 + 1
    assert ask(port, PASSWORD)[0] == 200
    service.send_signal(signal.SIGINT)
    _, log = service.communicate(timeout=TIMEOUT)
    assert LIMIT <= responses[401] <= (LIMIT + 2) * minutes
    assert len(re.findall(rf"WARNI.*failed login for user '{NAME}' from 127\.0\.0\.1\n", log)) == 1


def head_of(password: str) -> bytes:
    """Return a HEAD request, whose response ends in an empty line."""
    credentials = f"Authorization: {basic(NAME, password)}"
    return f"HEAD {PATH} HTTP/1.1\r\nHost: a\r\n{credentials}\r\n\r\n".encode()


WRONG, RIGHT = head_of("wrong"), head_of(PASSWORD)


def next_status(client: socket.socket) -> int:
    return int(read_until(client, b"\r\n\r\n").split()[1])


def assert_others_are_served_first(port: int, waiting: socket.socket) -> None:
    assert [ask(port, PASSWORD)[0] for _ in range(3)] == [200] * 3
    assert not select.select([waiting], [], [], 0)[0]


@pytest.fixture
def delay_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock that measures the delays of connections."""
    clock = Clock()
    monkeypatch.setattr("classroom.server.channel.time", clock)
    return clock


@pytest.mark.one_combination
def test_a_rejected_login_delays_its_connection(delay_clock: Clock, served_port: int) -> None:
    assert ask(served_port, PASSWORD)[0] == 200
    with closing(connect(served_port)) as client:
        client.sendall(WRONG * 12)
        assert [next_status(client) for _ in range(11)] == [401] * LIMIT + [429]
        for _ in range(2):
            assert_others_are_served_first(served_port, client)
            delay_clock.now += 1
            assert next_status(client) == 429
            client.sendall(WRONG)


@pytest.mark.one_combination
def test_too_many_checks_delay_the_connection(
    app: Any, delay_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(app) as port, closing(connect(port)) as client, ThreadPoolExecutor(4) as pool:
        assert ask(port, PASSWORD)[0] == 200
        gate = Gate(monkeypatch)
        held = [pool.submit(ask, port, "wrong") for _ in range(4)]
        wait_for(lambda: gate.waiting == 4)
        client.sendall(WRONG + RIGHT)
        assert next_status(client) == 503
        assert_others_are_served_first(port, client)
        delay_clock.now += 1
        assert next_status(client) == 200
        gate.opened.set()
        assert [future.result()[0] for future in held] == [401] * 4


@pytest.mark.one_combination
@pytest.mark.usefixtures("delay_clock")
@pytest.mark.parametrize("trusted", ["127.0.0.1", "*"])
def test_connections_of_a_trusted_proxy_are_not_delayed(app: Any, trusted: str) -> None:
    proxy = {"trusted_proxy": trusted, "trusted_proxy_headers": "x-forwarded-for"}
    with serving(app, **proxy) as port, closing(connect(port)) as client:
        client.sendall(WRONG * 12)
        assert [next_status(client) for _ in range(12)] == [401] * LIMIT + [429] * 2


@pytest.mark.one_combination
@pytest.mark.usefixtures("delay_clock")
def test_a_rate_limit_does_not_delay_the_connection(
    app_settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    app_settings |= limits_in("memory://")
    app_settings["classroom.rate_limit.calls"] = "1"
    app = request.getfixturevalue("app")
    with serving(app) as port, closing(connect(port)) as client:
        client.sendall(RIGHT * 3)
        assert [next_status(client) for _ in range(3)] == [200, 429, 429]


@pytest.mark.one_combination
@pytest.mark.usefixtures("delay_clock")
def test_at_the_limit_a_delayed_connection_is_closed(app: Any) -> None:
    with serving(app, threads="1", connection_limit="10") as port, ExitStack() as stack:
        assert ask(port, PASSWORD)[0] == 200
        client = stack.enter_context(closing(connect(port)))
        client.sendall(WRONG * 12)
        assert [next_status(client) for _ in range(11)] == [401] * LIMIT + [429]
        # The only worker thread may queue the client's last request behind the first of these. It
        # has postponed that request when it responds to the second.
        for _ in range(2):
            assert ask(port, PASSWORD)[0] == 200
        others = [stack.enter_context(closing(connect(port))) for _ in range(10)]
        others[-1].sendall(RIGHT)
        assert next_status(others[-1]) == 200
        assert client.recv(1) == b""


def security_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    records = [record for record in caplog.records if record.name == "classroom.security"]
    assert {record.levelno for record in records} <= {logging.WARNING}
    return list(map(LogRecord.getMessage, records))


@pytest.mark.one_combination
def test_failed_logins_are_logged_once_a_minute(
    anonymous: TestApp, caplog: pytest.LogCaptureFixture
) -> None:
    login(anonymous, password=PASSWORD, address="192.0.2.9")
    for address in ("192.0.2.1", "192.0.2.2"):
        statuses(anonymous, LIMIT + 2, password="my secret", address=address)
    login(anonymous, name="nobody")
    assert security_lines(caplog) == [
        f"failed login for user '{NAME}' from 192.0.2.1",
        f"failed login for user '{NAME}' from 192.0.2.2",
        "failed login for user 'nobody' from 192.0.2.1",
    ]
    assert "secret" not in caplog.text


@pytest.mark.one_combination
def test_user_names_are_logged_escaped_and_bounded(
    anonymous: TestApp, caplog: pytest.LogCaptureFixture
) -> None:
    login(anonymous, name="\u202ea\u2028b'" + "x" * 3000)
    [line] = security_lines(caplog)
    assert line == f'failed login for user "\\u202ea\\u2028b\'{"x" * 59}" from 192.0.2.1'
