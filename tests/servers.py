"""Real servers: Redis, PostgreSQL, waitress and pserve, each on a free port."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from configparser import ConfigParser
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import psycopg
import pytest
import redis
from waitress import wasyncore
from waitress.server import create_server

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

_WATCHED = """
[pipeline:watched]
pipeline = contract main

[filter:contract]
paste.filter_factory = tests.contract:filter_factory
faults = %(here)s/faults
"""


def free_port(*candidates: int) -> int:
    """A port that nobody listens on: any, or the first such among ``candidates``."""
    for port in candidates or (0,):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise OSError("no port is free")


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What ``condition`` gives as soon as that is true; a failure where it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    pytest.fail(f"{condition} did not come true")


@contextmanager
def serving(app: Any, **settings: str) -> Iterator[int]:
    """The application behind a waitress of its own, set up as in development.ini; its port."""
    ini = ConfigParser(interpolation=None)
    ini.read(ROOT / "development.ini")
    settings = {**ini["server:main"], "listen": "127.0.0.1:0", "threads": "8", **settings}
    del settings["use"]
    server = create_server(app, **settings)
    # The loop runs on if a failed test leaves a connection behind.
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(server.close)
        thread.join(10)
        wasyncore.close_all(server._map)


@contextmanager
def running_redis(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """A server on a port, and on a Unix socket in a folder of its own."""
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with TemporaryDirectory(prefix="classroom-") as folder:
        command += ["--unixsocket", f"{folder}/redis.sock"]
        server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            wait_for(lambda: _answers(port))
            yield server
        finally:
            server.kill()
            server.wait()


def _answers(port: int) -> bool:
    with redis.Redis(port=port) as client:
        try:
            return client.ping()
        except redis.ConnectionError:
            return False


def copy_ini(name: str, folder: Path, port: int, settings: Mapping[str, str] = {}) -> Path:
    """Copy an ini file of the project with another port and with more settings."""
    ini = ConfigParser(interpolation=None)
    ini.read(ROOT / name)
    ini["server:main"]["listen"] = f"localhost:{port}"
    ini["app:main"].update(settings)
    path = folder / name
    with path.open("w") as file:
        ini.write(file)
    return path


@contextmanager
def pserve(ini: Path) -> Iterator["subprocess.Popen[str]"]:
    """A server that has been started, in the folder of its ini file, and whose answers are held
    against the contract."""
    if _WATCHED not in (text := ini.read_text()):
        ini.write_text(text + _WATCHED)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen(
        [BIN / "pserve", ini.name, "--app-name=watched"],
        cwd=ini.parent,
        env=environ,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield server
    finally:
        server.kill()
        server.communicate()
    faults = ini.with_name("faults")
    assert not faults.exists(), faults.read_text()


def is_up(address: int | Path) -> bool:
    with _socket(address) as probe:
        return probe.connect_ex(_name(address)) == 0


def connect(address: int | Path) -> socket.socket:
    """Connect to a port of this machine, or to the path of a Unix socket."""
    client = _socket(address)
    client.settimeout(20)
    client.connect(_name(address))
    return client


def _socket(address: int | Path) -> socket.socket:
    return socket.socket(socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET)


def _name(address: int | Path) -> Any:
    return str(address) if isinstance(address, Path) else ("127.0.0.1", address)


def connect_without_reading(port: int) -> socket.socket:
    """A connection that accepts no more than some 100 kB until it is read."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 262144)
    client.settimeout(20)
    client.connect(("127.0.0.1", port))
    return client


def read_all(client: socket.socket) -> bytes:
    """All bytes until the server closes the connection."""
    received = bytearray()
    with suppress(ConnectionError):
        while chunk := client.recv(65536):
            received += chunk
    return bytes(received)


def read_until(client: socket.socket, end: bytes) -> bytes:
    """The bytes up to and including ``end``, and none that follow."""
    received = b""
    while not received.endswith(end):
        received += (chunk := client.recv(1))
        assert chunk
    return received


class PostgreSQL:
    """A PostgreSQL server with its data in a folder of its own; it will not run as root."""

    def __init__(self, folder: Path, password: str = "") -> None:
        self.port = free_port()
        self._data = folder / "data"
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(folder, self._user)
        auth = ["--auth=trust"]
        if password:
            (file := folder / "password").write_text(password)
            auth = ["--auth=scram-sha-256", f"--pwfile={file}"]
        self._run("initdb", "--username=classroom", *auth, "--encoding=UTF8", "--no-sync")

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://classroom@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        # Without fsync: what is promised here survives the end of a process, not of the machine.
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c fsync=off -c max_connections=200"
        self._run("pg_ctl", "start", "-w", "-l", str(self._data / "log"), "-o", options)

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "fast")

    def send_signal(self, number: signal.Signals) -> None:
        """Signal the server, and every process that it has for a connection."""
        server = int((self._data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in (server, *map(int, children)):
            os.kill(process, number)

    def create(self) -> str:
        """A new database; its URL."""
        database = f"classroom_{secrets.token_hex(8)}"
        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return self.url(database)

    def _run(self, program: str, *words: str) -> None:
        path = shutil.which(program) or max(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
        subprocess.run(
            [path, "-D", self._data, *words],
            user=self._user,
            cwd=self._data.parent,
            check=True,
            stdout=subprocess.DEVNULL,
        )


@contextmanager
def running_postgresql(password: str = "") -> Iterator[PostgreSQL]:
    # Not below pytest's folders, which are for their owner alone.
    with TemporaryDirectory(prefix="classroom-") as folder:
        server = PostgreSQL(Path(folder), password)
        server.start()
        try:
            yield server
        finally:
            server.stop()
