"""The number of SQL statements of a request does not depend on the number of rows."""

import pytest
from sqlalchemy import Engine
from webtest import TestApp

from ..support.application import API
from ..support.rows import insert_rows
from ..support.statements import statements

pytestmark = pytest.mark.usefixtures("cached_identities")


@pytest.fixture(params=[1, 60])
def roster(request: pytest.FixtureRequest, testapp: TestApp, dbengine: Engine) -> TestApp:
    """A class with one registered student, or with 60."""
    pairs = [(id, 1) for id in range(1, request.param + 1)]
    insert_rows(dbengine, ["x"] * request.param, ["algebra"], pairs)
    testapp.get("/api/v1.0/")  # caches the identity
    return testapp


READS = {
    "/": 0,
    "/api/v1.0/": 0,
    "/api/v1.0/students/1": 1,
    "/api/v1.0/registrations/1/1": 1,
    "/api/v1.0/students/": 1,
    "/api/v1.0/students/?per_page=1&page=1": 1,
    "/api/v1.0/students/?q=x&sort=name&expand=items": 1,
    "/api/v1.0/registrations/?per_page=100": 1,
    "/api/v1.0/classes/1/registrations/": 2,
    "/api/v1.0/classes/1/registrations/?expand=student": 2,
    "/api/v1.0/registrations/1/1?expand=student,class": 2,
}


def test_a_read_costs_a_fixed_number_of_statements(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    for path, count in READS.items():
        with subtests.test(path=path):
            with statements() as sent:
                roster.get(path, status=200)
            assert len(sent) == count, sent


def test_a_page_by_number_costs_one_statement(roster: TestApp, subtests: pytest.Subtests) -> None:
    for path in ("students/?q=x&sort=-name", "registrations/?expand=student"):
        last = roster.get(f"/api/v1.0/{path}&per_page=1").json["meta"]["last"]
        for page, status in ((last, 200), (last.replace("&page=", "&page=9"), 404)):
            with subtests.test(page=page):
                with statements() as sent:
                    roster.get(page, status=status)
                assert len(sent) == 1, sent


def test_a_write_costs_one_statement_per_row(roster: TestApp) -> None:
    with statements() as sent:
        student = roster.post_json("/api/v1.0/students/", {"name": "y"}).headers["Location"]
    assert len(sent) == 1, sent
    fields = {"student": student, "class": f"{API}classes/1"}
    with statements() as sent:
        roster.post_json("/api/v1.0/registrations/", fields)
    assert len(sent) == 3, sent


WRITES = [
    ("put", "students/1", {}, 1),
    ("put", "students/1", {"If-Match": "*"}, 2),
    ("patch", "students/1", {}, 1),
    ("delete", "registrations/1/1", {}, 1),
    ("delete", "students/1", {}, 1),
    ("delete", "classes/1", {"If-Match": "*"}, 2),
]


def test_a_write_reads_its_row_only_to_evaluate_a_precondition(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    for number, (method, path, headers, count) in enumerate(WRITES):
        send, body = getattr(roster, f"{method}_json"), {"name": f"y {number}"}
        with subtests.test(method=method, path=path, headers=headers):
            with statements() as sent:
                send(f"/api/v1.0/{path}", body, headers=headers, status=200)
            assert len(sent) == count, sent


def test_an_unauthenticated_request_costs_no_statement(anonymous: TestApp) -> None:
    with statements() as sent:
        anonymous.get("/api/v1.0/students/1", status=401)
        anonymous.put_json("/api/v1.0/students/1", {"name": "x"}, status=401)
    assert sent == []
