"""The worker threads of the server, and the requests that wait for one."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, Gauge
from pyramid.config import Configurator


def add_metrics(config: Configurator, registry: CollectorRegistry) -> None:
    queued = Gauge(
        "classroom_queued_requests", "Requests that wait for a worker thread.", registry=registry
    )
    busy = Gauge(
        "classroom_busy_threads", "Worker threads that are executing a request.", registry=registry
    )

    @contextmanager
    def watched(dispatcher: Any) -> Iterator[None]:
        queued.set_function(lambda: len(dispatcher.queue))
        busy.set_function(lambda: dispatcher.active_count)
        yield

    config.add_server_context(watched)
