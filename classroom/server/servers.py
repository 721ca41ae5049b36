"""Servers: one per listening socket, with the connections that it accepted."""

import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from heapq import nsmallest
from typing import Any, ClassVar

from waitress import wasyncore
from waitress.server import BaseWSGIServer, MultiSocketServer, TcpWSGIServer, UnixWSGIServer

from ..services import Services
from .channel import Channel
from .listening import ListenError, print_in_one_line
from .log import logged

_SECONDS_BETWEEN_CHECKS = 1
_SECONDS_TO_SEND_UNSENT = 5


class _Server(BaseWSGIServer):
    """A server that closes slow connections, and evicts idle ones at ``connection_limit``."""

    services: ClassVar[Services]
    channel_class = Channel
    # Waitress's stubs annotate these differently from their use, or not at all.
    _map: Any
    active_channels: Any
    effective_host: str
    effective_port: Any
    next_channel_cleanup: float  # type: ignore[assignment]

    _evicted = 0

    def bind_server_socket(self) -> None:
        try:
            super().bind_server_socket()
        except OSError as error:
            print_in_one_line()
            raise ListenError("listen", self._address(), error.strerror) from None

    def run(self) -> None:
        address = self.effective_host, self.effective_port
        with _running(self.services, self.task_dispatcher, [address]):
            super().run()
            _send_unsent(self._map)

    def _address(self) -> str:
        socket_address = self.sockinfo[3]
        return "{}:{}".format(*socket_address) if socket_address else str(self.adj.unix_socket)

    def readable(self) -> bool:
        # At connection_limit waitress accepts no connection until another one closes. The event
        # loop calls this before it polls the channels, so no event of an evicted one is pending.
        excess = len(self._map) - self.adj.connection_limit + 1
        if excess > 0:
            self._evict(excess)
        return super().readable()

    def _evict(self, excess: int) -> None:
        """Close the connections for whose clients the server has waited longest."""
        channels = [item for item in self._map.values() if isinstance(item, Channel)]
        waiting = [(since, channel) for channel in channels if (since := channel.waiting_since())]
        for _, channel in nsmallest(excess, waiting, key=lambda pair: pair[0]):
            channel.abort()
            self._evicted += 1

    def maintenance(self, now: float) -> None:
        # cleanup_interval is too coarse for request_timeout.
        self.next_channel_cleanup = now + _SECONDS_BETWEEN_CHECKS
        for channel in list(self.active_channels.values()):
            channel.resume()
            channel.enforce_timeouts(now)
        if self._evicted:
            self.logger.warning(
                "connection_limit reached: closed %d waiting connections", self._evicted
            )
            self._evicted = 0


class TCPServer(_Server, TcpWSGIServer):
    """A server on a TCP socket."""


class UnixServer(_Server, UnixWSGIServer):
    """A server on a UNIX socket."""


class MultiServer(MultiSocketServer):
    """The servers of a process that listens on several sockets."""

    services: ClassVar[Services]
    map: Any

    def run(self) -> None:
        with _running(self.services, self.task_dispatcher, self.effective_listen):
            super().run()

    def close(self) -> None:
        self.task_dispatcher.shutdown()
        _send_unsent(self.map)
        wasyncore.close_all(self.map)


@contextmanager
def _running(
    services: Services, dispatcher: Any, addresses: Iterable[tuple[str, Any]]
) -> Iterator[None]:
    with ExitStack() as stack:
        for context in services.server_contexts:
            stack.enter_context(context(dispatcher))
        stack.enter_context(logged(services, addresses))
        yield


def _send_unsent(connections: dict[int, Any]) -> None:
    """Send the responses that clients have not read yet, for some seconds at shutdown."""
    deadline = time.monotonic() + _SECONDS_TO_SEND_UNSENT
    while (unsent := _unsent(connections)) and time.monotonic() < deadline:
        wasyncore.loop(_SECONDS_BETWEEN_CHECKS, use_poll=True, map=unsent, count=1)


def _unsent(connections: dict[int, Any]) -> dict[int, Any]:
    """Return the connections that have something to send, by file descriptor."""
    channels = {fd: item for fd, item in connections.items() if isinstance(item, Channel)}
    return {fd: channel for fd, channel in channels.items() if channel.total_outbufs_len}
