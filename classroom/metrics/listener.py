"""The listener from which Prometheus scrapes the metrics, as long as the server runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from prometheus_client import CollectorRegistry, start_http_server

from ..server.listening import ListenError, print_in_one_line
from ..settings import Address


@contextmanager
def listening(address: Address, registry: CollectorRegistry, dispatcher: Any) -> Iterator[None]:
    server, thread = _start(address, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _start(address: Address, registry: CollectorRegistry) -> Any:
    try:
        return start_http_server(address.port, address.host, registry)
    except OSError as error:
        print_in_one_line()
        raise ListenError("classroom.metrics_listen", address, error.strerror) from None
