"""The machine: its cores, and what /proc knows about a process and its children."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # counted from behind the process's name, proc(5)

CORES = tuple(sorted(os.sched_getaffinity(0)))
"""Servers get the first, the load and what else a server needs the last."""


def stay_beside_the_server(pid: int) -> None:
    """Move a process, and all that it will start, to the core that the load comes from."""
    os.sched_setaffinity(pid, CORES[-1:])


def pinned_to(cores: Sequence[int]) -> list[str]:
    """What a command begins with that is to stay on these cores."""
    return ["taskset", "-c", ",".join(map(str, cores))]


def describe() -> str:
    """The processor, the number of its cores, and the system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(": ")[2] for line in lines if line.startswith("model name")}
    return f"{' and '.join(names)}, {len(CORES)} cores, {platform.system()} {platform.release()}"


def family(pid: int) -> Iterator[int]:
    """A process and all that it started, as gunicorn starts workers."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process and its children have used."""
    return sum(map(_own_cpu_seconds, family(pid)))


def resident_megabytes(pid: int) -> float:
    """The resident memory of the largest process among one and its children."""
    return max(map(_own_resident_megabytes, family(pid)))


def wait_until_idle(pid: int, seconds: float = 60.0) -> None:
    """Wait until a process does nothing, for a tenth of a second: what a client that left had
    asked for is still worked upon.

    :raises TimeoutError: where it never rests.
    """
    deadline = time.monotonic() + seconds
    before = -1.0
    while (now := cpu_seconds(pid)) > before:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not come to rest")
        before = now
        time.sleep(0.1)


def _own_cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS


def _own_resident_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
