"""Ports and plain TCP connections on 127.0.0.1."""

import socket
from contextlib import closing, suppress


def free_port(*candidates: int) -> int:
    """Return a port without a listener: the first of ``candidates`` that has none, or any port."""
    for port in candidates or (0,):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise OSError("no port is free")


def is_up(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_until(client: socket.socket, end: bytes) -> bytes:
    """Return the bytes up to and including ``end``, and leave those that follow."""
    received = b""
    while not received.endswith(end):
        received += (chunk := client.recv(1))
        assert chunk
    return received


def read_all(client: socket.socket) -> bytes:
    """Return all bytes until the server closes the connection."""
    received = bytearray()
    with suppress(ConnectionError):
        while chunk := client.recv(65536):
            received += chunk
    return bytes(received)


def exchange(port: int, request: bytes) -> bytes:
    """Send a request on a new connection, and return everything that the server sends."""
    with closing(connect(port)) as client:
        # A server that rejects a request closes the connection before it has read all of it.
        with suppress(ConnectionError):
            client.sendall(request)
        return read_all(client)
