"""A real Redis."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import redis

from .waiting import wait_for


@contextmanager
def running_redis(port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    address = ["--port", str(port), "--bind", "127.0.0.1"]
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
