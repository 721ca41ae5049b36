"""``python -m benchmarks``: hold the races, print the results, and keep those of a full bench."""

import argparse
import signal
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.servers import ROOT

from . import machine
from .databases import Files, durable_server
from .measure import Pace
from .plot import plot
from .programs import PEERS
from .races import Meeting
from .report import report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--quick", action="store_true", help="SQLite and Flask alone, one round")
    quick = parser.parse_args().quick
    if len(machine.CORES) < 2:
        parser.error("it takes two cores: one for the server, one for its load")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what was started is ended
    with TemporaryDirectory(prefix="classroom-") as folder:
        meeting = Meeting(Path(folder), Pace(rounds=1) if quick else Pace())
        (hold_some if quick else hold_all)(meeting)
    print(report(meeting))
    if not quick:
        (ROOT / "benchmarks" / "RESULTS.md").write_text(report(meeting))
        growth = {name: race for name, race in meeting.results.items() if "growth" in name}
        (ROOT / "docs" / "growth.svg").write_text(plot(growth))


def hold_some(meeting: Meeting) -> None:
    sqlite = Files(meeting.folder)
    meeting.floors(sqlite)
    meeting.peers("SQLite", sqlite, PEERS[:1])
    meeting.flood(sqlite)


def hold_all(meeting: Meeting) -> None:
    sqlite = Files(meeting.folder)
    with durable_server() as postgresql:
        meeting.floors(sqlite)
        meeting.peers("SQLite", sqlite, PEERS)
        meeting.peers("PostgreSQL", postgresql, PEERS)
        meeting.passwords(sqlite, PEERS)
        meeting.flood(sqlite)
        meeting.limits(sqlite)
        meeting.scale_out(sqlite)
        meeting.growth("growth on SQLite", sqlite)
        meeting.growth("growth on PostgreSQL", postgresql)


if __name__ == "__main__":
    main()
