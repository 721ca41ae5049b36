"""The commands that manage roles and teachers, and what all commands have in common."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, select
from webtest import TestApp

from classroom.db.engine import for_writing
from classroom.models.roles import Role
from classroom.models.tables import Teacher, User

from ..support.application import open_application
from ..support.commands import run
from ..support.pserve import configure
from ..support.school import School
from ..support.users import NAME, PASSWORD


@pytest.fixture(autouse=True)
def _uncached(uncached_identities: None) -> None:
    """A changed role takes effect at once."""


def roles(ini: Path) -> dict[str, str]:
    lines = run(ini, "users").stdout.splitlines()
    return dict(line.split("\t") for line in lines)


def add(ini: Path, name: str, *options: str) -> Any:
    words = ("adduser", name, "--password-stdin", *options)
    return run(ini, *words, stdin=f"{PASSWORD}\n")


def test_users_have_the_role_of_the_option(app_ini: Path) -> None:
    for role in Role:
        assert add(app_ini, f"a {role}", "--role", role.value).exit_code == 0
    assert add(app_ini, "susan").exit_code == 0
    expected = {f"a {role}": str(role) for role in Role}
    assert roles(app_ini) == {**expected, NAME: "registrar", "susan": "registrar"}


@pytest.mark.one_combination
@pytest.mark.parametrize("words", [("adduser", "susan", "--role", "boss"), ("setrole", NAME, "")])
def test_an_unknown_role_is_a_usage_error(app_ini: Path, words: tuple[str, ...]) -> None:
    refused = run(app_ini, *words)
    assert refused.exit_code == 2
    assert "'admin', 'registrar', 'teacher', 'reader'" in refused.output
    assert roles(app_ini) == {NAME: "registrar"}


def test_setrole_makes_the_first_admin_and_removes_the_last(
    app_ini: Path, password_client: TestApp
) -> None:
    password_client.get("/api/v1.0/users/", status=403)
    done = run(app_ini, "setrole", NAME, "admin")
    assert (done.exit_code, done.stdout) == (0, f"User {NAME} now has the role admin.\n")
    password_client.get("/api/v1.0/users/", status=200)
    assert run(app_ini, "setrole", NAME, "reader").exit_code == 0
    password_client.get("/api/v1.0/users/", status=403)


def test_startup_says_how_to_make_the_first_admin(
    app_ini: Path, app_settings: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with open_application(app_settings):
        assert "setrole NAME admin" in caplog.text
    caplog.clear()
    assert run(app_ini, "setrole", NAME, "admin").exit_code == 0
    with open_application(app_settings):
        assert "setrole" not in caplog.text


def test_commands_assign_and_remove_teachers(app_ini: Path, school: School) -> None:
    school.add_class()
    teacher = school.add_user(Role.TEACHER, "smith")

    def assigned() -> list[Any]:
        with school.engine.connect() as connection:
            return list(connection.scalars(select(Teacher.user_id)))

    done = run(app_ini, "assign", "smith", "1")
    assert (done.exit_code, done.stdout) == (0, "User smith teaches class 1.\n")
    assert assigned() == [teacher]
    done = run(app_ini, "unassign", "smith", "1")
    assert (done.exit_code, done.stdout) == (0, "User smith no longer teaches class 1.\n")
    assert assigned() == []
    assert run(app_ini, "assign", "smith", "1").exit_code == 0
    assert run(app_ini, "setrole", "smith", "teacher").exit_code == 0
    assert assigned() == [teacher]
    assert run(app_ini, "setrole", "smith", "reader").exit_code == 0
    assert assigned() == []


INVALID = [
    ("assign nobody 1", "User nobody not found."),
    ("assign smith 9", "Class 9 not found."),
    ("assign smith 2", "User smith already teaches class 2."),
    (f"assign {NAME} 1", f"User {NAME} does not have the role teacher."),
    ("unassign nobody 1", "User nobody not found."),
    ("unassign smith 1", "User smith does not teach class 1."),
    ("setrole nobody admin", "User nobody not found."),
    ("setrole a:b admin", "must not have a colon"),
]


def test_an_error_is_one_line_and_changes_nothing(
    app_ini: Path, school: School, subtests: pytest.Subtests
) -> None:
    school.add_class()
    school.assign(school.add_user(Role.TEACHER, "smith"), school.add_class())
    before = roles(app_ini)
    for command, message in INVALID:
        with subtests.test(command):
            refused = run(app_ini, *command.split())
            assert (refused.exit_code, refused.stdout, refused.stderr.count("\n")) == (1, "", 1)
            assert refused.stderr.startswith("Error: ")
            assert message in refused.stderr
    assert roles(app_ini) == before


@pytest.mark.usefixtures("short_busy_timeout")
def test_a_locked_database_is_one_error_line(app_ini: Path, dbengine: Engine) -> None:
    with for_writing(dbengine).connect() as connection, connection.begin():
        connection.execute(select(User).with_for_update()).all()
        refused = run(app_ini, "setrole", NAME, "admin")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "lock" in refused.stderr


def test_every_command_that_writes_names_its_database(
    app_ini: Path, app_settings: dict[str, str], school: School
) -> None:
    school.add_class()
    shown = make_url(app_settings["sqlalchemy.url"]).render_as_string(hide_password=False)
    stdin = f"{PASSWORD}\n"
    for words in (
        ("adduser", "susan", "--password-stdin", "--role", "teacher"),
        ("passwd", "susan", "--password-stdin"),
        ("assign", "susan", "1"),
        ("unassign", "susan", "1"),
        ("setrole", "susan", "reader"),
        ("deluser", "susan"),
    ):
        done = run(app_ini, *words, stdin=stdin)
        assert (done.exit_code, done.stderr) == (0, f"Database: {shown}\n"), words
    assert run(app_ini, "users").stderr == ""


@pytest.mark.one_combination
@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://classroom:swordfish@127.0.0.1:{port}/{name}",
        "postgresql+psycopg://classroom@127.0.0.1:{port}/{name}?password=swordfish",
    ],
)
def test_the_database_is_named_without_its_password(
    postgresql_url: str, app_ini: Path, url: str
) -> None:
    address = make_url(postgresql_url)
    wanted = url.format(port=address.port, name=address.database)
    configure(app_ini, {"sqlalchemy.url": wanted})
    done = run(app_ini, "setrole", NAME, "admin")
    assert done.exit_code == 0
    assert "swordfish" not in done.output
    assert f"@127.0.0.1:{address.port}/{address.database}" in done.stderr


@pytest.mark.one_combination
def test_the_version_is_that_of_the_package(app_ini: Path) -> None:
    assert run(app_ini, "--version").stdout == f"classroom {version('classroom')}\n"
