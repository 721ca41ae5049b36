"""Requests: their number, their duration, and how often they were retried."""

import time
from collections.abc import Callable
from functools import cache, partial

from prometheus_client import CollectorRegistry, Counter, Histogram
from pyramid.config import Configurator
from pyramid.registry import Registry
from pyramid.tweens import INGRESS

from ..server.tasks import Handler, Task
from ..tweens import ORDER
from .tween import RESOURCE, RETRIES

# Clients choose the method: all others share one label.
_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
# In seconds.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)

Observe = Callable[[Task, float], None]
_Series = tuple[Callable[[], None], Callable[[float], None]]


def add_metrics(config: Configurator, registry: CollectorRegistry) -> None:
    # Not a subscriber of BeforeRetry: with any subscriber, Pyramid sends four events per request.
    config.add_tween("classroom.metrics.tween.factory", under=INGRESS, over=ORDER[0])
    config.add_server_tween(partial(_factory, _observer(registry)))


def _observer(registry: CollectorRegistry) -> Observe:
    retries = Counter(
        "classroom_request_retries",
        "Further attempts after a conflict or a lost connection.",
        registry=registry,
    )
    series = _series(registry)

    def observe(task: Task, seconds: float) -> None:
        environ = task.environ or {}
        if repeated := environ.get(RETRIES):
            retries.inc(repeated)
        count, add_time = series(environ.get(RESOURCE, "none"), _method(task), task.status[:3])
        add_time(seconds)
        count()

    return observe


def _series(registry: CollectorRegistry) -> Callable[[str, str, str], _Series]:
    """Return a function from labels to the methods that count and time a request."""
    requests = Counter(
        "classroom_requests",
        "Requests, including those that waitress rejects.",
        ["resource", "method", "status"],
        registry=registry,
    )
    durations = Histogram(
        "classroom_request_seconds",
        "Seconds until the response was passed on for sending.",
        ["resource", "method"],
        buckets=_BUCKETS,
        registry=registry,
    )

    @cache  # labels() takes longer than the rest
    def series(resource: str, method: str, status: str) -> _Series:
        count = requests.labels(resource, method, status).inc
        return count, durations.labels(resource, method).observe

    return series


def _factory(observe: Observe, handler: Handler, registry: Registry) -> Handler:
    def metrics_tween(task: Task) -> None:
        began = time.perf_counter()
        try:
            handler(task)
        finally:
            # An error task responds to an exception that is raised before the response begins.
            if task.complete:
                observe(task, time.perf_counter() - began)

    return metrics_tween


def _method(task: Task) -> str:
    # It is missing if waitress could not parse the request line.
    method = getattr(task.request, "command", "")
    return method if method in _METHODS else "other"
