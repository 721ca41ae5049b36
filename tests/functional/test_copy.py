"""``classroom copy``, from each kind of database to the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result
from sqlalchemy import Engine, insert, text
from webtest import TestApp

from classroom.db import copying
from classroom.db.engine import make_engine
from classroom.models.tables import Student

from ..support.application import API, client_of, open_application
from ..support.commands import run
from ..support.postgresql import PostgreSQL, running_postgresql
from ..support.rows import insert_rows
from ..support.school import School
from ..support.users import NAME

SERVER_PASSWORD = "swordfish"


@pytest.fixture
def target_url(database_url: str, tmp_path: Path, postgresql: PostgreSQL) -> str:
    """An empty database of the other kind."""
    if database_url.startswith("postgresql"):
        return f"sqlite:///{tmp_path}/target.sqlite"
    return postgresql.create()


@pytest.fixture
def source(password_client: TestApp, dbengine: Engine) -> TestApp:
    """Three students, the last of which was deleted, two classes, three registrations, and two
    users: an admin, who is the client, and a teacher of the class 2.
    """
    rows = School(password_client.app)
    rows.change_user(1, role="admin")
    pairs = [(1, 1), (1, 2), (2, 1)]
    insert_rows(dbengine, ["José", "😀", "gone"], ["a", "b"], pairs)
    rows.assign(rows.add_user("teacher", "Ana Smith"), 2)
    password_client.delete("/api/v1.0/students/3")
    return password_client


def copy(app_ini: Path, url: str) -> Result:
    return run(app_ini, "copy", "--to", url)


def everything(client: TestApp) -> list[str]:
    """Return all items."""
    paths = ["students/", "classes/", "registrations/", "users/"]
    items = [url for path in paths for url in client.get(f"/api/v1.0/{path}").json["urls"]]
    items += [f"/api/v1.0/classes/{id}/teachers/?expand=items" for id in (1, 2)]
    return [client.get(url).text for url in items]


def test_a_copy_has_all_rows_and_continues_the_ids(
    app_ini: Path, source: TestApp, target_url: str
) -> None:
    copied = copy(app_ini, target_url)
    assert copied.exit_code == 0, copied.output
    assert copied.stdout.endswith("Copy complete and verified.\n")
    assert copied.stderr == f"Database: {target_url}\n"
    with open_application({"sqlalchemy.url": target_url}) as app:
        there = client_of(app)
        assert len(everything(there)) == 11
        assert everything(there) == everything(source)
        assert there.get("/api/v1.0/users/?q=smith").json["urls"] == [f"{API}users/2"]
        created = there.post_json("/api/v1.0/students/", {"name": "new"})
        assert created.headers["Location"] == f"{API}students/4"


def test_rows_that_break_the_rules_are_copied(
    app_ini: Path, dbengine: Engine, target_url: str
) -> None:
    with dbengine.begin() as connection:
        connection.execute(text("INSERT INTO students (name) VALUES (' '), ('a\nb')"))
        connection.execute(text("INSERT INTO users (name, password_hash) VALUES ('a\\:b', 'old')"))
    copied = copy(app_ini, target_url)
    assert copied.exit_code == 0, copied.output


@pytest.mark.usefixtures("source")
def test_a_target_with_rows_is_rejected_and_unchanged(app_ini: Path, target_url: str) -> None:
    assert copy(app_ini, target_url).exit_code == 0
    refused = copy(app_ini, target_url)
    assert refused.exit_code == 1
    assert refused.output == "Error: the target is not empty: table classes has rows\n"


@pytest.mark.usefixtures("source")
def test_a_copy_that_differs_is_rolled_back(
    app_ini: Path, target_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_last_id = copying._copy_last_id

    def with_an_extra_student(table, reading, writing):  # type: ignore[no-untyped-def]
        copy_last_id(table, reading, writing)
        if table.name == "students":
            writing.execute(insert(Student).values(name="extra"))

    monkeypatch.setattr(copying, "_copy_last_id", with_an_extra_student)
    refused = copy(app_ini, target_url)
    assert refused.exit_code == 1
    assert "table students differs after the copy; rolled back" in refused.output
    engine = make_engine({"sqlalchemy.url": target_url})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM students")).scalar() == 0
    engine.dispose()


def test_a_database_is_not_copied_onto_itself(app_ini: Path, database_url: str) -> None:
    refused = copy(app_ini, database_url)
    assert refused.exit_code == 1
    assert refused.output == "Error: source and target are the same database\n"


@pytest.mark.one_combination
@pytest.mark.parametrize(
    "url", ["foo", "sqlite:////nowhere/x.sqlite", "postgresql+psycopg://nobody@127.0.0.1:1/x"]
)
def test_an_unusable_target_is_one_error_line(app_ini: Path, url: str) -> None:
    refused = copy(app_ini, url)
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert refused.output.startswith("Error: --to: ")


def test_an_ini_file_can_name_the_target(app_ini: Path, target_url: str, tmp_path: Path) -> None:
    target = tmp_path / "target.ini"
    target.write_text(f"[app:main]\nuse = egg:classroom\nsqlalchemy.url = {target_url}")
    copied = run(app_ini, "copy", "--to-ini", str(target))
    assert copied.exit_code == 0, copied.output
    assert run(target, "users").output == f"{NAME}\tregistrar\n"


@pytest.mark.one_combination
@pytest.mark.parametrize("content", [None, "[app:main]\nuse = egg:classroom"])
def test_an_unusable_target_ini_is_one_error_line(
    app_ini: Path, tmp_path: Path, content: str | None
) -> None:
    target = tmp_path / "target.ini"
    if content:
        target.write_text(content)
    refused = run(app_ini, "copy", "--to-ini", str(target))
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert str(target) in refused.output


@pytest.mark.one_combination
@pytest.mark.parametrize("options", [(), ("--to", "x", "--to-ini", "y")])
def test_exactly_one_option_names_the_target(app_ini: Path, options: tuple[str, ...]) -> None:
    refused = run(app_ini, "copy", *options)
    assert refused.exit_code == 2
    assert "Give either --to or --to-ini." in refused.output


@pytest.fixture(scope="module")
def guarded() -> Iterator[PostgreSQL]:
    """A server that requires a password."""
    with running_postgresql(SERVER_PASSWORD) as server:
        yield server


@pytest.mark.parametrize("variable", ["PGPASSWORD", "PGPASSFILE"])
def test_the_postgresql_password_comes_from_libpq(
    app_ini: Path,
    guarded: PostgreSQL,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
) -> None:
    passfile = tmp_path / "pgpass"
    passfile.touch(mode=0o600)
    passfile.write_text(f"127.0.0.1:{guarded.port}:*:classroom:{SERVER_PASSWORD}\n")
    values = {"PGPASSWORD": SERVER_PASSWORD, "PGPASSFILE": str(passfile)}
    monkeypatch.setenv(variable, values[variable])
    url = guarded.create()
    copied = copy(app_ini, url)
    assert copied.exit_code == 0, copied.output
    assert copied.output.endswith(f"Copy complete and verified.\nDatabase: {url}\n")


@pytest.mark.one_combination
def test_a_missing_password_is_one_error_line(app_ini: Path, guarded: PostgreSQL) -> None:
    refused = copy(app_ini, guarded.url("postgres"))
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
    assert "no password supplied" in refused.output


def test_a_different_url_of_the_source_is_recognized(app_ini: Path, database_url: str) -> None:
    other = database_url.replace("127.0.0.1", "localhost").replace(
        "classroom.sqlite", "./classroom.sqlite"
    )
    assert other != database_url
    refused = copy(app_ini, other)
    assert refused.exit_code == 1
    assert refused.output == "Error: source and target are the same database\n"
