"""The environment of a run: the machine, and the versions of programs and packages."""

import json
import platform
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version

from tests.support.paths import ROOT

from . import machine
from .peer_programs import FASTIFY

_OURS = ("classroom", "pyramid", "waitress", "SQLAlchemy", "psycopg", "argon2-cffi", "redis")
_PROGRAMS = (["wrk", "-v"], ["postgres", "-V"], ["redis-server", "-v"])


def environment() -> list[str]:
    """Return a line for the machine, the packages, the programs and the peers.

    :raises FileNotFoundError: if a program is not installed.
    """
    return [
        f"{datetime.now(UTC):%d %B %Y}; {machine.describe()}",
        f"Python {platform.python_version()}, {', '.join(_packages())}",
        ", ".join(_programs()),
        f"Peers: {', '.join(_requirements())}",
        _node() if FASTIFY.is_installed else "Fastify was not measured: npm is not installed",
    ]


def _packages() -> Iterator[str]:
    return (f"{name} {version(name)}" for name in _OURS)


def _programs() -> Iterator[str]:
    for command in _PROGRAMS:
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        yield " ".join(output.splitlines()[0].split()[:3])


def _requirements() -> Iterator[str]:
    for line in (ROOT / "benchmarks" / "requirements.txt").read_text().splitlines():
        if "==" in line:
            yield line.replace("==", " ")


def _node() -> str:
    packages = json.loads((FASTIFY.folder / "package.json").read_text())["dependencies"]
    node = subprocess.check_output(["node", "--version"], text=True).strip()
    return ", ".join([f"Node.js {node}", *map(" ".join, packages.items())])
