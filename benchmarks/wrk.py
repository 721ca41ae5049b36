"""The load generator: run wrk and read its result."""

import json
import subprocess
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from tempfile import NamedTemporaryFile

from . import machine
from .databases import NAME
from .figures import MAX_NOISE
from .servers import Server
from .workload import Request

_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class LoadProfile:
    """How servers are loaded.

    :param seconds: of a run.
    :param rounds: runs of each server. More follow, up to ``max_rounds``, while the noise exceeds
        ``max_noise``.
    :param connections: that send requests at the same time.
    :param cores: of the load generator.
    :param flooded: the names of the servers that get wrong passwords while they are measured.
    """

    seconds: int = 1
    rounds: int = 3
    max_rounds: int = 6
    max_noise: float = MAX_NOISE
    connections: int = 8
    cores: Sequence[int] = machine.CORES[-1:]
    flooded: Sequence[str] = ()


def run_wrk(server: Server, request: Request, sent: int, profile: LoadProfile) -> dict[str, int]:
    """Send requests for the time of the profile.

    :param sent: the number of requests that earlier runs sent.
    :return: ``requests``, ``microseconds``, ``sent``, and the errors ``refused`` and ``broken``.
    """
    load = ["-t1", f"-c{profile.connections}", f"-d{profile.seconds}s", "--timeout", "60s"]
    headers = _options(server.credentials | dict(request.headers))
    with NamedTemporaryFile("w", suffix=".paths") as paths:
        print(*request.paths, sep="\n", file=paths, flush=True)
        arguments = [request.method, str(sent), paths.name]
        body = [request.body] if request.body else []
        command = [*load, "-s", str(_SCRIPT), *headers, server.base, "--", *arguments, *body]
        output = subprocess.check_output(_wrk(command, profile), text=True)
    return json.loads(output.splitlines()[-1])


@contextmanager
def flooded(server: Server, path: str, profile: LoadProfile) -> Iterator[None]:
    """Send wrong passwords on 40 connections for the duration of the context."""
    wrong = b64encode(f"{NAME}:wrong".encode()).decode()
    headers = _options({"Authorization": f"Basic {wrong}"})
    command = _wrk(["-t1", "-c40", "-d600s", *headers, server.base + path], profile)
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def _wrk(options: Sequence[str], profile: LoadProfile) -> list[str]:
    return [*machine.pinned_to(profile.cores), "wrk", *options]


def _options(headers: Mapping[str, str]) -> Iterator[str]:
    return chain.from_iterable(("-H", f"{name}: {value}") for name, value in headers.items())
