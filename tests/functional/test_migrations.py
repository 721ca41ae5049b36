"""The migrations, startup and the models agree about the tables."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, inspect, text

from classroom.db.engine import make_engine
from classroom.db.revision import head
from classroom.db.startup import open_database
from classroom.settings import SettingError

from ..support.clock import now
from ..support.commands import alembic
from ..support.paths import ROOT
from ..support.pserve import configure


@pytest.fixture
def engine(empty_url: str) -> Iterator[Engine]:
    engine = make_engine({"sqlalchemy.url": empty_url})
    yield engine
    engine.dispose()


@pytest.fixture
def ini(ini: Path, empty_url: str) -> Path:
    """development.ini with the empty database."""
    configure(ini, {"sqlalchemy.url": empty_url})
    return ini


def tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_alembic_creates_and_drops_the_tables_of_the_models(ini: Path, engine: Engine) -> None:
    alembic(ini, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(ini, "check")
    assert tables(engine) >= {"students", "classes", "registrations", "users"}
    alembic(ini, "downgrade", "base")
    assert tables(engine) <= {"alembic_version", "sqlite_sequence"}


# Migrations must not depend on these: they change after a migration was written.
DOMAIN = [
    *("models", "db.backfill", "db.queries", "db.writes", "schemas", "resources", "views"),
    *("security", "openapi"),
]
WITHOUT_DOMAIN = f"""
import sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if any((name + ".").startswith(f"classroom.{{package}}.") for package in {DOMAIN}):
            raise ImportError(name)

sys.meta_path.insert(0, Finder())
from alembic.config import main

for words in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
    main(["-c", sys.argv[1], *words])
"""


def test_migrations_run_without_the_domain_code(ini: Path, engine: Engine) -> None:
    command = [sys.executable, "-c", WITHOUT_DOMAIN, ini.name]
    subprocess.run(command, cwd=ini.parent, check=True)
    assert tables(engine) >= {"students", "classes", "registrations", "users"}


def test_startup_creates_the_same_tables_as_alembic(ini: Path, empty_url: str) -> None:
    open_database({"sqlalchemy.url": empty_url}).dispose()
    assert "No new upgrade operations detected" in alembic(ini, "check")


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def test_startup_accepts_tables_created_by_another_process(empty_url: str) -> None:
    settings = {"sqlalchemy.url": empty_url}
    searches = []

    def create_tables(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not searches and re.search("pg_class|table_info|sqlite_master", statement):
            searches.append(statement)
            open_database(settings).dispose()

    event.listen(Engine, "after_cursor_execute", create_tables)
    try:
        open_database(settings).dispose()
    finally:
        event.remove(Engine, "after_cursor_execute", create_tables)
    assert searches


def test_users_keep_their_data_when_they_get_and_lose_roles(
    ini: Path, engine: Engine, empty_url: str
) -> None:
    users = "SELECT id, name, password_hash FROM users ORDER BY id"
    alembic(ini, "upgrade", "0004")
    execute(
        engine,
        "INSERT INTO users (name, password_hash) VALUES ('José Pérez', 'one'), ('gone', 'two')",
        "DELETE FROM users WHERE name = 'gone'",
        "INSERT INTO classes (name) VALUES ('algebra')",
        "INSERT INTO students (name) VALUES ('david')",
        "INSERT INTO registrations VALUES (1, 1, '2014-04-04 01:05:50')",
    )
    before = rows(engine, users)
    alembic(ini, "upgrade", "head")
    assert rows(engine, "SELECT id, role FROM users") == [(1, "registrar")]
    open_database({"sqlalchemy.url": empty_url}).dispose()
    assert rows(engine, "SELECT word FROM user_words ORDER BY word") == [("jose",), ("perez",)]
    execute(
        engine,
        "UPDATE users SET role = 'teacher'",
        "INSERT INTO teachers (class_id, user_id) VALUES (1, 1)",
    )
    assert rows(engine, users) == before
    alembic(ini, "downgrade", "0004")
    assert rows(engine, users) == before
    assert rows(engine, "SELECT student_id, class_id FROM registrations") == [(1, 1)]
    execute(engine, "INSERT INTO users (name, password_hash) VALUES ('susan', 'three')")
    alembic(ini, "upgrade", "head")
    assert rows(engine, users) == [*before, (3, "susan", "three")]
    assert rows(engine, "SELECT sum(number) FROM counts WHERE counted = 'users'") == [(2,)]
    assert "No new upgrade operations detected" in alembic(ini, "check")


def test_the_previous_release_adds_users_who_are_registrars(
    ini: Path, engine: Engine, empty_url: str
) -> None:
    alembic(ini, "upgrade", "head")
    execute(engine, "INSERT INTO users (name, password_hash) VALUES ('Susan', 'hash')")
    open_database({"sqlalchemy.url": empty_url}).dispose()
    assert rows(engine, "SELECT role, folded FROM users") == [("registrar", "susan")]


def test_students_keep_their_data_when_they_get_and_lose_times(
    ini: Path, engine: Engine, empty_url: str
) -> None:
    students = "SELECT id, name FROM students ORDER BY id"
    words = "SELECT word, id FROM student_words ORDER BY word"
    alembic(ini, "upgrade", "0006")
    execute(
        engine,
        "INSERT INTO students (name, folded) VALUES ('José', 'jose'), ('{b}', '{b}'), ('c', 'c')",
        "DELETE FROM students WHERE id = 3",
        "INSERT INTO classes (name) VALUES ('algebra')",
        "DELETE FROM classes",
        "INSERT INTO classes (name) VALUES ('algebra')",
        "INSERT INTO registrations VALUES (1, 2, '2014-04-04 01:05:50')",
    )
    before = rows(engine, students), rows(engine, words)
    with now() as bounds:
        alembic(ini, "upgrade", "head")
    assert (rows(engine, students), rows(engine, words)) == before
    times = rows(engine, "SELECT source_id, created_at, updated_at FROM students")
    assert len(times) == 2
    for source_id, created, updated in times:
        assert source_id is None
        assert bounds[0] <= in_utc(created) == in_utc(updated) <= bounds[1]
    execute(
        engine,
        "INSERT INTO students (name, folded) VALUES ('d e', 'd e')",
        "INSERT INTO classes (name) VALUES ('logic')",
    )
    assert rows(engine, "SELECT max(id) FROM students") == [(4,)]
    assert rows(engine, "SELECT id FROM classes ORDER BY id") == [(2,), (3,)]
    open_database({"sqlalchemy.url": empty_url}).dispose()
    assert rows(engine, "SELECT folded FROM classes WHERE id = 3") == [("logic",)]
    alembic(ini, "downgrade", "0006")
    assert rows(engine, students) == [*before[0], (4, "d e")]
    assert rows(engine, words) == sorted([*before[1], ("d", 4), ("e", 4)])
    execute(engine, "DELETE FROM students WHERE id IN (1, 4)")
    assert rows(engine, "SELECT count(*) FROM registrations") == [(0,)]
    alembic(ini, "upgrade", "head")
    execute(engine, "INSERT INTO students (name) VALUES ('e')")
    assert rows(engine, "SELECT id FROM students ORDER BY id") == [(2,), (5,)]
    assert rows(engine, "SELECT sum(number) FROM counts WHERE counted = 'students'") == [(2,)]
    assert "No new upgrade operations detected" in alembic(ini, "check")


def in_utc(time: Any) -> datetime:
    """Return a time that SQLite returns as text, or PostgreSQL as a datetime."""
    return datetime.fromisoformat(f"{time}Z") if isinstance(time, str) else time


NEWER = "UPDATE alembic_version SET version_num = '9999', oldest_code = {}"
OTHER_REVISIONS = [
    ("UPDATE alembic_version SET version_num = '0000'", "alembic -c INI upgrade head"),
    (NEWER.format("'9998'"), "newer version of classroom"),
    (NEWER.format("NULL"), "newer version of classroom"),
    ("DELETE FROM alembic_version", "alembic -c INI upgrade head"),
    ("DROP TABLE alembic_version", "tables that classroom did not create"),
]


def test_a_different_revision_aborts_startup_with_advice(
    empty_url: str, engine: Engine, subtests: pytest.Subtests
) -> None:
    open_database({"sqlalchemy.url": empty_url}).dispose()
    for statement, advice in OTHER_REVISIONS:
        execute(engine, statement)
        with (
            subtests.test(statement),
            pytest.raises(SettingError, match=f"^sqlalchemy.url: .*{advice}"),
        ):
            open_database({"sqlalchemy.url": empty_url})


def test_a_batch_operation_keeps_referencing_rows(ini: Path, engine: Engine) -> None:
    """SQLite alters a table by copying it and dropping the old one."""
    alembic(ini, "upgrade", "head")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO students (name) VALUES ('david')",
            "INSERT INTO classes (name) VALUES ('algebra')",
            "INSERT INTO registrations VALUES (1, 1, '2014-04-04 01:05:50')",
        ):
            connection.execute(text(statement))
    scripts = ini.parent / "alembic"
    subprocess.run(["cp", "-r", ROOT / "classroom" / "alembic", scripts], check=True)
    (scripts / "versions" / "9999_longer_names.py").write_text(
        LONGER_NAMES.replace("{head}", head())
    )
    ini.write_text(ini.read_text().replace("classroom:alembic", str(scripts)))
    alembic(ini, "upgrade", "head")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM registrations")).scalar() == 1
        connection.execute(text("DELETE FROM students"))
        assert connection.execute(text("SELECT count(*) FROM registrations")).scalar() == 0


LONGER_NAMES = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{head}"


def upgrade():
    kept = {"sqlite_autoincrement": True}
    with op.batch_alter_table("students", table_kwargs=kept) as batch:
        batch.alter_column("name", type_=sa.String(80))
"""
