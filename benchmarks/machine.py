"""The machine: its cores, and the CPU time and memory of processes (Linux, proc(5))."""

import os
import platform
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12  # positions after the process name, proc(5)

CORES = tuple(sorted(os.sched_getaffinity(0)))
"""Servers run on the first core, the load generator and the servers' databases on the last."""


def move_to_load_core(pid: int) -> None:
    """Move a process and its future children to the core of the load generator."""
    os.sched_setaffinity(pid, CORES[-1:])


def pinned_to(cores: Sequence[int]) -> list[str]:
    """Return the prefix of a command that is pinned to these cores."""
    return ["taskset", "-c", ",".join(map(str, cores))]


def describe() -> str:
    """Return the processor, the number of cores, and the operating system."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = {line.partition(": ")[2] for line in lines if line.startswith("model name")}
    return f"{' and '.join(names)}, {len(CORES)} cores, {platform.system()} {platform.release()}"


def family(pid: int) -> Iterator[int]:
    """Yield a process and its descendants, such as the workers of gunicorn."""
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from family(int(child))


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process and its descendants have used."""
    return sum(map(_own_cpu_seconds, family(pid)))


def resident_megabytes(pid: int) -> float:
    """Return the resident memory of a process, or of its largest descendant if that has more."""
    return max(map(_own_resident_megabytes, family(pid)))


def wait_until_idle(pid: int, seconds: float = 60.0) -> None:
    """Wait until a process uses no CPU time for 0.1 seconds.

    A server still works on the requests of a client that has disconnected.

    :raises TimeoutError: if it is still busy after ``seconds``.
    """
    deadline = time.monotonic() + seconds
    before = -1.0
    while (now := cpu_seconds(pid)) > before:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} is still busy after {seconds:.0f} seconds")
        before = now
        time.sleep(0.1)


def _own_cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS


def _own_resident_megabytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    kilobytes = next(line.split()[1] for line in lines if line.startswith("VmRSS"))
    return int(kilobytes) / 1024
