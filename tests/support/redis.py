"""A real Redis."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import redis

from .waiting import TIMEOUT, wait_for


def url_of(port: int, timeout: float = TIMEOUT) -> str:
    """Return the URL of a server that has more time for a reply than in production."""
    return f"redis://127.0.0.1:{port}/0{timeout_query(timeout)}"


def timeout_query(seconds: float = TIMEOUT) -> str:
    """Return the query of a URL that replaces the timeouts of the service."""
    return f"?socket_timeout={seconds}&socket_connect_timeout={seconds}"


@contextmanager
def running_redis(port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a server on a port, and on a Unix socket."""
    with TemporaryDirectory(prefix="classroom-") as folder:
        address = ["--port", str(port), "--bind", "127.0.0.1", "--unixsocket", f"{folder}/socket"]
        command = ["redis-server", *address, "--save", "", *options]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: _responds(port))
            yield server
        finally:
            server.kill()
            server.wait()


def _responds(port: int) -> bool:
    with redis.Redis(port=port) as client:
        try:
            return client.ping()
        except redis.ConnectionError:
            return False
