"""``classroom copy``, from each database to the other."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, insert, text
from webtest import TestApp

import classroom
from classroom.cli import classroom as command
from classroom.cli import copying
from classroom.db.engine import make_engine
from classroom.models.tables import Student

from ..conftest import API, NAME, PASSWORD
from ..servers import PostgreSQL


@pytest.fixture
def target_url(database_url: str, tmp_path: Path, postgresql: PostgreSQL) -> str:
    """An empty database of the other kind."""
    if database_url.startswith("postgresql"):
        return f"sqlite:///{tmp_path}/target.sqlite"
    return postgresql.create()


@pytest.fixture
def ini(app_settings: dict[str, str], tmp_path: Path) -> str:
    path = tmp_path / "test.ini"
    path.write_text(
        f"[app:main]\nuse = egg:classroom\nsqlalchemy.url = {app_settings['sqlalchemy.url']}"
    )
    return str(path)


@pytest.fixture
def school(stranger: TestApp) -> TestApp:
    """Three students of whom the last was deleted, two classes, three registrations."""
    stranger.authorization = ("Basic", (NAME, PASSWORD))
    for kind, names in (("students", ("José", "😀", "gone")), ("classes", ("a", "b"))):
        for name in names:
            stranger.post_json(f"/api/v1.0/{kind}/", {"name": name})
    for student, class_ in ((1, 1), (1, 2), (2, 1)):
        fields = {"student": f"{API}students/{student}", "class": f"{API}classes/{class_}"}
        stranger.post_json("/api/v1.0/registrations/", fields)
    stranger.delete("/api/v1.0/students/3")
    return stranger


def copy(ini: str, url: str) -> Result:
    return CliRunner().invoke(command, ["-c", ini, "copy", "--to", url])


def everything(client: TestApp) -> list[str]:
    """All that a client can read."""
    paths = ["students/", "classes/", "registrations/"]
    items = [url for path in paths for url in client.get(f"/api/v1.0/{path}").json["urls"]]
    return [client.get(url).text for url in items]


def test_a_copy_is_the_same_school_and_gives_out_new_ids(
    ini: str, school: TestApp, target_url: str
) -> None:
    copied = copy(ini, target_url)
    assert copied.exit_code == 0, copied.output
    assert copied.output.endswith("Both sides agree; the copy is complete.\n")
    app = classroom.main({}, **{"sqlalchemy.url": target_url})
    there = TestApp(app, extra_environ=school.extra_environ)
    there.authorization = school.authorization
    assert len(everything(there)) == 7
    assert everything(there) == everything(school)
    created = there.post_json("/api/v1.0/students/", {"name": "new"})
    assert created.headers["Location"] == f"{API}students/4"
    app.registry["classroom.engine"].dispose()


def test_rows_that_break_the_rules_are_copied(ini: str, dbengine: Engine, target_url: str) -> None:
    with dbengine.begin() as connection:
        connection.execute(text("INSERT INTO students (name) VALUES (' '), ('a\nb')"))
        connection.execute(text("INSERT INTO users (name, password_hash) VALUES ('a\\:b', 'old')"))
    copied = copy(ini, target_url)
    assert copied.exit_code == 0, copied.output


@pytest.mark.usefixtures("school")
def test_a_target_that_is_not_empty_is_refused_and_left_as_it_is(ini: str, target_url: str) -> None:
    assert copy(ini, target_url).exit_code == 0
    refused = copy(ini, target_url)
    assert refused.exit_code == 1
    assert "Error: The target is not empty" in refused.output


@pytest.mark.usefixtures("school")
def test_a_copy_that_differs_is_not_kept(
    ini: str, target_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_table = copying._copy_table

    def with_one_student_too_many(table, here, there):  # type: ignore[no-untyped-def]
        copy_table(table, here, there)
        if table.name == "students":
            there.execute(insert(Student).values(name="too many"))

    monkeypatch.setattr(copying, "_copy_table", with_one_student_too_many)
    refused = copy(ini, target_url)
    assert refused.exit_code == 1
    assert "differs; nothing was kept" in refused.output
    engine = make_engine({"sqlalchemy.url": target_url})
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM students")).scalar() == 0
    engine.dispose()


def test_a_target_that_cannot_be_is_told_of_in_a_line(ini: str) -> None:
    refused = copy(ini, "sqlite:////nowhere/x.sqlite")
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
