"""Count calls in Redis, and in this process while Redis is unavailable."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Self

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from .counters import CallCounter, MemoryCounter

log = logging.getLogger(__name__)


class RedisCounter:
    """A counter in Redis, shared by all processes. A call costs one round trip.

    EXPIRE is sent with each INCRBY, not only with the first in a window. Otherwise, a process that
    dies between two round trips would leave a key that never expires. The EXPIRE takes a tenth of
    the time of a call.

    :raises redis.RedisError: if Redis is unavailable. A call waits up to 0.1 seconds to connect,
        and up to 0.1 seconds for each reply.
    """

    def __init__(self, pool: redis.ConnectionPool, name: str, period: int) -> None:
        self._pool = pool
        self._prefix = f"classroom:{name}:{period}"
        self._period = period
        self._idle: deque[Any] = deque()

    @classmethod
    def from_url(cls, url: str, name: str, period: int) -> Self:
        """Create a counter, without connecting to Redis.

        :raises TypeError, ValueError: if redis-py does not accept ``url``.
        """
        pool = open_pool(url)
        pool.connection_class(
            **pool.connection_kwargs
        )  # raises for unknown options; does not connect
        return cls(pool, name, period)

    def increment(self, client: str, window: int, by: int = 1) -> int:
        key = f"{self._prefix}:{window}:{client}"
        commands = [("INCRBY", key, by), ("EXPIRE", key, self._period + 1)]
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._pool.make_connection()
        try:
            return _first_reply(connection, commands)
        except redis.ConnectionError:
            # The server may have closed the idle connection, which reconnects automatically.
            return _first_reply(connection, commands)
        finally:
            self._idle.append(connection)


def open_pool(url: str) -> redis.ConnectionPool:
    """Return a pool whose connections wait up to 0.1 seconds to connect, and for each reply.

    No connection is opened yet.
    """
    # Without any one of the three options, redis-py waits up to 40 seconds for a hung server.
    return redis.ConnectionPool.from_url(
        url, socket_timeout=0.1, socket_connect_timeout=0.1, retry=Retry(NoBackoff(), 0)
    )


def open_client(url: str) -> redis.Redis:
    """Return a client with the timeouts of a counter. It does not connect."""
    return redis.Redis.from_pool(open_pool(url))


def ping(url: str) -> None:
    """Connect to Redis as a counter does, but count nothing.

    :raises redis.RedisError: if Redis is unavailable.
    :raises TypeError, ValueError: if redis-py does not accept ``url``.
    """
    with open_client(url) as client:
        client.ping()


def is_available(client: redis.Redis) -> bool:
    """Return whether Redis replies."""
    try:
        client.ping()
    except redis.RedisError:
        return False
    return True


def _first_reply(connection: Any, commands: list[tuple[Any, ...]]) -> int:
    """Send commands together, and return the reply to the first.

    redis-py's pipeline and its pool's locks would take as long as the rest of a request.
    """
    try:
        connection.send_packed_command(connection.pack_commands(commands))
        replies = [connection.read_response() for _ in commands]
    except BaseException:
        # A reply that was not read would be returned to the next call.
        connection.disconnect()
        raise
    return int(replies[0])


class FailOverCounter:
    """A counter in Redis that is replaced by one in this process while Redis is unavailable.

    After a failure, calls bypass Redis for ``pause`` seconds. Then one call tries Redis again.
    """

    def __init__(
        self,
        shared: CallCounter,
        pause: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shared = shared
        self._local = MemoryCounter()
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._retry_at: float | None = None

    @property
    def is_bypassing(self) -> bool:
        """Return whether calls bypass Redis because it is unavailable."""
        return self._retry_at is not None

    def increment(self, client: str, window: int, by: int = 1) -> int:
        if not self._may_use_shared():
            return self._local.increment(client, window, by)
        try:
            calls = self._shared.increment(client, window, by)
        except redis.RedisError as error:
            self._record_failure(error)
            return self._local.increment(client, window, by)
        self._record_success()
        return calls

    def _may_use_shared(self) -> bool:
        if self._retry_at is None:
            return True
        with self._lock:
            if self._retry_at is None or self._clock() < self._retry_at:
                return self._retry_at is None
            self._retry_at = self._clock() + self._pause
            return True

    def _record_failure(self, error: redis.RedisError) -> None:
        with self._lock:
            if self._retry_at is None:
                log.warning("Redis is unavailable (%s); counting per process", error)
            self._retry_at = self._clock() + self._pause

    def _record_success(self) -> None:
        if self._retry_at is not None:
            with self._lock:
                self._retry_at = None
            log.info("Redis reconnected")
