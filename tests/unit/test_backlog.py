"""A listening socket that refuses new connections before it is closed."""

import select
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from classroom.server.backlog import refuse_new

from ..support.waiting import TIMEOUT


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6, socket.AF_UNIX])
def listener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[socket.socket]:
    addresses: dict[int, Any] = {
        socket.AF_INET: ("127.0.0.1", 0),
        socket.AF_INET6: ("::1", 0),
        socket.AF_UNIX: str(tmp_path / "socket"),
    }
    with closing(socket.socket(request.param)) as listener:
        listener.bind(addresses[request.param])
        listener.listen()
        listener.setblocking(False)
        yield listener


def connect(listener: socket.socket) -> socket.socket:
    client = socket.socket(listener.family)
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
    return client


def test_connections_before_the_refusal_are_accepted(listener: socket.socket) -> None:
    with closing(connect(listener)) as before:
        assert select.select([listener], [], [], TIMEOUT)[0]
        refuse_new(listener)
        with closing(connect(listener)), closing(listener.accept()[0]) as accepted:
            before.sendall(b"a")
            assert accepted.recv(1) == b"a"
            with pytest.raises(BlockingIOError):
                listener.accept()
