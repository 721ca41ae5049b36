"""Commands print one line if the database is locked or unavailable."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from classroom.settings import SettingError

from ..support.commands import alembic, run, run_program
from ..support.pserve import configure
from ..support.users import NAME

ADD = ("run", "-")


def last_line(ini: Path, *words: str) -> str:
    """Return the last line of a command that exits with status 1, and prints no traceback."""
    refused = run(ini, *words, stdin="students.add('x')\n")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    return refused.output.splitlines()[-1]


@pytest.fixture
def locked_ini(app_ini: Path, sqlite_url: str, short_busy_timeout: None) -> Iterator[Path]:
    """An ini file whose database another program is writing."""
    path = sqlite_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield app_ini


@pytest.fixture
def unavailable_ini(ini: Path) -> Path:
    configure(ini, {"sqlalchemy.url": "postgresql+psycopg://nobody@127.0.0.1:1/x"})
    return ini


CONNECTION_FAILED = "sqlalchemy.url: connection failed: "


@pytest.mark.parametrize("words", [("users",), ADD])
def test_an_unavailable_database_is_one_error_line(
    unavailable_ini: Path, words: tuple[str, ...]
) -> None:
    assert last_line(unavailable_ini, *words).startswith(CONNECTION_FAILED)


def test_an_unavailable_database_ends_alembic_and_pshell(unavailable_ini: Path) -> None:
    with pytest.raises(SettingError, match=f"^{CONNECTION_FAILED}.*$"):
        alembic(unavailable_ini, "current")
    pshell = run_program(unavailable_ini.parent, "pshell", str(unavailable_ini), status=1)
    assert "Traceback" not in pshell.stderr
    assert pshell.stderr.splitlines()[-1].startswith(CONNECTION_FAILED)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", [("deluser", NAME), ADD])
def test_each_command_reports_a_locked_database_in_one_line(
    locked_ini: Path, words: tuple[str, ...]
) -> None:
    assert last_line(locked_ini, *words) == "Error: database is locked"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_locked_database_ends_alembic(locked_ini: Path) -> None:
    with pytest.raises(SettingError, match=r"^sqlalchemy\.url: database is locked$"):
        alembic(locked_ini, "current")
