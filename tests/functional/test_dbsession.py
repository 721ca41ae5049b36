"""An extension's own rows, which commit and roll back with those of the service."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyramid.paster import bootstrap
from sqlalchemy import CheckConstraint, Engine, event, insert, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from webtest import TestApp

from classroom import models
from classroom.db import writes
from classroom.http.codes import ErrorCode
from classroom.http.errors import error_response

from ..support.conflicts import CONFLICTS
from ..support.pserve import copy_ini
from ..support.users import NAME, PASSWORD

STUDENTS = "/api/v1.0/students/"
LOG = ["POST asked", "POST done", "commit"]


class Base(DeclarativeBase):
    pass


class Change(Base):
    """A line of the extension's log: a write was asked for, or was done."""

    __tablename__ = "changes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(CheckConstraint("text != 'PATCH done'"))


def log_changes(view: Callable[..., Any], info: Any) -> Callable[..., Any]:
    """Store a row before each write, by a statement, and as objects one after it and at commit.

    A request with the header ``Reject`` is answered with an error, which is not raised.
    """
    if info.exception_only:
        return view

    def logged_view(context: Any, request: Any) -> Any:
        if request.is_safe:
            return view(context, request)
        request.dbsession.execute(insert(Change).values(text=f"{request.method} asked"))
        response = view(context, request)
        request.dbsession.add(Change(text=f"{request.method} done"))
        event.listen(request.dbsession, "before_commit", log_commit)
        if request.headers.get("Reject"):
            return error_response(request.environ, ErrorCode.BAD_REQUEST, "rejected")
        return response

    return logged_view


def log_commit(session: Session) -> None:
    session.add(Change(text="commit"))


def includeme(config: Any) -> None:
    config.add_view_deriver(log_changes)


@pytest.fixture
def app_settings(app_settings: dict[str, str]) -> dict[str, str]:
    return {**app_settings, "pyramid.includes": __name__}


@pytest.fixture
def client(password_client: TestApp, dbengine: Engine) -> Iterator[TestApp]:
    Base.metadata.create_all(dbengine)
    yield password_client
    Base.metadata.drop_all(dbengine)


def stored(engine: Engine) -> tuple[list[str], list[str]]:
    """The texts of the log, and the names of the students."""
    with engine.connect() as connection:
        texts = connection.scalars(select(Change.text).order_by(Change.id)).all()
        names = connection.scalars(select(models.Student.name)).all()
    return list(texts), list(names)


def test_rows_of_an_extension_commit_with_a_write(client: TestApp, dbengine: Engine) -> None:
    client.post_json(STUDENTS, {"name": "david"}, status=201)
    assert stored(dbengine) == (LOG, ["david"])


def test_an_error_of_the_service_rolls_both_back(client: TestApp, dbengine: Engine) -> None:
    client.post_json(STUDENTS, {"name": ""}, status=400)
    assert stored(dbengine) == ([], [])


def test_an_error_that_a_view_returns_rolls_both_back(client: TestApp, dbengine: Engine) -> None:
    client.post_json(STUDENTS, {"name": "david"}, headers={"Reject": "yes"}, status=400)
    assert stored(dbengine) == ([], [])


def test_the_log_of_an_error_has_no_values_of_its_statement(
    client: TestApp, caplog: pytest.LogCaptureFixture
) -> None:
    client.post_json(STUDENTS, {"name": "david"})
    client.patch_json(f"{STUDENTS}1", {"name": "susan"}, status=500)
    assert "INSERT INTO changes" in caplog.text
    assert "[parameters:" not in caplog.text


def test_an_error_of_the_extension_rolls_both_back(client: TestApp, dbengine: Engine) -> None:
    client.post_json(STUDENTS, {"name": "david"})
    client.patch_json(f"{STUDENTS}1", {"name": "susan"}, status=500)
    assert stored(dbengine) == (LOG, ["david"])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_both_commit_once_after_a_conflict_at_commit(
    client: TestApp, dbengine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    conflict = CONFLICTS.format(times=1, state="40001", when="INITIALLY DEFERRED")
    with dbengine.begin() as connection:
        connection.exec_driver_sql(conflict)
    try:
        client.post_json(STUDENTS, {"name": "david"}, status=201)
    finally:
        with dbengine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION conflict CASCADE; DROP SEQUENCE tries")
    assert stored(dbengine) == (LOG, ["david"])
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_script_has_a_session_in_a_transaction(
    app_settings: dict[str, str], tmp_path: Path, dbengine: Engine
) -> None:
    ini = copy_ini("development.ini", tmp_path, 0, app_settings)
    with bootstrap(str(ini)) as script:
        request = script["request"]
        with request.tm:
            request.dbsession.add(models.Student(name="david"))
            writes.create(request.dbsession.connection(), models.Student, name="susan")
        script["registry"]["classroom"].database.engine.dispose()
    with dbengine.connect() as connection:
        assert set(connection.scalars(select(models.Student.name))) == {"david", "susan"}


WITHOUT_SESSION = f"""
import sys
from webtest import TestApp
import classroom

app = classroom.main({{}}, **{{"sqlalchemy.url": sys.argv[1]}})
client = TestApp(app, extra_environ={{"HTTP_HOST": "localhost"}})
client.authorization = ("Basic", ({NAME!r}, {PASSWORD!r}))
client.post_json({STUDENTS!r}, {{"name": "david"}}, status=201)
assert "zope.sqlalchemy" not in sys.modules
"""


def test_the_service_writes_without_a_session(database_url: str) -> None:
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", WITHOUT_SESSION, database_url], check=True
    )
