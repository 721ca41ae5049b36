"""The log of a real ``pserve``."""

import socket
import struct
from pathlib import Path

import pytest

from ..support.pserve import pserve
from ..support.waiting import TIMEOUT, wait_for

FORGED = b"GET /%0aFAKE%20LINE HTTP/1.1\r\nHost: localhost\r\n\r\n"
TO_STDERR = "class = StreamHandler\nargs = (sys.stderr,)"
TO_FILE = "class = FileHandler\nargs = ('log', 'a')"
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@pytest.fixture
def ini(ini: Path) -> Path:
    """development.ini, logging to a file."""
    ini.write_text(ini.read_text().replace(TO_STDERR, TO_FILE))
    return ini


def disconnect(port: int) -> None:
    """Request a forged path many times, and disconnect after the first response."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        client.sendall(FORGED * 100)
        client.recv(1)


def test_a_line_has_its_level_and_cannot_be_forged(ini: Path, port: int) -> None:
    log = ini.with_name("log")

    def is_logged() -> bool:
        disconnect(port)
        return "FAKE LINE" in log.read_text()

    with pserve(ini):
        wait_for(is_logged)
    assert " WARNING  [classroom." in log.read_text()
    [line, *_] = [line for line in log.read_text().splitlines() if "FAKE LINE" in line]
    assert line.endswith(r"Client disconnected while serving /\nFAKE LINE")
