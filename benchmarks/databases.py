"""Create and fill a database once, and copy it for each server."""

import itertools
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import psycopg
from sqlalchemy import Engine, MetaData, Table, create_engine, insert, make_url, text

from classroom.db import user_writes
from classroom.db.startup import open_database
from classroom.models import Base
from classroom.security.passwords import hash_password
from tests.support.postgresql import PostgreSQL

from .machine import move_to_load_core

NAME, PASSWORD = "miguel", "cat"

_BATCH = 10_000
_FIRST_TIMESTAMP = datetime(2014, 4, 9, tzinfo=UTC)


class Size(NamedTuple):
    """The number of rows of each table.

    There can be at most ``students * classes`` registrations.
    """

    students: int
    classes: int
    registrations: int


class Store(Protocol):
    """A place for databases. Both methods return the URL of a new one."""

    def create(self) -> str: ...

    def copy(self, url: str) -> str: ...


class Files:
    """SQLite databases, as files in a directory."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count(1)

    def create(self) -> str:
        return f"sqlite:///{self._folder}/{next(self._numbers)}.sqlite"

    def copy(self, url: str) -> str:
        """Copy a database that no process has open, so that one file contains all of it."""
        target = self.create()
        shutil.copyfile(str(make_url(url).database), str(make_url(target).database))
        return target


class DurableServer(PostgreSQL):
    """The tests' server, but with fsync: a commit survives a power failure, as with SQLite."""

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c max_connections=300"
        self._run("pg_ctl", "start", "-w", "-l", str(self._data / "log"), "-o", options)
        move_to_load_core(int((self._data / "postmaster.pid").read_text().split()[0]))

    def copy(self, url: str) -> str:
        """Copy a database to which no client is connected."""
        name, template = f"copy_{secrets.token_hex(8)}", make_url(url).database
        address = self.url("postgres").replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            statement = f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"
            connection.execute(statement.encode())
        return self.url(name)


@contextmanager
def durable_server() -> Iterator[DurableServer]:
    """Run a server with its own data directory."""
    # Not in the suite's directory, since the user postgres must have access.
    with TemporaryDirectory(prefix="classroom-") as folder:
        server = DurableServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def fill_ours(url: str, size: Size) -> None:
    """Create a database of the service with its tables, a user and ``size`` rows."""
    engine = open_database({"sqlalchemy.url": url})
    with engine.begin() as connection:
        user_writes.add_user(connection, NAME, hash_password(PASSWORD))
    _fill(engine, Base.metadata.tables, size)


def fill_peers(url: str, size: Size) -> None:
    """Fill the tables that a peer has created. Their names and columns are the same as ours."""
    engine, metadata = create_engine(url), MetaData()
    metadata.reflect(engine)
    _fill(engine, metadata.tables, size)


def _fill(engine: Engine, tables: Mapping[str, Table], size: Size) -> None:
    with engine.begin() as connection:
        for name, count in size._asdict().items():
            for start in range(0, count, _BATCH):
                numbers = range(start, min(start + _BATCH, count))
                # With RETURNING, SQLAlchemy sends many rows in one statement.
                table = tables[name]
                statement = insert(table).returning(*table.primary_key)
                connection.execute(statement, list(_rows(name, numbers, size)))
    _maintain(engine)
    engine.dispose()


def _rows(table: str, numbers: range, size: Size) -> Iterator[dict[str, Any]]:
    for number in numbers:
        timestamp = _FIRST_TIMESTAMP + timedelta(seconds=number)
        if table != "registrations":
            name = f"{table} {number + 1}"
            yield {"name": name, "created_at": timestamp, "updated_at": timestamp}
            continue
        student_id, class_id = _registration(number, size)
        yield {"student_id": student_id, "class_id": class_id, "timestamp": timestamp}


def registrations(size: Size) -> Iterator[tuple[int, int]]:
    """Yield the ids of the student and the class of each registration."""
    return (_registration(number, size) for number in range(size.registrations))


def _registration(number: int, size: Size) -> tuple[int, int]:
    turn, student = divmod(number, size.students)
    return student + 1, (student + turn) % size.classes + 1


def _maintain(engine: Engine) -> None:
    """Do maintenance now that the database would otherwise do during a measurement."""
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
            connection.execute(text("CHECKPOINT"))
        else:
            connection.execute(text("ANALYZE"))
