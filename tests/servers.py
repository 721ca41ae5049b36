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
from select import select
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import psycopg
import pytest
import redis
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
        yield server.effective_port
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(server.close)
        thread.join(10)


@contextmanager
def running_redis(port: int, *options: str) -> Iterator["subprocess.Popen[bytes]"]:
    address = ["--port", str(port), "--bind", "127.0.0.1"]
    command = ["redis-server", *address, "--save", "", *options]
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


def is_up(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=20)


def read_until(client: socket.socket, end: bytes) -> bytes:
    """The bytes up to and including ``end``, and none that follow."""
    received = b""
    while not received.endswith(end):
        received += (chunk := client.recv(1))
        assert chunk
    return received


class Proxy:
    """A TCP proxy to a local port that can cut a connection before it passes on an answer."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._cut_after: bytes | None = None
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        Thread(target=self._accept, daemon=True).start()

    def cut_after(self, request: bytes) -> None:
        """Keep back the answer to the next message with these bytes, and end that connection."""
        self._cut_after = request

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                Thread(target=self._forward, args=[client], daemon=True).start()

    def _forward(self, client: socket.socket) -> None:
        with client, connect(self._target) as server, suppress(OSError):
            ends = {client: server, server: client}
            is_cut = False
            while True:
                for source in select([client, server], [], [])[0]:
                    data = source.recv(65536)
                    if not data or (is_cut and source is server):
                        return
                    if self._cut_after and self._cut_after in data:
                        self._cut_after, is_cut = None, True
                    ends[source].sendall(data)


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
