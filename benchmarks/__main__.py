"""``python -m benchmarks``: run the races, print the results, and save those of a full bench."""

import argparse
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers import ROOT

from . import machine
from .databases import Files, durable_server
from .environment import environment
from .measure import LoadProfile
from .plot import plot
from .programs import PEERS
from .races import Suite
from .report import report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="SQLite and Flask alone, one round")
    parser.add_argument("--rounds", type=int, help="runs of each server; more reduce the noise")
    options = parser.parse_args()
    quick, rounds = options.quick, options.rounds or (1 if options.quick else 3)
    if len(machine.CORES) < 2:
        parser.error("it takes two cores: one for the server, one for its load")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    with TemporaryDirectory(prefix="classroom-") as folder:
        suite = Suite(Path(folder), LoadProfile(rounds=rounds))
        (run_some if quick else run_all)(suite)
    results = report(suite, environment())
    print(results)
    if not quick:
        (ROOT / "benchmarks" / "RESULTS.md").write_text(results)
        growth = {name: race for name, race in suite.results.items() if "growth" in name}
        (ROOT / "docs" / "growth.svg").write_text(plot(growth))


def run_some(suite: Suite) -> None:
    sqlite = Files(suite.folder)
    suite.baselines(sqlite)
    suite.peers("SQLite", sqlite, PEERS[:1])
    suite.flood(sqlite)


def run_all(suite: Suite) -> None:
    sqlite = Files(suite.folder)
    with durable_server() as postgresql:
        suite.baselines(sqlite)
        suite.peers("SQLite", sqlite, PEERS)
        suite.peers("PostgreSQL", postgresql, PEERS)
        suite.passwords(sqlite, PEERS)
        suite.flood(sqlite)
        suite.limits(sqlite)
        suite.scale_out(sqlite)
        suite.growth("growth on SQLite", sqlite)
        suite.growth("growth on PostgreSQL", postgresql)


if __name__ == "__main__":
    main()
