"""``python -m benchmarks``: run the benchmarks, print the results, and save those of a full run."""

import argparse
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.paths import ROOT

from . import machine, races
from .databases import Files, durable_server
from .environment import environment
from .peer_programs import FASTIFY, PEERS
from .plot import plot
from .report import report
from .suite import Suite
from .wrk import LoadProfile

_QUICK = LoadProfile(rounds=1, max_rounds=1)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument(
        "--quick", action="store_true", help="one round, with SQLite and Flask only"
    )
    options = parser.parse_args()
    if len(machine.CORES) < 2:
        parser.error("two cores are required: one for the server, one for the load generator")
    # Raises KeyboardInterrupt, so that the servers are stopped.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with TemporaryDirectory(prefix="classroom-") as folder:
        suite = Suite(Path(folder), _QUICK if options.quick else LoadProfile())
        (run_some if options.quick else run_all)(suite)
    results = report(suite, environment())
    print(results)
    if not options.quick:
        save(suite, results)


def run_some(suite: Suite) -> None:
    """Run the races that need neither PostgreSQL nor Redis, against one peer."""
    sqlite = Files(suite.folder)
    races.race_baselines(suite, sqlite)
    races.race_peers(suite, "SQLite", sqlite, PEERS[:1])
    races.race_under_wrong_passwords(suite, sqlite)
    races.race_access_log(suite, sqlite)


def run_all(suite: Suite) -> None:
    """Run every race."""
    sqlite = Files(suite.folder)
    node = [FASTIFY] if FASTIFY.is_installed else []
    races.race_baselines(suite, sqlite)
    races.race_peers(suite, "SQLite", sqlite, PEERS)
    races.race_with_passwords(suite, sqlite, PEERS)
    races.race_under_wrong_passwords(suite, sqlite)
    races.race_limits(suite, sqlite)
    races.race_access_log(suite, sqlite)
    races.race_processes(suite, sqlite)
    races.measure_idle(suite, sqlite)
    races.race_sizes(suite, "SQLite", sqlite)
    with durable_server() as postgresql:
        races.race_peers(suite, "PostgreSQL", postgresql, [*PEERS, *node])
        races.race_sizes(suite, "PostgreSQL", postgresql)


def save(suite: Suite, results: str) -> None:
    """Write the results and the plot of growth."""
    (ROOT / "benchmarks" / "RESULTS.md").write_text(results)
    growth = {name: race for name, race in suite.results.items() if "growth" in name}
    (ROOT / "docs" / "growth.svg").write_text(plot(growth))


if __name__ == "__main__":
    main()
