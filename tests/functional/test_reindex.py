"""``classroom reindex``: folded names, words and counts are what they should be again."""

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from webtest import TestApp

from classroom.db.engine import for_writing
from classroom.db.reindexing import reindex
from classroom.models.folding import fold

from ..support.commands import run
from ..support.conflicts import before_statement
from ..support.paths import BIN
from ..support.rows import insert_rows
from ..support.waiting import TIMEOUT

STUDENTS = "/api/v1.0/students/"
TABLES = {"students": "student_words", "classes": "class_words", "users": "user_words"}
DAMAGE = (
    "UPDATE students SET folded = 'wrong words' WHERE id % 3 = 0",
    "DELETE FROM student_words WHERE id % 3 = 1",
    "INSERT INTO student_words VALUES ('stray', 2)",
    "UPDATE students SET name = 'Zoë' WHERE id = 5",
    "DELETE FROM user_words",
    "UPDATE counts SET number = 7",
    "DELETE FROM counts WHERE counted = 'classes'",
)


@pytest.fixture
def damaged(dbengine: Engine) -> None:
    """More students than a batch has, with wrong words, folded names and counts."""
    names = [f"Müller {number}" for number in range(1, 1201)]
    insert_rows(dbengine, names, ["Äquatorkunde"], [(1, 1), (2, 1)])
    with dbengine.begin() as connection:
        for statement in DAMAGE:
            connection.execute(text(statement))


@pytest.fixture
def is_consistent(dbengine: Engine) -> Callable[[], None]:
    def check() -> None:
        with dbengine.connect() as connection:
            rows = connection.execute(text("SELECT counted, sum(number) FROM counts GROUP BY 1"))
            counts = dict(rows.all())
            for table, words in TABLES.items():
                names = connection.execute(text(f"SELECT id, name, folded FROM {table}")).all()
                assert [row.folded for row in names] == [fold(row.name) for row in names]
                expected = {(word, row.id) for row in names for word in row.folded.split()}
                stored = connection.execute(text(f"SELECT word, id FROM {words}"))
                assert {tuple(row) for row in stored} == expected
                assert counts[table] == len(names)
            registrations = connection.scalar(text("SELECT count(*) FROM registrations"))
            assert counts["registrations"] == registrations

    return check


@pytest.mark.usefixtures("damaged")
def test_everything_is_rebuilt(
    app_ini: Path, is_consistent: Callable[[], None], password_client: TestApp
) -> None:
    done = run(app_ini, "reindex")
    assert done.exit_code == 0, done.output
    assert "Rebuilt the search words of 1,202 names, and the counts." in done.output
    is_consistent()
    assert password_client.get(f"{STUDENTS}?q=zoe").json["urls"] == [
        "http://localhost/api/v1.0/students/5"
    ]
    password_client.post_json(STUDENTS, {"name": "new"})
    password_client.delete("/api/v1.0/classes/1")
    is_consistent()


@pytest.mark.one_combination
@pytest.mark.usefixtures("damaged")
def test_a_terminal_shows_a_progress_bar(app_ini: Path) -> None:
    command = [str(BIN / "classroom"), "-c", str(app_ini), "reindex"]
    child = pexpect.spawn(command[0], command[1:], encoding="utf-8", timeout=TIMEOUT)
    child.expect("100[0-2]/1202")  # the first batch of students, before or after the others
    child.expect_exact("1202/1202")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.usefixtures("long_timeouts", "damaged")
def test_the_service_writes_during_a_reindex(
    app_ini: Path, is_consistent: Callable[[], None], password_client: TestApp
) -> None:
    written = 0
    with subprocess.Popen([BIN / "classroom", "-c", app_ini, "reindex"]) as command:
        while command.poll() is None:
            written += 1
            student = f"{STUDENTS}{written % 1200 + 1}"
            password_client.patch_json(student, {"name": f"Łukasz {written}"}, status=200)
            new = password_client.post_json(STUDENTS, {"name": "more"}, status=201)
            if written % 2:
                password_client.delete(new.headers["Location"], status=200)
    assert command.returncode == 0
    assert written
    is_consistent()


def test_reindex_ends_even_if_rows_are_inserted(dbengine: Engine) -> None:
    insert_rows(dbengine, ["david"])
    batches: list[int] = []

    def report(rows: int) -> None:
        assert len(batches) < 10
        batches.append(rows)
        insert_rows(dbengine, ["susan"])

    reindex(for_writing(dbengine), report)
    assert len(batches) == 3  # of classes, of students and of users


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("moment", "write"),
    [
        ("UPDATE students SET folded", "UPDATE students SET name = 'Zoë', folded = 'zoe'"),
        # The classes are counted first.
        ("DELETE FROM counts", "INSERT INTO classes (name, folded) VALUES ('Zoë', 'zoe')"),
    ],
)
def test_a_write_between_two_statements_waits(
    app_ini: Path, dbengine: Engine, is_consistent: Callable[[], None], moment: str, write: str
) -> None:
    """On SQLite the transaction excludes all other writes."""
    insert_rows(dbengine, ["Ana"], ["algebra"])

    def attempt() -> None:
        with suppress(OperationalError), dbengine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = 50"))
            connection.execute(text(write))

    with before_statement(moment, attempt):
        assert run(app_ini, "reindex").exit_code == 0
    is_consistent()
