"""The event loop, from the start of a server until it has sent the last response."""

import logging
import time
from typing import Any

from waitress import wasyncore
from waitress.trigger import trigger

from .channel import Channel
from .signals import Stop, handled

log = logging.getLogger(__name__)

_SECONDS_TO_COMPLETE = 5
_SECONDS_BETWEEN_CHECKS = 0.1

Connections = dict[int, Any]
"""The map of waitress: listening sockets, connections and triggers by file descriptor."""


def serve(server: Any, connections: Connections) -> None:
    """Serve until a signal, and then during the drain. Complete the requests in flight."""
    waking = next(item for item in connections.values() if isinstance(item, trigger))
    stop = Stop(server.services.settings.drain, waking.pull_trigger)
    with handled(stop):
        while connections and not stop.is_requested:
            _poll(server, connections, server.adj.asyncore_loop_timeout)
        if stop.is_requested:
            _drain(server, connections, stop)
    if stop.is_requested:
        _complete(server, connections)


def _poll(server: Any, connections: Connections, seconds: float) -> None:
    wasyncore.loop(seconds, server.adj.asyncore_use_poll, connections, count=1)


def _drain(server: Any, connections: Connections, stop: Stop) -> None:
    """Serve until the drain has ended. Each response closes its connection."""
    server.services.draining.set()
    log.info("draining for %d seconds", stop.seconds)
    while seconds_left := stop.seconds_left:
        _poll(server, connections, min(seconds_left, server.adj.asyncore_loop_timeout))


def _complete(server: Any, connections: Connections) -> None:
    """Stop listening, and send the last responses, for some seconds."""
    deadline = time.monotonic() + _SECONDS_TO_COMPLETE
    for listener in [item for item in connections.values() if item.accepting]:
        listener.stop_listening()
    _poll(server, connections, 0)  # An idle connection may have received a request.
    while _close_idle(connections) and time.monotonic() < deadline:
        _poll(server, connections, _SECONDS_BETWEEN_CHECKS)
    server.task_dispatcher.shutdown(timeout=max(deadline - time.monotonic(), 0))


def _close_idle(connections: Connections) -> bool:
    """Close connections that are not waiting for a response, and return whether others are left."""
    channels = [item for item in connections.values() if isinstance(item, Channel)]
    for channel in channels:
        channel.resume()
        if channel.is_idle:
            channel.abort()
    return any(channel.connected for channel in channels)
