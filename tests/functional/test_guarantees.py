"""Guarantees about data under concurrent requests."""

import json
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from threading import Barrier, Event
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from webtest import TestApp

from classroom.db.engine import for_writing

from ..support.application import API, client_of
from ..support.pages import walk
from ..support.rows import insert_rows, registration

CROWD = 20


@pytest.fixture(autouse=True)
def _long_timeouts(long_timeouts: None) -> None:
    """A request may wait for nineteen others."""


@pytest.fixture
def crowd(app: Any) -> Callable[[Callable[[TestApp, int], Any]], list[Any]]:
    """Return a function that runs an action in twenty clients at the same moment."""

    client_of(app).get("/api/v1.0/")  # caches the identity

    def run(act: Callable[[TestApp, int], Any]) -> list[Any]:
        barrier = Barrier(CROWD)

        def one(number: int) -> Any:
            mine = client_of(app)
            barrier.wait()
            return act(mine, number)

        with ThreadPoolExecutor(CROWD) as pool:
            return list(pool.map(one, range(CROWD)))

    return run


@pytest.mark.usefixtures("student_and_class")
def test_one_of_twenty_writes_with_the_same_etag_succeeds(
    password_client: TestApp, crowd: Any, subtests: pytest.Subtests
) -> None:
    def write(client: TestApp, number: int) -> int:
        # A change to the same name would leave the ETag as it is.
        body = json.dumps({"name": f"{method} {number}"}) if method != "DELETE" else ""
        path = "/api/v1.0/students/1"
        response = client.request(
            path, method=method, body=body.encode(), headers=headers, status="*"
        )
        return response.status_int

    for method in ("PUT", "PATCH", "DELETE"):
        tag = password_client.get("/api/v1.0/students/1").headers["ETag"]
        headers = {"If-Match": tag, "Content-Type": "application/json"}
        with subtests.test(method):
            assert Counter(crowd(write)) == {200: 1, 412: CROWD - 1}


@pytest.mark.usefixtures("student_and_class")
def test_one_of_twenty_identical_registrations_succeeds(crowd: Any) -> None:
    def register(client: TestApp, number: int) -> int:
        return client.post_json("/api/v1.0/registrations/", registration(), status="*").status_int

    assert Counter(crowd(register)) == {201: 1, 409: CROWD - 1}


def test_one_of_twenty_puts_creates_a_registration(
    dbengine: Engine, crowd: Any, subtests: pytest.Subtests
) -> None:
    insert_rows(dbengine, ["x"] * 2, ["x"])

    def put(client: TestApp, number: int) -> int:
        url = f"/api/v1.0/registrations/{student}/1"
        return client.put(url, headers=headers, status="*").status_int

    for student, headers, status in ((1, {}, 200), (2, {"If-None-Match": "*"}, 412)):
        with subtests.test(student=student, headers=headers):
            assert Counter(crowd(put)) == {201: 1, status: CROWD - 1}


def test_a_concurrent_delete_leaves_no_orphans(
    password_client: TestApp, dbengine: Engine, crowd: Any, subtests: pytest.Subtests
) -> None:
    insert_rows(dbengine, ["x"] * (CROWD + 1), ["x"] * (CROWD + 1))

    def delete_or_register(client: TestApp, number: int) -> int:
        if number == CROWD // 2:
            return client.delete(f"/api/v1.0/{kind}/1").status_int
        student, class_ = (1, number + 2) if kind == "students" else (number + 2, 1)
        pair = registration(student, class_)
        return client.post_json("/api/v1.0/registrations/", pair, status="*").status_int

    for kind in ("students", "classes"):
        with subtests.test(kind):
            assert set(crowd(delete_or_register)) <= {200, 201, 400}
            assert password_client.get("/api/v1.0/registrations/").json["urls"] == []


@pytest.mark.usefixtures("short_busy_timeout")
def test_concurrent_creates_are_all_stored(app: Any, crowd: Any) -> None:
    """On SQLite the writers wait for a lock in their process, and need no busy timeout."""

    def create(mine: TestApp, number: int) -> list[str]:
        responses = [
            mine.post_json("/api/v1.0/students/", {"name": f"{number}"}, status=201)
            for _ in range(10)
        ]
        return [response.headers["Location"] for response in responses]

    locations = [location for made in crowd(create) for location in made]
    assert len(set(locations)) == 200
    page = client_of(app).get("/api/v1.0/students/?per_page=100").json
    assert page["meta"]["total"] == 200
    assert set(page["urls"]) <= set(locations)


def test_a_walk_returns_surviving_rows_once_during_writes(
    app: Any,
) -> None:
    reader, writer = client_of(app), client_of(app)
    made = [
        writer.post_json("/api/v1.0/students/", {"name": "x"}).headers["Location"]
        for _ in range(60)
    ]
    doomed = set(made[::3])
    done = Event()

    def disturb() -> None:
        for url in random.Random(7).sample(sorted(doomed), len(doomed)):
            writer.delete(url)
            writer.post_json("/api/v1.0/students/", {"name": "y"})
        done.set()

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(disturb)
        walks = 0
        while walks < 2 or not done.is_set():
            last = reader.get("/api/v1.0/students/?per_page=7").json["meta"]["last"]
            for start, link in (("/api/v1.0/students/?per_page=7", "next"), (last, "prev")):
                seen = Counter(walk(reader, start, link))
                assert set(seen.values()) == {1}
                assert set(made) - doomed <= set(seen)
            walks += 1
        writing.result()
    forth = walk(reader, "/api/v1.0/students/?per_page=7")
    last = reader.get("/api/v1.0/students/?per_page=7").json["meta"]["last"]
    assert walk(reader, last, "prev") == forth[::-1]


@pytest.mark.usefixtures("student_and_class")
def test_concurrent_puts_without_a_condition_all_succeed(
    password_client: TestApp, crowd: Any
) -> None:
    def rename(client: TestApp, number: int) -> int:
        response = client.put_json("/api/v1.0/students/1", {"name": f"{number}"}, status="*")
        return response.status_int

    assert crowd(rename) == [200] * CROWD
    assert password_client.get("/api/v1.0/students/1").json["name"] in map(str, range(CROWD))


def test_the_rows_and_the_total_of_a_page_agree(password_client: TestApp, dbengine: Engine) -> None:
    """A student is deleted before each statement of the page."""
    insert_rows(dbengine, ["x"] * 5)
    password_client.get("/api/v1.0/")  # caches the identity
    delete = text("DELETE FROM students WHERE id IN (SELECT max(id) FROM students)")

    def delete_last(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            with for_writing(dbengine).begin() as other:
                other.execute(delete)

    event.listen(Engine, "before_cursor_execute", delete_last)
    try:
        page = password_client.get("/api/v1.0/students/?per_page=3&page=2").json
    finally:
        event.remove(Engine, "before_cursor_execute", delete_last)
    assert page["meta"]["total"] == 3 + len(page["urls"]) == 4


def test_one_of_twenty_creates_gets_a_source_id(app: Any, crowd: Any) -> None:
    def create(client: TestApp, number: int) -> tuple[int, str]:
        fields = {"name": f"{number}", "source_id": "S-1"}
        response = client.post_json("/api/v1.0/students/", fields, status="*")
        return response.status_int, response.headers["Location"]

    made = crowd(create)
    [owner] = client_of(app).get(f"{API}students/").json["urls"]
    assert Counter(made) == {(201, owner): 1, (409, owner): CROWD - 1}


def test_one_of_twenty_changes_gets_a_source_id(app: Any, dbengine: Engine, crowd: Any) -> None:
    insert_rows(dbengine, ["x"] * CROWD)

    def change(client: TestApp, number: int) -> tuple[int, str | None]:
        url, fields = f"{API}students/{number + 1}", {"source_id": "S-1"}
        response = client.patch_json(url, fields, status="*")
        return response.status_int, response.headers.get("Location", url)

    changed = Counter(crowd(change))
    [owner] = [url for status, url in changed if status == 200]
    assert changed == {(200, owner): 1, (409, owner): CROWD - 1}


def test_students_who_exchange_source_ids_get_no_errors(dbengine: Engine, crowd: Any) -> None:
    insert_rows(dbengine, ["x"] * 2)

    def change(client: TestApp, number: int) -> int:
        url, fields = f"{API}students/{number % 2 + 1}", {"source_id": f"S-{number // 2 % 2}"}
        return client.patch_json(url, fields, status="*").status_int

    assert set(crowd(change)) <= {200, 409}


@pytest.mark.usefixtures("student_and_class")
def test_the_times_of_changes_follow_their_order(password_client: TestApp, crowd: Any) -> None:
    def state_of(response: Any) -> tuple[datetime, str]:
        student = response.json
        return datetime.fromisoformat(student["updated_at"]), student["name"]

    def change(client: TestApp, number: int) -> tuple[datetime, str]:
        headers = {"Prefer": "return=representation"}
        changed = client.put_json(f"{API}students/1", {"name": f"{number}"}, headers=headers)
        return state_of(changed)

    changes = crowd(change)
    last = state_of(password_client.get(f"{API}students/1"))
    assert last in changes
    assert last[0] == max(time for time, _ in changes)
