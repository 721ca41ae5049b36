"""Ports on 127.0.0.1, and plain connections to them or to Unix sockets."""

import os
import socket
from collections import deque
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from .waiting import TIMEOUT

# The sockets that keep the last ports for the tests; the process ends with them open.
_kept: deque[int] = deque()
_MAX_KEPT = 50


def free_port(*candidates: int) -> int:
    """Return a port without a listener: the first of ``candidates`` that has none, or any port.

    It is kept for the next fifty calls.
    """
    for port in candidates or (0,):
        with suppress(OSError):
            descriptor, found = _bind(port)
            _keep(descriptor)
            return found
    raise OSError("no port is free")


def lasting_port() -> int:
    """Return a port that is kept until the process ends, for a server that stops and starts."""
    _, found = _bind(0)
    return found


def _bind(port: int) -> tuple[int, int]:
    """Bind a socket that does not listen, and return its descriptor and its port.

    It keeps the port: Linux gives it to no other program that asks for any port, and a server with
    SO_REUSEADDR can still listen on it.
    """
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", port))
        # Not before: two programs with the option could bind the same candidate.
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _, found = bound.getsockname()
        return bound.detach(), found


def _keep(descriptor: int) -> None:
    _kept.append(descriptor)
    if len(_kept) > _MAX_KEPT:
        os.close(_kept.popleft())


def is_up(address: int | Path) -> bool:
    with _socket(address) as probe:
        # A server that is about to close its socket drops SYNs, and the next one follows in 1 s.
        probe.settimeout(0.1)
        return probe.connect_ex(_name(address)) == 0


def connect(address: int | Path) -> socket.socket:
    """Connect to a port, or to the path of a Unix socket."""
    client = _socket(address)
    client.settimeout(TIMEOUT)
    client.connect(_name(address))
    return client


def connect_without_reading(address: int | Path) -> socket.socket:
    """Return a connection that receives no more than about 100 kB until it is read."""
    client = _socket(address)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262144)
    client.settimeout(TIMEOUT)
    client.connect(_name(address))
    return client


def _socket(address: int | Path) -> socket.socket:
    return socket.socket(socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET)


def _name(address: int | Path) -> Any:
    return str(address) if isinstance(address, Path) else ("127.0.0.1", address)


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


def exchange(address: int | Path, request: bytes) -> bytes:
    """Send a request on a new connection, and return everything that the server sends."""
    with closing(connect(address)) as client:
        # A server that rejects a request closes the connection before it has read all of it.
        with suppress(ConnectionError):
            client.sendall(request)
        return read_all(client)
