"""Who is measured against whom, at which work."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from tests.support.redis import running_redis
from tests.support.sockets import free_port

from . import machine, workload
from .client import ask
from .databases import Size, Store
from .measure import LoadProfile, Race, race
from .programs import Baseline, Classroom, Ini, Peer, Program, prefork
from .proof import SCHOOL, prove_alike
from .servers import Server, running
from .workload import Work

AGAIN = " again"
"""What the second name ends in of a server that is measured twice, to show the noise."""

GROWTH = {f"{students:,} students": students for students in (1_000, 100_000, 1_000_000)}

_WORKS = (
    workload.STUDENT,
    workload.PAGE,
    workload.LAST_PAGE,
    workload.NOT_MODIFIED,
    workload.POST,
    workload.PUT,
)
_GROWTH_WORKS = (
    workload.STUDENT,
    workload.PAGE,
    workload.NEXT_PAGE,
    workload.LAST_PAGE,
    workload.POST,
)


class Entry(NamedTuple):
    """A program that takes part under a name, on a copy of the database of its kind."""

    name: str
    program: Program
    size: Size = SCHOOL
    tokens: bool = True
    cores: Sequence[int] = machine.CORES[:1]


@dataclass
class Suite:
    """Runs races and keeps their results.

    :param results: the medians, by the names of the race, the work and the server.
    :param memory: megabytes after the race, by the names of the race and the server.
    """

    folder: Path
    profile: LoadProfile
    results: dict[str, Race] = field(default_factory=dict)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._ini = Ini(self.folder)
        self._classroom = Classroom(self._ini)
        self._made: dict[tuple[Store, str, Size], str] = {}

    def baselines(self, store: Store) -> None:
        entries = [
            *_twice("classroom", self._classroom),
            Entry("bare Pyramid", Baseline(self._ini, "pyramid")),
            Entry("bare waitress", Baseline(self._ini, "waitress")),
        ]
        with self._running(store, entries) as servers:
            self._measure("baselines", servers, [workload.STUDENT])

    def peers(self, name: str, store: Store, peers: Sequence[Peer]) -> None:
        entries = [*_twice("classroom", self._classroom), *(Entry(p.name, p) for p in peers)]
        with self._running(store, entries) as servers:
            prove_alike(servers)
            self._measure(name, servers, _WORKS)

    def passwords(self, store: Store, peers: Sequence[Peer]) -> None:
        entries = [*_twice("classroom", self._classroom), *(Entry(p.name, p) for p in peers)]
        entries = [entry._replace(tokens=False) for entry in entries]
        profile = replace(self.profile, rounds=min(self.profile.rounds, 2), seconds=4)
        with self._running(store, entries) as servers:
            _log_in(servers)
            self._measure("password", servers, [workload.STUDENT], profile)

    def flood(self, store: Store) -> None:
        """A user whose password is in the cache, while others send wrong ones."""
        entries = [*_twice("undisturbed", self._classroom), Entry("flooded", self._classroom)]
        entries = [entry._replace(tokens=False) for entry in entries]
        profile = replace(self.profile, seconds=2, flooded=("flooded",))
        with self._running(store, entries) as servers:
            _log_in(servers)
            self._measure("wrong passwords", servers, [workload.STUDENT], profile)

    def limits(self, store: Store) -> None:
        port = free_port()
        settings = {
            "classroom.use_rate_limits": "true",
            "classroom.rate_limit.calls": "1000000000",
            "classroom.redis_url": f"redis://127.0.0.1:{port}/0",
        }
        limited = Entry("limits on", Classroom(self._ini, settings=settings))
        entries = [*_twice("limits off", self._classroom), limited]
        with running_redis(port) as redis, self._running(store, entries) as servers:
            machine.stay_beside_the_server(redis.pid)
            self._measure("rate limits", servers, [workload.STUDENT])

    def scale_out(self, store: Store) -> None:
        """One process and two, each pinned, and one that is not; the load is on the cores that are
        left, or on all.
        """
        one, two = machine.CORES[:1], machine.CORES[:2]
        entries = [
            *_twice("one process", Classroom(self._ini, runner=prefork(one))),
            Entry("one process, not pinned", self._classroom, cores=machine.CORES),
            Entry("two processes", Classroom(self._ini, runner=prefork(two)), cores=two),
        ]
        cores = machine.CORES[2:] or machine.CORES
        with self._running(store, entries) as servers:
            profile = replace(self.profile, connections=16, cores=cores)
            self._measure("scale-out", servers, [workload.STUDENT], profile)

    def growth(self, name: str, store: Store) -> None:
        """One client after another, so that nothing of a request is hidden behind the next."""
        smallest, *others = (
            Entry(size, self._classroom, Size(count, 200, count)) for size, count in GROWTH.items()
        )
        again = smallest._replace(name=smallest.name + AGAIN)
        with self._running(store, [smallest, again, *others]) as servers:
            self._measure(name, servers, _GROWTH_WORKS, replace(self.profile, connections=1))

    @contextmanager
    def _running(self, store: Store, entries: Sequence[Entry]) -> Iterator[list[Server]]:
        with ExitStack() as stack:
            yield [stack.enter_context(self._start(store, entry)) for entry in entries]

    def _start(self, store: Store, entry: Entry) -> AbstractContextManager[Server]:
        url = store.copy(self._template(store, entry)) if entry.program.schema else ""
        invocation = entry.program.serve(url, entry.tokens)
        return running(entry.name, invocation, self.folder, entry.cores)

    def _template(self, store: Store, entry: Entry) -> str:
        key = store, entry.program.schema, entry.size
        if key not in self._made:
            _tell(f"making {entry.size.students:,} students for {entry.program.schema}")
            self._made[key] = store.create()
            entry.program.prepare(self._made[key], entry.size)
        return self._made[key]

    def _measure(
        self,
        name: str,
        servers: list[Server],
        works: Sequence[Work],
        profile: LoadProfile | None = None,
    ) -> None:
        _tell(f"racing: {name}")
        self.results[name] = race(servers, works, profile or self.profile)
        self.memory[name] = {s.name: machine.resident_megabytes(s.pid) for s in servers}


def _twice(name: str, program: Program) -> Iterator[Entry]:
    yield Entry(name, program)
    yield Entry(name + AGAIN, program)


def _log_in(servers: Sequence[Server]) -> None:
    """Have the password in the cache: the service refuses to check more than a few at a time."""
    for server in servers:
        ask("GET", server.api, server.credentials)


def _tell(what: str) -> None:
    print(time.strftime("%H:%M:%S"), what, file=sys.stderr, flush=True)
