"""The races. A race compares servers under the same load."""

import time
from collections.abc import Sequence
from dataclasses import replace

from tests.support.redis import running_redis
from tests.support.sockets import free_port

from . import machine, workload
from .client import send
from .databases import Size, Store
from .peer_programs import NodePeer, Peer
from .programs import Baseline, Classroom, Ini, prefork
from .proof import check_equivalence
from .servers import Server
from .suite import Entry, Suite, print_progress, twice

STOCK, ADAPTED = "bare Pyramid on stock waitress", "bare Pyramid on adapted waitress"
GROWTH = {f"{students:,} students": students for students in (1_000, 100_000, 1_000_000)}
LIMITS = {
    "classroom.use_rate_limits": "true",
    "classroom.rate_limit.calls": "1000000000",
}
SECONDS_IDLE = 30

_WORKS = (
    workload.STUDENT,
    workload.PAGE,
    workload.NOT_MODIFIED,
    workload.ROSTER,
    workload.POST,
    workload.PUT,
    workload.DELETE,
)
_GROWTH_WORKS = (
    workload.STUDENT,
    workload.PAGE,
    workload.NEXT_PAGE,
    workload.LAST_PAGE,
    workload.POST,
)


def race_baselines(suite: Suite, store: Store) -> None:
    ini = Ini(suite.folder)
    entries = [
        *twice(Entry("classroom", Classroom(ini))),
        Entry(STOCK, Baseline(ini, "pyramid_on_stock_waitress")),
        Entry(ADAPTED, Baseline(ini, "pyramid_on_adapted_waitress")),
        Entry("bare waitress", Baseline(ini, "waitress")),
    ]
    with suite.running(store, entries) as servers:
        suite.measure("baselines", servers, [workload.STUDENT])


def race_peers(suite: Suite, name: str, store: Store, peers: Sequence[Peer | NodePeer]) -> None:
    entries = _entries(suite, peers)
    with suite.running(store, entries) as servers:
        check_equivalence(servers)
        suite.measure(name, servers, _WORKS)


def race_with_passwords(suite: Suite, store: Store, peers: Sequence[Peer | NodePeer]) -> None:
    entries = [entry._replace(tokens=False) for entry in _entries(suite, peers)]
    # The slowest peer checks two passwords per second. With few connections, it completes some.
    profile = replace(suite.profile, rounds=1, max_rounds=2, seconds=4, connections=2)
    with suite.running(store, entries) as servers:
        _log_in(servers)
        suite.measure("password", servers, [workload.STUDENT], profile)


def race_under_wrong_passwords(suite: Suite, store: Store) -> None:
    """Measure requests with a cached password, while other clients send wrong passwords."""
    classroom = Classroom(Ini(suite.folder))
    entries = [*twice(Entry("undisturbed", classroom)), Entry("flooded", classroom)]
    entries = [entry._replace(tokens=False) for entry in entries]
    profile = replace(suite.profile, flooded=("flooded",))
    with suite.running(store, entries) as servers:
        _log_in(servers)
        suite.measure("wrong passwords", servers, [workload.STUDENT], profile)


def race_limits(suite: Suite, store: Store) -> None:
    """Measure rate limits that no client reaches, with Redis over TCP and over a Unix socket."""
    ini, port, path = Ini(suite.folder), free_port(), suite.folder / "redis.socket"
    tcp = Classroom(ini, settings=LIMITS | {"classroom.redis_url": f"redis://127.0.0.1:{port}/0"})
    unix = Classroom(ini, settings=LIMITS | {"classroom.redis_url": f"unix://{path}"})
    entries = [
        *twice(Entry("no limits", Classroom(ini))),
        Entry("Redis over TCP", tcp),
        Entry("Redis over a unix socket", unix),
    ]
    with running_redis(port, "--unixsocket", str(path)) as redis:
        machine.move_to_load_core(redis.pid)
        with suite.running(store, entries) as servers:
            suite.measure("rate limits", servers, [workload.STUDENT])


def race_access_log(suite: Suite, store: Store) -> None:
    """Measure the access log of production.ini, written to a file."""
    silent, logging = (Ini(suite.folder, access_log) for access_log in (False, True))
    entries = [
        *twice(Entry("no access log", Classroom(silent))),
        Entry("access log", Classroom(logging)),
    ]
    with suite.running(store, entries) as servers:
        suite.measure("access log", servers, [workload.STUDENT])


def race_processes(suite: Suite, store: Store) -> None:
    """Compare one pinned process, two pinned processes, and one that is not pinned.

    The load generator runs on the other cores, or on all cores if there are no others.
    """
    ini, one, two = Ini(suite.folder), machine.CORES[:1], machine.CORES[:2]
    entries = [
        *twice(Entry("one process", Classroom(ini, runner=prefork(one)))),
        Entry("one process, not pinned", Classroom(ini), cores=machine.CORES),
        Entry("two processes", Classroom(ini, runner=prefork(two)), cores=two),
    ]
    cores = machine.CORES[2:] or machine.CORES
    with suite.running(store, entries) as servers:
        profile = replace(suite.profile, connections=16, cores=cores)
        suite.measure("scale-out", servers, [workload.STUDENT], profile)


def race_sizes(suite: Suite, database: str, store: Store) -> None:
    """Compare databases by size, with a single client so that requests do not overlap."""
    classroom = Classroom(Ini(suite.folder))
    smallest, *others = (
        Entry(name, classroom, Size(count, 200, count)) for name, count in GROWTH.items()
    )
    with suite.running(store, [*twice(smallest), *others]) as servers:
        profile = replace(suite.profile, connections=1)
        suite.measure(f"growth on {database}", servers, _GROWTH_WORKS, profile)


def measure_idle(suite: Suite, store: Store) -> None:
    """Measure the CPU time of a server without clients, run as ``make serve`` runs it."""
    print_progress("measuring an idle server")
    entry = Entry("idle", Classroom(Ini(suite.folder)), tokens=False, cores=machine.CORES)
    with suite.running(store, [entry]) as [server]:
        before = machine.cpu_seconds(server.pid)
        time.sleep(SECONDS_IDLE)
        spent = machine.cpu_seconds(server.pid) - before
    suite.idle_percent = spent / SECONDS_IDLE * 100


def _entries(suite: Suite, peers: Sequence[Peer | NodePeer]) -> list[Entry]:
    ours = twice(Entry("classroom", Classroom(Ini(suite.folder))))
    return [*ours, *(Entry(peer.name, peer) for peer in peers)]


def _log_in(servers: Sequence[Server]) -> None:
    """Send the password once, so that it is cached before the load: logins are limited."""
    for server in servers:
        send("GET", f"{server.api}students/1", server.credentials)
