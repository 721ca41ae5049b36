"""What a request costs in SQL, whatever the size of what it reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, event
from webtest import TestApp

from ..conftest import API


class Statement(NamedTuple):
    text: str
    parameters: Any


@contextmanager
def statements() -> Iterator[list[Statement]]:
    """The statements that are sent meanwhile, beside those that begin and end transactions."""
    sent: list[Statement] = []

    def note(connection: Any, cursor: Any, text: str, parameters: Any, *_: Any) -> None:
        if not text.startswith("BEGIN"):
            sent.append(Statement(text, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.fixture(params=[1, 60])
def school(request: pytest.FixtureRequest, testapp: TestApp) -> TestApp:
    """One class, and few or many students who attend it."""
    testapp.post_json("/api/v1.0/classes/", {"name": "algebra"})
    for _ in range(request.param):
        student = testapp.post_json("/api/v1.0/students/", {"name": "x"}).headers["Location"]
        fields = {"student": student, "class": f"{API}classes/1"}
        testapp.post_json("/api/v1.0/registrations/", fields)
    return testapp


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("/", 0),
        ("/api/v1.0/", 0),
        ("/api/v1.0/students/1", 1),
        ("/api/v1.0/registrations/1/1", 1),
        ("/api/v1.0/students/", 1),
        ("/api/v1.0/students/?per_page=1&page=1", 1),
        ("/api/v1.0/students/?q=x&sort=name&expand=items", 1),
        ("/api/v1.0/registrations/?per_page=100", 1),
        ("/api/v1.0/classes/1/registrations/", 2),
        ("/api/v1.0/classes/1/registrations/?expand=student", 2),
        ("/api/v1.0/registrations/1/1?expand=student,class", 2),
    ],
)
def test_a_reader_costs_a_fixed_number_of_statements(
    school: TestApp, path: str, count: int
) -> None:
    with statements() as sent:
        school.get(path, status=200)
    assert len(sent) == count, sent


@pytest.mark.parametrize("path", ["students/?q=x&sort=-name", "registrations/?expand=student"])
def test_a_page_by_number_costs_one_statement(school: TestApp, path: str) -> None:
    last = school.get(f"/api/v1.0/{path}&per_page=1").json["meta"]["last"]
    for page, status in ((last, 200), (last.replace("&page=", "&page=9"), 404)):
        with statements() as sent:
            school.get(page, status=status)
        assert len(sent) == 1, sent


def test_a_writer_costs_one_statement_for_each_row_that_it_touches(school: TestApp) -> None:
    with statements() as sent:
        student = school.post_json("/api/v1.0/students/", {"name": "y"}).headers["Location"]
    assert len(sent) == 1, sent
    fields = {"student": student, "class": f"{API}classes/1"}
    with statements() as sent:
        school.post_json("/api/v1.0/registrations/", fields)
    assert len(sent) == 3, sent


@pytest.mark.parametrize(
    ("method", "path", "headers", "count"),
    [
        ("PUT", "students/1", {}, 1),
        ("PUT", "students/1", {"If-Match": "*"}, 2),
        ("PATCH", "students/1", {}, 1),
        ("DELETE", "students/1", {}, 1),
        ("DELETE", "students/1", {"If-Match": "*"}, 2),
        ("DELETE", "registrations/1/1", {}, 1),
    ],
)
def test_a_write_reads_its_row_only_to_evaluate_a_precondition(
    school: TestApp, method: str, path: str, headers: dict[str, str], count: int
) -> None:
    send = getattr(school, f"{method.lower()}_json")
    with statements() as sent:
        send(f"/api/v1.0/{path}", {"name": "z"}, headers=headers, status=200)
    assert len(sent) == count, sent


def test_a_stranger_costs_no_statement(stranger: TestApp) -> None:
    with statements() as sent:
        stranger.get("/api/v1.0/students/1", status=401)
        stranger.put_json("/api/v1.0/students/1", {"name": "x"}, status=401)
    assert sent == []
