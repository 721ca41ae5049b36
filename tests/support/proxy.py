"""A TCP proxy that loses messages."""

import socket
from collections.abc import Callable
from contextlib import suppress
from select import select
from threading import Thread

from .sockets import connect

Loss = Callable[[socket.socket, socket.socket, bytes], None]


class Proxy:
    """A TCP proxy to a local port that can lose a request, named by its bytes, or its response."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._losses: dict[bytes, Loss] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def lose_response(self, request: bytes) -> None:
        """Close the connection to the client after the server has answered a request."""
        self._losses[request] = _lose_response

    def lose_request(self, request: bytes) -> None:
        """Do not pass on a request, and leave the connection to the client open."""
        self._losses[request] = _lose_request

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._forward, args=[client], daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, connect(self._target) as server, suppress(OSError):
            other = {client: server, server: client}
            while True:
                for source in select([client, server], [], [])[0]:
                    if not (data := source.recv(65536)):
                        return None
                    if source is client and (lose := self._loss(data)):
                        return lose(client, server, data)
                    other[source].sendall(data)

    def _loss(self, data: bytes) -> Loss | None:
        for request in self._losses:
            if request in data:
                return self._losses.pop(request)
        return None


def _lose_response(client: socket.socket, server: socket.socket, request: bytes) -> None:
    server.sendall(request)
    server.recv(65536)


def _lose_request(client: socket.socket, server: socket.socket, request: bytes) -> None:
    while client.recv(65536):
        pass
