"""The counter in Redis: counts are exact, and no call receives the reply to another."""

import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import chain, repeat

import pytest
import redis

from classroom.rate_limits.redis_counters import RedisCounter

from ..support.waiting import wait_for

# 100,000 take half a minute.
CALLS = int(os.environ.get("COUNTED_CALLS", "8000"))
PROCESSES, THREADS = 2, 4


def open_counter(url: str) -> RedisCounter:
    return RedisCounter.from_url(url, "test", 3600)


def count_in_threads(url: str, process: int) -> list[int]:
    """Count in each of some threads, and return the replies for the client that all share."""
    sys.setswitchinterval(1e-6)  # the process ends with this test
    counter = open_counter(url)
    clients = [f"{process}.{thread}" for thread in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        return list(chain.from_iterable(pool.map(count_in_turn, repeat(counter), clients)))


def count_in_turn(counter: RedisCounter, client: str) -> list[int]:
    """Count calls of the thread's own client, whose replies are known, and of the shared one."""
    shared = []
    for number in range(1, CALLS // PROCESSES // THREADS // 2 + 1):
        # Steps of a million: no reply is the same as one for the shared client.
        assert counter.increment(client, 1, by=1_000_000) == number * 1_000_000
        shared.append(counter.increment("shared", 1))
    return shared


@pytest.mark.parametrize("address", ["redis_url", "redis_socket_url"])
def test_concurrent_calls_are_counted_exactly(request: pytest.FixtureRequest, address: str) -> None:
    url = request.getfixturevalue(address)
    # Processes that are forked would inherit the threads and sockets of the tests.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        replies = pool.map(count_in_threads, repeat(url), range(PROCESSES))
        counts = sorted(chain.from_iterable(replies))
    assert counts == list(range(1, CALLS // 2 + 1))


def test_a_command_that_fails_does_not_shift_the_replies(
    redis_server: redis.Redis, redis_url: str
) -> None:
    counter = open_counter(redis_url)
    assert counter.increment("a", 1) == 1
    redis_server.lpush("classroom:test:3600:1:list", "x")
    with pytest.raises(redis.ResponseError):
        counter.increment("list", 1)
    assert counter.increment("a", 1) == 2


def test_a_call_does_not_wait_a_second_for_redis(redis_server: redis.Redis) -> None:
    port = redis_server.get_connection_kwargs()["port"]
    counter = open_counter(f"redis://127.0.0.1:{port}/0")  # with the timeouts of the service

    def times_out() -> bool:
        # A pause of all commands would block CLIENT UNPAUSE too.
        redis_server.client_pause(1000, all=False)  # milliseconds, for writes
        try:
            counter.increment("a", 1)
        except redis.TimeoutError:
            return True
        finally:
            redis_server.client_unpause()
        return False

    # On a slow machine, the first pause may end before the call begins.
    wait_for(times_out)
