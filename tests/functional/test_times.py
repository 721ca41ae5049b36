"""The times of creation and of the last change of students, classes and registrations."""

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, text
from webtest import TestApp

from ..support.clock import now

KINDS = ("students", "classes")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z")


def create(client: TestApp, kind: str, **fields: Any) -> str:
    """Create a student or a class; return its URL."""
    return client.post_json(f"/api/v1.0/{kind}/", fields).headers["Location"]


def times(client: TestApp, url: str) -> tuple[datetime, datetime]:
    shown = client.get(url).json
    found = shown["created_at"], shown["updated_at"]
    assert all(RFC_3339.fullmatch(each) for each in found)
    created, updated = map(datetime.fromisoformat, found)
    return created, updated


def set_times(engine: Engine, kind: str, time: str) -> None:
    with engine.begin() as connection:
        statement = f"UPDATE {kind} SET created_at = '{time}', updated_at = '{time}'"
        connection.execute(text(statement))


@pytest.fixture
def old(dbengine: Engine) -> Any:
    """Set all times of students and classes to a past one, and return it."""

    def age(kind: str) -> datetime:
        set_times(dbengine, kind, "2014-04-09 10:00:00.000001")
        return datetime(2014, 4, 9, 10, 0, 0, 1, UTC)

    return age


def test_a_new_row_has_the_time_of_its_creation(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            with now() as bounds:
                url = create(testapp, kind, name="x")
            created, updated = times(testapp, url)
            assert bounds[0] <= created == updated <= bounds[1]


def test_a_change_sets_the_time(testapp: TestApp, subtests: pytest.Subtests, old: Any) -> None:
    for kind, method in product(KINDS, ("put_json", "patch_json")):
        for fields in ({"name": "y"}, {"name": "x", "source_id": method}):
            with subtests.test(kind=kind, method=method, fields=fields):
                url = create(testapp, kind, name="x")
                before = old(kind)
                with now() as bounds:
                    changed = getattr(testapp, method)(url, fields)
                created, updated = times(testapp, url)
                assert created == before
                assert bounds[0] <= updated <= bounds[1]
                assert testapp.get(url).headers["ETag"] == changed.headers["ETag"]


def test_a_write_that_changes_nothing_keeps_the_time(
    testapp: TestApp, subtests: pytest.Subtests, old: Any
) -> None:
    for kind in KINDS:
        url = create(testapp, kind, name="x", source_id="S-1")
        before = old(kind)
        tag = testapp.get(url).headers["ETag"]
        for method, fields in (
            *product(
                ("put_json", "patch_json"), ({"name": "x"}, {"name": "x", "source_id": "S-1"})
            ),
            ("patch_json", {}),
        ):
            with subtests.test(kind=kind, method=method, fields=fields):
                assert getattr(testapp, method)(url, fields).headers["ETag"] == tag
                assert times(testapp, url) == (before, before)


def test_a_registration_does_not_change_its_student(testapp: TestApp, old: Any) -> None:
    urls = {kind: create(testapp, kind, name="x") for kind in ("students", "classes")}
    before = {kind: old(kind) for kind in urls}
    with now() as bounds:
        testapp.put("/api/v1.0/registrations/1/1")
    for kind, url in urls.items():
        assert times(testapp, url) == (before[kind], before[kind])
    shown = testapp.get("/api/v1.0/registrations/1/1").json
    created = datetime.fromisoformat(shown["created_at"])
    assert bounds[0] <= created <= bounds[1]
    assert shown["timestamp"] == format_datetime(created, usegmt=True)
    assert parsedate_to_datetime(shown["timestamp"]) == created.replace(microsecond=0)


def test_a_client_cannot_set_what_the_service_sets(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for field in ("id", "created_at", "updated_at", "url"):
        with subtests.test(field=field):
            url = create(testapp, "students", **{"name": "x", field: 9})
            before = testapp.get(url).json
            testapp.patch_json(url, {field: "2014-04-09T10:00:00Z"})
            testapp.put_json(url, {"name": "x", field: None})
            assert testapp.get(url).json == before


def test_the_time_does_not_decrease_if_the_clock_does(testapp: TestApp, dbengine: Engine) -> None:
    url = create(testapp, "students", name="x")
    set_times(dbengine, "students", "2114-04-09 10:00:00.000001")
    future = times(testapp, url)
    testapp.put_json(url, {"name": "y"})
    with dbengine.begin() as connection:
        connection.execute(text("UPDATE students SET name = 'z'"))
    assert testapp.get(url).json["name"] == "z"
    assert times(testapp, url) == future


def test_the_previous_release_writes_times_too(
    testapp: TestApp, subtests: pytest.Subtests, dbengine: Engine, old: Any
) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            url = create(testapp, kind, name="x", source_id="S-1")
            before = old(kind)
            with dbengine.begin() as connection:
                connection.execute(text(f"UPDATE {kind} SET name = name, folded = 'y'"))
            assert times(testapp, url) == (before, before)
            with now() as bounds, dbengine.begin() as connection:
                connection.execute(text(f"UPDATE {kind} SET name = 'y', folded = 'y'"))
                connection.execute(text(f"INSERT INTO {kind} (name, folded) VALUES ('z', 'z')"))
            assert times(testapp, url)[0] == before
            assert bounds[0] <= times(testapp, url)[1] <= bounds[1]
            created, updated = times(testapp, f"/api/v1.0/{kind}/2")
            assert bounds[0] <= created == updated <= bounds[1]
