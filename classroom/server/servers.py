"""Servers: one per listening socket, with the connections that it accepted."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from heapq import nsmallest
from typing import Any, ClassVar

from waitress import wasyncore
from waitress.server import BaseWSGIServer, MultiSocketServer, TcpWSGIServer, UnixWSGIServer

from ..services import Services
from .backlog import refuse_new
from .channel import Channel
from .listening import ListenError, print_in_one_line
from .log import logged
from .loop import serve

_SECONDS_BETWEEN_CHECKS = 1


class _Server(BaseWSGIServer):
    """A server that closes slow connections, and evicts idle ones at ``connection_limit``."""

    services: ClassVar[Services]
    channel_class = Channel
    # Waitress's stubs annotate these differently from their use, or not at all.
    _map: Any
    socket: Any
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
            serve(self, self._map)

    def print_listen(self, format_str: str) -> None:
        """Do nothing: the line that the service logs at startup contains the addresses."""

    def stop_listening(self) -> None:
        """Accept the connections in the backlog, and close the listening socket."""
        if not self.adj.sockets:  # Other processes may listen on those.
            refuse_new(self.socket)
        connections = 0
        while len(self._map) > connections:
            connections = len(self._map)
            self.handle_accept()
        # The triggers of this class stay open: worker threads wake the event loop with them.
        wasyncore.dispatcher.close(self)

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
        """Close the connections that have kept the server waiting longest."""
        channels = [item for item in self._map.values() if isinstance(item, Channel)]
        # The newest may have sent requests that the event loop has not read.
        older = channels[:-excess]
        waiting = [(since, channel) for channel in older if (since := channel.waiting_since())]
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
                "connection_limit reached: closed %d idle or slow connections", self._evicted
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

    def print_listen(self, format_str: str) -> None:
        """Do nothing, like the server of one socket."""

    def run(self) -> None:
        with _running(self.services, self.task_dispatcher, self.effective_listen):
            serve(self, self.map)


@contextmanager
def _running(
    services: Services, dispatcher: Any, addresses: Iterable[tuple[str, Any]]
) -> Iterator[None]:
    with ExitStack() as stack:
        for context in services.server_contexts:
            stack.enter_context(context(dispatcher))
        stack.enter_context(logged(services, addresses))
        yield
