"""The rate limit, and failed logins."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Metric
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from ..rate_limits.counters import CallCounter, uses_redis
from ..services import Services

if TYPE_CHECKING:
    from ..rate_limits.redis_counters import FailOverCounter


def add_metrics(services: Services, registry: CollectorRegistry) -> None:
    settings, limiter = services.settings, services.limiter
    if limiter:
        if uses_redis(settings):
            # Not isinstance: that would import redis-py in each process, even without Redis.
            _show_bypass(cast("FailOverCounter", limiter.counter), registry)
        limiter.counter = _MeasuredCounter(limiter.counter, settings.rate_limit_calls, registry)
    registry.register(_FailedLogins(services))


def _show_bypass(counter: "FailOverCounter", registry: CollectorRegistry) -> None:
    bypassed = Gauge(
        "classroom_redis_bypassed",
        "1 while requests are counted per process because Redis is unavailable, else 0.",
        registry=registry,
    )
    bypassed.set_function(lambda: counter.is_bypassing)


class _MeasuredCounter:
    """A counter that counts all calls, and those beyond the limit of their client."""

    def __init__(self, counter: CallCounter, limit: int, registry: CollectorRegistry) -> None:
        self._counter = counter
        self._limit = limit
        self._calls = Counter(
            "classroom_rate_limit_calls", "Requests that the rate limit counted.", registry=registry
        )
        self._refusals = Counter(
            "classroom_rate_limit_refusals", "Requests beyond the rate limit.", registry=registry
        )

    def increment(self, client: str, window: int, by: int = 1) -> int:
        calls = self._counter.increment(client, window, by)
        self._calls.inc()
        if calls > self._limit:
            self._refusals.inc()
        return calls


class _FailedLogins(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily(
            "classroom_failed_logins",
            "Logins with a wrong password, or after too many failures.",
            value=self._services.count_failed_logins(),
        )
