"""Races: measure servers in turn with the same requests, for several rounds."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass

from . import machine
from .figures import Race, Run, Runs, noise
from .servers import Server
from .workload import Request, Work
from .wrk import LoadProfile, flooded, run_wrk


def race(servers: Sequence[Server], works: Sequence[Work], profile: LoadProfile) -> Race:
    """Measure each server with each kind of request."""
    return {work.name: _race_at(servers, work, profile) for work in works}


def _race_at(servers: Sequence[Server], work: Work, profile: LoadProfile) -> Runs:
    targets = [_Target(server, work.request(server)) for server in servers]
    runs: dict[str, list[Run]] = defaultdict(list)
    while needs_round(runs, profile):
        for target in targets:
            runs[target.server.name].append(target.run(profile))
        # Reverse the order, so that a machine that slows down favours no server.
        targets.reverse()
    return runs


def needs_round(runs: Runs, profile: LoadProfile) -> bool:
    """Return whether another round is needed, because there are too few or the noise is high."""
    rounds = min(map(len, runs.values()), default=0)
    if rounds < profile.rounds:
        return True
    return rounds < profile.max_rounds and noise(runs) >= profile.max_noise


@dataclass
class _Target:
    """A server and the requests that are sent to it.

    :param sent: the number of requests sent so far.
    """

    server: Server
    request: Request
    sent: int = 0

    def run(self, profile: LoadProfile) -> Run:
        """Measure once.

        :raises SystemExit: if a response was an error, or a connection failed.
        """
        before = machine.cpu_seconds(self.server.pid)
        result = self._load(profile)
        machine.wait_until_idle(self.server.pid)
        spent = machine.cpu_seconds(self.server.pid) - before
        units = result["requests"] / self.request.parts
        return Run(units / result["microseconds"] * 1e6, spent / units * 1e6)

    def _load(self, profile: LoadProfile) -> dict[str, int]:
        is_flooded = self.server.name in profile.flooded
        path = self.request.paths[0]
        with flooded(self.server, path, profile) if is_flooded else nullcontext():
            result = run_wrk(self.server, self.request, self.sent, profile)
        if result["refused"] or result["broken"] or not result["requests"]:
            raise SystemExit(f"{self.server.name} failed at {self.request.method} {path}: {result}")
        self.sent = result["sent"]
        return result
