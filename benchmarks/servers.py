"""Run servers, each pinned to its cores."""

import os
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from tests.support.sockets import is_up
from tests.support.waiting import wait_for

from . import client, machine
from .databases import NAME, PASSWORD

API = "/api/v1.0/"


class Invocation(NamedTuple):
    """How to start a server: its command, its port and its environment variables.

    :param tokens: whether it uses token authentication.
    """

    command: Sequence[str | Path]
    port: int
    environment: Mapping[str, str] = {}
    tokens: bool = True


@dataclass(frozen=True)
class Server:
    """A running server, with its name in the results."""

    name: str
    base: str
    pid: int
    tokens: bool

    @property
    def api(self) -> str:
        return self.base + API

    @cached_property
    def credentials(self) -> dict[str, str]:
        """The headers that authenticate: with a token if the server uses tokens."""
        password = b64encode(f"{NAME}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {password}"}
        if not self.tokens:
            return headers
        response = client.send("GET", f"{self.base}/auth/request-token", headers)
        return {"Authorization": f"Bearer {response.json['token']}"}


@contextmanager
def running(
    name: str, invocation: Invocation, folder: Path, cores: Sequence[int] = machine.CORES[:1]
) -> Iterator[Server]:
    """Run a server on its cores, with its output in a log file in ``folder``."""
    pinned = [*machine.pinned_to(cores), *invocation.command]
    environment = {**os.environ, **invocation.environment}
    with (folder / f"{invocation.port}.log").open("w") as log:
        process = subprocess.Popen(pinned, env=environment, stdout=log, stderr=log)
    try:
        wait_for(lambda: is_up(invocation.port) or process.poll() is not None)
        if process.poll() is not None:
            raise SystemExit(f"{name} did not start:\n{Path(log.name).read_text()}")
        machine.wait_until_idle(process.pid)
        base = f"http://127.0.0.1:{invocation.port}"
        yield Server(name, base, process.pid, invocation.tokens)
    finally:
        process.terminate()
        process.wait()
