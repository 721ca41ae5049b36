"""Count calls per client and window, in Redis or in this process."""

import threading
from collections import OrderedDict
from typing import Protocol

from ..settings import SettingError, Settings


class CallCounter(Protocol):
    """A counter of calls per client and window."""

    def increment(self, client: str, window: int, by: int = 1) -> int:
        """Count ``by`` calls of ``client`` in ``window``, and return the total."""


class MemoryCounter:
    """A counter in this process, for the current window and a bounded number of clients.

    Beyond ``max_clients``, the client whose last call is the oldest is evicted. An attacker gains
    nothing: to evict its own count, it would need ``max_clients`` other addresses, each of which
    has its own limit anyway. The alternative, one shared count for all further clients, would let
    an attacker lock them all out.
    """

    def __init__(self, max_clients: int = 100_000) -> None:
        self._max_clients = max_clients
        self._lock = threading.Lock()
        self._window = 0
        self._calls: OrderedDict[str, int] = OrderedDict()

    def increment(self, client: str, window: int, by: int = 1) -> int:
        with self._lock:
            # A delayed call must not reopen an older window.
            if window > self._window:
                self._window, self._calls = window, OrderedDict()
            calls = self._calls[client] = self._calls.get(client, 0) + by
            self._calls.move_to_end(client)
            if len(self._calls) > self._max_clients:
                self._calls.popitem(last=False)
            return calls


def uses_redis(settings: Settings) -> bool:
    """Return whether requests are counted in Redis."""
    return settings.use_rate_limits and not settings.redis_url.startswith("memory:")


def open_counter(settings: Settings, name: str, period: int) -> CallCounter:
    """Return a counter in Redis if rate limits use it, else one in this process.

    :param name: a prefix of its keys in Redis, different for each counter.
    :raises SettingError: if redis-py does not accept the URL.
    """
    if not uses_redis(settings):
        return MemoryCounter()
    # Not at the top: redis-py takes a tenth of the time of startup.
    from .redis_counters import FailOverCounter, RedisCounter  # noqa: PLC0415

    try:
        return FailOverCounter(RedisCounter.from_url(settings.redis_url, name, period))
    except (TypeError, ValueError) as error:
        raise SettingError("classroom.redis_url", str(error)) from None
