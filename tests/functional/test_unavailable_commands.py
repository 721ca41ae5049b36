"""Commands print one line if the database is locked or unavailable."""

import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ..support.paths import BIN
from ..support.pserve import configure
from ..support.users import NAME

ADD = ["classroom", "run", "-"]
ALEMBIC = ["alembic", "-c", "development.ini", "current"]


def last_line(command: list[str], ini: Path) -> str:
    """Return the last line of a command that exits with status 1, and prints no traceback."""
    ran = subprocess.run(
        [BIN / command[0], *command[1:]],
        cwd=ini.parent,
        input="students.add('x')\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    return ran.stderr.splitlines()[-1]


@pytest.fixture
def locked_ini(app_ini: Path, sqlite_url: str) -> Iterator[Path]:
    """An ini file whose database another program is writing."""
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield app_ini


@pytest.mark.one_combination
@pytest.mark.parametrize(
    "command", [["classroom", "users"], ADD, ALEMBIC, ["pshell", "development.ini"]]
)
def test_an_unavailable_database_is_one_line(ini: Path, command: list[str]) -> None:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://nobody@127.0.0.1:1/x"})
    assert last_line(command, ini).startswith("sqlalchemy.url: connection failed: ")


@pytest.mark.one_combination
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("command", "line"),
    [
        (["classroom", "deluser", NAME], "Error: database is locked"),
        (ADD, "Error: database is locked"),
        (ALEMBIC, "sqlalchemy.url: database is locked"),
    ],
)
def test_a_locked_database_is_one_line(locked_ini: Path, command: list[str], line: str) -> None:
    assert last_line(command, locked_ini) == line
