"""A TCP proxy that cuts connections."""

import socket
from contextlib import suppress
from select import select
from threading import Thread

from .sockets import connect


class Proxy:
    """A TCP proxy to a local port that can close a connection instead of passing on a response."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._cut_after: bytes | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut_after(self, request: bytes) -> None:
        """Discard the response to the next message with these bytes, and close that connection."""
        self._cut_after = request

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
            ends = {client: server, server: client}
            is_cut = False
            while True:
                for source in select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data or (is_cut and source is server):
                        return
                    if self._cut_after and self._cut_after in data:
                        self._cut_after, is_cut = None, True
                    ends[source].sendall(data)
