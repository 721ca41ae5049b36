"""The programs that are measured: the service, its peers and the baselines."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from configparser import ConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.support.paths import BIN, ROOT
from tests.support.sockets import free_port

from .databases import Size, fill_ours, fill_peers
from .servers import Invocation

_SECRET = "not much of a secret, but long enough"
_PEERS = Path(__file__).with_name("peers")
_PEERS_BIN = ROOT / ".venv-peers" / "bin"
_SWITCH = {True: "true", False: "false"}


class Program(Protocol):
    """A program that serves the API from a database."""

    @property
    def schema(self) -> str:
        """Whose tables it has; nobody's where it needs no database."""

    def prepare(self, url: str, size: Size) -> None:
        """Make and fill a database."""

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        """How it is started on a database, with or without tokens."""


@dataclass(frozen=True)
class Ini:
    """Writes ini files like development.ini, with another application and on a port of its own."""

    folder: Path

    def write(self, port: int, app: Mapping[str, str]) -> Path:
        ini = ConfigParser(interpolation=None)
        ini.read(ROOT / "development.ini")
        ini["app:main"] = app
        ini["server:main"]["listen"] = f"127.0.0.1:{port}"
        ini["logger_classroom"]["level"] = "INFO"
        path = self.folder / f"{port}.ini"
        with path.open("w") as file:
            ini.write(file)
        return path


@dataclass(frozen=True)
class Classroom:
    """The service itself.

    :param settings: those that are not as usual.
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
            "classroom.secret_key": _SECRET,
            "classroom.use_token_auth": _SWITCH[tokens],
        }
        port = free_port()
        ini = self.ini.write(port, app | dict(self.settings))
        command = [str(word).format(ini=ini) for word in self.runner]
        return Invocation(command, port, {"PYTHONPATH": str(ROOT)}, tokens)


def prefork(cores: Sequence[int]) -> Sequence[str]:
    """A runner with a process on each of these cores; the place to try another one."""
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
        """Nothing is to be prepared."""

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        port = free_port()
        ini = self.ini.write(port, {"use": f"call:benchmarks.baselines:{self.factory}"})
        return Invocation([BIN / "pserve", ini], port, {"PYTHONPATH": str(ROOT)}, tokens=False)


@dataclass(frozen=True)
class Peer:
    """The same service on another framework, behind the server that its users take."""

    name: str
    module: str
    server: Sequence[str]

    @property
    def schema(self) -> str:
        return self.name

    def prepare(self, url: str, size: Size) -> None:
        environment = self._environment(url, tokens=True)
        script = _PEERS / f"{self.module}.py"
        subprocess.run([_PEERS_BIN / "python", script], env=environment, check=True)
        fill_peers(url, size)

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        port, (program, *words) = free_port(), self.server
        options = [word.format(port=port) for word in words]
        command = [str(_PEERS_BIN / program), *options, f"{self.module}:app"]
        return Invocation(command, port, self._environment(url, tokens), tokens)

    def _environment(self, url: str, tokens: bool) -> dict[str, str]:
        return {
            "DATABASE_URL": url,
            "SECRET_KEY": _SECRET,
            "USE_TOKEN_AUTH": _SWITCH[tokens],
            "PYTHONPATH": str(_PEERS),
        }


# As many threads as waitress has. The default worker closes each connection after one answer.
_GUNICORN = ("gunicorn", "--no-control-socket", "--threads", "4", "--bind", "127.0.0.1:{port}")
_UVICORN = ("uvicorn", "--no-access-log", "--host", "127.0.0.1", "--port", "{port}")

PEERS = (
    Peer("Flask", "flask_app", _GUNICORN),
    Peer("FastAPI", "fastapi_app", _UVICORN),
    Peer("Django REST framework", "drf_app", _GUNICORN),
    Peer("Falcon", "falcon_app", _GUNICORN),
)
