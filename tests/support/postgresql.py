"""A real PostgreSQL."""

import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from .sockets import lasting_port


class PostgreSQL:
    """A PostgreSQL server with its own data directory.

    PostgreSQL does not run as root; root runs it as the user postgres.
    """

    def __init__(self, folder: Path, password: str = "") -> None:
        self.port = lasting_port()
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
        self._start()

    def start_as_standby(self) -> None:
        """Start a server that rejects connections with SQLSTATE 57P03 until it is restarted."""
        (mode := self._data / "standby.signal").touch()
        self._start("-c hot_standby=off")
        mode.unlink()

    def stop(self) -> None:
        self._run("pg_ctl", "stop", "-w", "-m", "fast")

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the server for a block."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop the processes of the server for a block, so that no request is answered."""
        self.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.send_signal(signal.SIGCONT)

    def send_signal(self, number: signal.Signals) -> None:
        """Signal the server and its processes for connections."""
        server = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(server, number)  # first: a stopped server starts no more processes
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        for process in map(int, children):
            with suppress(ProcessLookupError):  # a connection may just have been closed
                os.kill(process, number)

    def create(self) -> str:
        """Create a database, and return its URL."""
        database = f"classroom_{secrets.token_hex(8)}"
        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return self.url(database)

    def _start(self, settings: str = "") -> None:
        # Without fsync: data survives a crash of the process, but not of the machine.
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c fsync=off -c max_connections=200"
        # Autovacuum takes locks, and changes plans, at any time.
        options += " -c autovacuum=off"
        # By default PostgreSQL notices a deadlock only shortly before the service's lock_timeout.
        options += " -c deadlock_timeout=100ms"
        log = str(self._data / "log")
        self._run("pg_ctl", "start", "-w", "-l", log, "-o", f"{options} {settings}")

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
    # Not below pytest's directories, which only their owner can enter.
    with TemporaryDirectory(prefix="classroom-") as folder:
        server = PostgreSQL(Path(folder), password)
        server.start()
        try:
            yield server
        finally:
            server.stop()
