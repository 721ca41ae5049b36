"""Create the registry of an application, and add all metrics to it."""

from functools import partial

from prometheus_client import CollectorRegistry, disable_created_metrics
from pyramid.config import Configurator

from ..services import services
from . import build, database, limits, requests, threads
from .listener import listening


def includeme(config: Configurator) -> None:
    # By default, each counter, histogram and summary has another series with its creation time.
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    shared = services(config.registry)
    requests.add_metrics(config, registry)
    database.add_metrics(shared.database, registry)
    limits.add_metrics(shared, registry)
    threads.add_metrics(config, registry)
    build.add_metrics(registry)
    if address := shared.settings.metrics_listen:
        config.add_server_context(partial(listening, address, registry))
