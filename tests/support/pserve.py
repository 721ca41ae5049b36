"""A real ``pserve``, and the ini files that it reads."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from contextlib import contextmanager
from pathlib import Path

from .paths import BIN, ROOT
from .sockets import is_up
from .waiting import wait_for

_VALIDATED = """
[pipeline:validated]
pipeline = contract main

[filter:contract]
paste.filter_factory = tests.support.validation:filter_factory
errors = %(here)s/errors
"""


def copy_ini(name: str, folder: Path, port: int, settings: Mapping[str, str] = {}) -> Path:
    """Copy an ini file of the project, with another port and with more settings."""
    ini = _read(ROOT / name)
    ini["server:main"]["listen"] = f"localhost:{port}"
    if "handler_access" in ini:
        # Tests read the pipe of stderr at the end only, and the service would block if it is full.
        log = str(folder / "access.log")
        ini["handler_access"].update({"class": "FileHandler", "args": repr((log, "a"))})
    return _write(ini, folder / name, settings)


def configure(ini: Path, settings: Mapping[str, str]) -> None:
    """Change settings of the application in an ini file."""
    _write(_read(ini), ini, settings)


def _read(path: Path) -> ConfigParser:
    ini = ConfigParser(interpolation=None)
    ini.read(path)
    return ini


def _write(ini: ConfigParser, path: Path, settings: Mapping[str, str]) -> Path:
    ini["app:main"].update(settings)
    path.touch(mode=0o600)
    with path.open("w") as file:
        ini.write(file)
    return path


@contextmanager
def pserve(ini: Path, app: str = "main") -> Iterator["subprocess.Popen[str]"]:
    """Run ``pserve`` in the directory of its ini file.

    The ``app`` "validated" validates its responses, and starts later.

    Yields the process once it accepts connections or has exited.
    """
    if _VALIDATED not in (text := ini.read_text()):
        ini.write_text(text + _VALIDATED)
    server = subprocess.Popen(
        [BIN / "pserve", ini.name, f"--app-name={app}"],
        cwd=ini.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        text=True,
    )
    address = address_of(ini)
    try:
        wait_for(lambda: is_up(address) or server.poll() is not None)
        yield server
    finally:
        server.kill()
        server.communicate()
    errors = ini.with_name("errors")
    assert not errors.exists(), errors.read_text()


def address_of(ini: Path) -> int | Path:
    """Return the port, the last if there are several, or the path of the Unix socket."""
    server = _read(ini)["server:main"]
    if path := server.get("unix_socket"):
        return Path(path)
    return int(server["listen"].rpartition(":")[2])
