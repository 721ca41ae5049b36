"""The programs that are measured: the service and the baselines."""

import sys
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.support.paths import BIN, ROOT
from tests.support.sockets import free_port

from .databases import Size, fill_ours
from .servers import Invocation

SECRET = "an insecure key, for benchmarks only"
SWITCH = {True: "true", False: "false"}


class Program(Protocol):
    """A program that serves the API from a database."""

    @property
    def schema(self) -> str:
        """A name for its tables, or an empty string if it has no database."""

    def prepare(self, url: str, size: Size) -> None:
        """Create and fill a database."""

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        """Return how to start it with a database.

        :param tokens: whether it uses token authentication.
        """


@dataclass(frozen=True)
class Ini:
    """A writer of ini files like production.ini, with another application and another port.

    :param access_log: whether the servers log each request, which the peers do not.
    """

    folder: Path
    access_log: bool = False

    def write(self, port: int, app: Mapping[str, str]) -> Path:
        ini = ConfigParser(interpolation=None)
        ini.read(ROOT / "production.ini")
        ini["app:main"] = app
        ini["server:main"]["listen"] = f"127.0.0.1:{port}"
        if not self.access_log:
            ini["logger_access"]["level"] = "WARNING"
        path = self.folder / f"{port}.ini"
        with path.open("w") as file:
            ini.write(file)
        return path


@dataclass(frozen=True)
class Classroom:
    """The service itself.

    :param settings: additional settings.
    :param runner: the command that serves an {ini} file.
    """

    ini: Ini
    schema: str = "classroom"
    settings: Mapping[str, str] = field(default_factory=dict)
    runner: Sequence[str | Path] = (BIN / "pserve", "{ini}")

    def prepare(self, url: str, size: Size) -> None:
        fill_ours(url, size)

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        app = {
            "use": "egg:classroom",
            "sqlalchemy.url": url,
            "classroom.secret_key": SECRET,
            "classroom.use_token_auth": SWITCH[tokens],
        }
        port = free_port()
        ini = self.ini.write(port, app | dict(self.settings))
        command = [str(word).format(ini=ini) for word in self.runner]
        return Invocation(command, port, {"PYTHONPATH": str(ROOT)}, tokens)


def prefork(cores: Sequence[int]) -> Sequence[str]:
    """Return a runner that serves with one process pinned to each of these cores."""
    return (sys.executable, "-m", "benchmarks.prefork", "{ini}", ",".join(map(str, cores)))


@dataclass(frozen=True)
class Baseline:
    """A part of the stack alone, without a database and without authentication.

    :param factory: a function of :mod:`benchmarks.baselines`.
    """

    ini: Ini
    factory: str
    schema: str = ""

    def prepare(self, url: str, size: Size) -> None:
        """Do nothing: there is no database."""

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        port = free_port()
        ini = self.ini.write(port, {"use": f"call:benchmarks.baselines:{self.factory}"})
        return Invocation([BIN / "pserve", ini], port, {"PYTHONPATH": str(ROOT)}, tokens=False)
