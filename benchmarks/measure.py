"""Races: every server does the same work in turn, with wrk as the load, and the median counts."""

import json
import statistics
import subprocess
from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from . import machine
from .databases import NAME
from .servers import Server
from .workload import Request, Work

_SCRIPT = Path(__file__).with_name("load.lua")


class Run(NamedTuple):
    """A measurement: the rate in requests a second, the CPU time of one in microseconds."""

    rate: float
    cpu: float


@dataclass(frozen=True)
class LoadProfile:
    """How a server is loaded: seconds of a run, runs of each server, connections at once, and the
    cores of the load generator.

    :param flooded: the names of the servers that get wrong passwords while they are measured.
    """

    seconds: int = 1
    rounds: int = 3
    connections: int = 8
    cores: Sequence[int] = machine.CORES[-1:]
    flooded: Sequence[str] = ()


Race = dict[str, dict[str, Run]]
"""The medians, by the name of the work and that of the server."""


def race(servers: Sequence[Server], works: Sequence[Work], profile: LoadProfile) -> Race:
    """Measure each server at each work, rounds from A to Z and from Z to A by turns."""
    return {work.name: _race_at(servers, work, profile) for work in works}


def _race_at(servers: Sequence[Server], work: Work, profile: LoadProfile) -> dict[str, Run]:
    requests = {server.name: work.request(server) for server in servers}
    runs: dict[str, list[Run]] = defaultdict(list)
    for number in range(profile.rounds):
        for server in servers if number % 2 == 0 else reversed(servers):
            runs[server.name].append(_run(server, requests[server.name], profile))
    return {name: _median(measured) for name, measured in runs.items()}


def _median(runs: Sequence[Run]) -> Run:
    return Run(*(statistics.median(values) for values in zip(*runs, strict=True)))


def _run(server: Server, request: Request, profile: LoadProfile) -> Run:
    before = machine.cpu_seconds(server.pid)
    with _flood(request.url, profile) if server.name in profile.flooded else nullcontext():
        told = _wrk(server, request, profile)
    machine.wait_until_idle(server.pid)
    spent = machine.cpu_seconds(server.pid) - before
    if told["refused"] or told["broken"] or not told["requests"]:
        raise SystemExit(f"{server.name} failed at {request.method} {request.url}: {told}")
    return Run(
        told["requests"] / told["microseconds"] * 1_000_000, spent / told["requests"] * 1_000_000
    )


@contextmanager
def _flood(url: str, profile: LoadProfile) -> Iterator[None]:
    """Send wrong passwords on 40 connections, for as long as the context lasts."""
    wrong = b64encode(f"{NAME}:wrong".encode()).decode()
    load = ["wrk", "-t1", "-c40", "-d600s", "-H", f"Authorization: Basic {wrong}", url]
    command = [*machine.pinned_to(profile.cores), *load]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def _wrk(server: Server, request: Request, profile: LoadProfile) -> dict[str, int]:
    load = ["wrk", "-t1", f"-c{profile.connections}", f"-d{profile.seconds}s", "--timeout", "60s"]
    what = ["-s", str(_SCRIPT), *_headers(server, request), request.url, "--", request.method]
    body = [request.body] if request.body else []
    command = [*machine.pinned_to(profile.cores), *load, *what, *body]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return json.loads(output.splitlines()[-1])


def _headers(server: Server, request: Request) -> Iterator[str]:
    headers = server.credentials | request.headers
    return chain.from_iterable(("-H", f"{name}: {value}") for name, value in headers.items())
