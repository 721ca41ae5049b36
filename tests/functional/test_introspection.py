"""What Pyramid's own tools tell of the application."""

import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any

import pexpect
import pytest
from sqlalchemy import insert, select
from webtest import TestApp

from classroom import main, views
from classroom.models.tables import Class, Student
from classroom.resources.base import Resource
from classroom.resources.tree import V1

from ..conftest import NAME, PASSWORD
from ..servers import BIN, ROOT


@pytest.fixture
def ini(tmp_path: Path, database_url: str, dbengine: Any) -> str:
    """development.ini, on a database with one student."""
    with dbengine.begin() as connection:
        connection.execute(insert(Student).values(name="david"))
    path = tmp_path / "development.ini"
    text = (ROOT / "development.ini").read_text()
    path.write_text(text.replace("sqlite:///%(here)s/classroom.sqlite", database_url))
    return str(path)


def output(command: str, *words: str) -> str:
    return subprocess.check_output([BIN / command, *words], text=True, stderr=subprocess.DEVNULL)


def test_pviews_shows_a_student_s_views_and_their_permissions(ini: str) -> None:
    shown = output("pviews", ini, "/api/v1.0/students/1")
    for view, permission, methods in (
        ("items.read", "view", "GET,HEAD, tried_first"),
        ("records.replace", "change", "PUT"),
        ("records.delete", "delete", "DELETE"),
    ):
        assert f"classroom.views.{view}\n    required permission = {permission}" in shown
        assert f"view predicates (request_method = {methods})" in shown


def test_ptweens_shows_the_order_in_which_a_request_passes(ini: str) -> None:
    shown = output("ptweens", ini)
    order = [
        "rate_limit",
        "cache_control",
        "etag",
        "tm_tween",
        "excview",
        "well_formed",
        "require_authentication",
    ]
    places = [shown.index(name) for name in order]
    assert places == sorted(places)


def test_every_view_names_its_permission(app: Any) -> None:
    for view in app.registry.introspector.get_category("views"):
        details = view["introspectable"]
        if isinstance(details["context"], type) and issubclass(details["context"], Resource):
            permissions = [related["value"] for related in view["related"] if "value" in related]
            assert permissions, details
            assert "nobody" not in permissions, details


def test_the_view_for_get_is_tried_first(app: Any) -> None:
    """Pyramid tries the views of a context in their order; each mismatch costs an exception."""
    orders: dict[Any, dict[str, int]] = defaultdict(dict)
    for view in app.registry.introspector.get_category("views"):
        details = view["introspectable"]
        if details["request_methods"]:
            orders[details["context"]][details["request_methods"]] = details["order"]
    contexts = [methods for methods in orders.values() if len(methods) > 1]
    assert len(contexts) > 2
    for methods in contexts:
        get = methods.pop("GET")
        assert all(get < order for order in methods.values())


def test_pshell_has_tree_session_and_models_and_keeps_nothing_uncommitted(
    ini: str, dbengine: Any
) -> None:
    shell = pexpect.spawn(str(BIN / "pshell"), ["-p", "python", ini], encoding="utf-8", timeout=30)
    shell.expect_exact("tm.commit()")
    shell.expect_exact(">>> ")

    def say(line: str, answer: str) -> None:
        shell.sendline(line)
        shell.expect_exact(answer)
        shell.expect_exact(">>> ")

    say('root["api"]["v1.0"]["students"]["1"].row.name', "'david'")
    say('dbsession.add(models.Student(name="kept")); tm.commit()', "")
    say('root["api"]["v1.0"]["students"]["2"].row.name', "'kept'")
    say('dbsession.add(models.Student(name="dropped")); dbsession.flush()', "")
    say('root["api"]["v1.0"]["students"]["3"].row.name', "'dropped'")
    say("tm.abort()", "")
    say("dbsession.execute(models.Class.__table__.insert(), {'name': 'too'}); tm.commit()", "")
    say('writes.create(dbsession.connection(), models.Class, name="third"); tm.commit()', "'third'")
    say('dbsession.add(models.Student(name=" ")); dbsession.flush()', "InvalidValue: name: must be")
    say("tm.abort()", "")
    say('dbsession.add(models.Student(name="left")); dbsession.flush()', "")
    shell.sendline("exit()")
    shell.expect(pexpect.EOF)
    assert "Traceback" not in shell.before
    shell.close()
    with dbengine.connect() as connection:
        names = connection.execute(select(Student.name).order_by(Student.id)).scalars().all()
        classes = connection.execute(select(Class.name)).scalars().all()
    assert (names, classes) == (["david", "kept"], ["too", "third"])


def test_a_view_that_names_no_permission_is_open_to_nobody(
    app_settings: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    include = views.includeme

    def with_a_careless_view(config: Any) -> None:
        include(config)
        config.add_view(lambda request: {}, context=V1, name="careless", renderer="json")

    monkeypatch.setattr(views, "includeme", with_a_careless_view)
    app = main({}, **app_settings)
    client = TestApp(app, extra_environ={"HTTP_HOST": "localhost"})
    client.authorization = ("Basic", (NAME, PASSWORD))
    client.get("/api/v1.0/careless", status=403)
    app.registry["classroom"].database.engine.dispose()
