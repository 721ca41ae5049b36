"""Start servers on copies of databases, measure them, and keep the results."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from . import machine
from .databases import Size, Store
from .figures import AGAIN, Race
from .measure import race
from .programs import Program
from .proof import SCHOOL
from .servers import Server, running
from .workload import Work
from .wrk import LoadProfile


class Entry(NamedTuple):
    """A program in a race, with its name and the size of its database."""

    name: str
    program: Program
    size: Size = SCHOOL
    tokens: bool = True
    cores: Sequence[int] = machine.CORES[:1]


def twice(entry: Entry) -> tuple[Entry, Entry]:
    """Return an entry and a second one of the same program, to show the noise."""
    return entry, entry._replace(name=entry.name + AGAIN)


@dataclass
class Suite:
    """The races of a run, and their results.

    :param results: the races by name.
    :param memory: resident megabytes after a race, by the names of the race and the server.
    :param idle_percent: the share of a CPU that an idle server uses.
    """

    folder: Path
    profile: LoadProfile
    results: dict[str, Race] = field(default_factory=dict)
    memory: dict[str, dict[str, float]] = field(default_factory=dict)
    idle_percent: float | None = None

    def __post_init__(self) -> None:
        self._templates: dict[tuple[Store, str, Size], str] = {}

    @contextmanager
    def running(self, store: Store, entries: Sequence[Entry]) -> Iterator[list[Server]]:
        """Run the servers of all entries, each with its own database."""
        with ExitStack() as stack:
            yield [stack.enter_context(self._start(store, entry)) for entry in entries]

    def measure(
        self,
        name: str,
        servers: Sequence[Server],
        works: Sequence[Work],
        profile: LoadProfile | None = None,
    ) -> None:
        """Measure the servers, and keep the results under a name."""
        print_progress(f"measuring {name}")
        self.results[name] = race(servers, works, profile or self.profile)
        self.memory[name] = {s.name: machine.resident_megabytes(s.pid) for s in servers}

    def _start(self, store: Store, entry: Entry) -> AbstractContextManager[Server]:
        url = store.copy(self._template(store, entry)) if entry.program.schema else ""
        invocation = entry.program.serve(url, entry.tokens)
        return running(entry.name, invocation, self.folder, entry.cores)

    def _template(self, store: Store, entry: Entry) -> str:
        key = store, entry.program.schema, entry.size
        if key not in self._templates:
            print_progress(f"creating {entry.size.students:,} students for {entry.program.schema}")
            self._templates[key] = store.create()
            entry.program.prepare(self._templates[key], entry.size)
        return self._templates[key]


def print_progress(message: str) -> None:
    """Print a line with the time to stderr."""
    print(time.strftime("%H:%M:%S"), message, file=sys.stderr, flush=True)
