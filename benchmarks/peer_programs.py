"""The peers: the same service on other frameworks, each with the server that its users choose."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from tests.support.paths import ROOT
from tests.support.sockets import free_port

from .databases import Size, fill_peers
from .programs import SECRET, SWITCH
from .servers import Invocation

FOLDER = Path(__file__).with_name("peers")
_BIN = ROOT / ".venv-peers" / "bin"


@dataclass(frozen=True)
class Peer:
    """A peer in Python."""

    name: str
    module: str
    server: Sequence[str]

    @property
    def schema(self) -> str:
        return self.name

    def prepare(self, url: str, size: Size) -> None:
        environment = self._environment(url, tokens=True)
        script = FOLDER / f"{self.module}.py"
        subprocess.run([_BIN / "python", script], env=environment, check=True)
        fill_peers(url, size)

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        port, (program, *words) = free_port(), self.server
        options = [word.format(port=port) for word in words]
        command = [str(_BIN / program), *options, f"{self.module}:app"]
        return Invocation(command, port, self._environment(url, tokens), tokens)

    def _environment(self, url: str, tokens: bool) -> dict[str, str]:
        return {
            "DATABASE_URL": url,
            "SECRET_KEY": SECRET,
            "USE_TOKEN_AUTH": SWITCH[tokens],
            "PYTHONPATH": str(FOLDER),
        }


# As many threads as waitress has. The default worker closes each connection after a response.
_GUNICORN = ("gunicorn", "--no-control-socket", "--threads", "4", "--bind", "127.0.0.1:{port}")
_UVICORN = ("uvicorn", "--no-access-log", "--host", "127.0.0.1", "--port", "{port}")

PEERS = (
    Peer("Flask", "flask_app", _GUNICORN),
    Peer("FastAPI", "fastapi_app", _UVICORN),
    Peer("Django REST framework", "drf_app", _GUNICORN),
    Peer("Falcon", "falcon_app", _GUNICORN),
)


@dataclass(frozen=True)
class NodePeer:
    """A peer for Node.js, with tokens and PostgreSQL only."""

    name: str
    folder: Path

    @property
    def schema(self) -> str:
        return self.name

    @property
    def is_installed(self) -> bool:
        return bool(shutil.which("node")) and (self.folder / "node_modules" / ".installed").exists()

    def prepare(self, url: str, size: Size) -> None:
        command = ["node", str(self.folder / "setup.js")]
        subprocess.run(command, env=os.environ | self._environment(url), check=True)
        fill_peers(url, size)

    def serve(self, url: str, tokens: bool = True) -> Invocation:
        port = free_port()
        command = ["node", str(self.folder / "app.js"), str(port)]
        return Invocation(command, port, self._environment(url), tokens)

    def _environment(self, url: str) -> dict[str, str]:
        address = make_url(url).set(drivername="postgresql")
        return {
            "DATABASE_URL": address.render_as_string(hide_password=False),
            "SECRET_KEY": SECRET,
            "NODE_ENV": "production",
        }


FASTIFY = NodePeer("Fastify", FOLDER / "fastify")
