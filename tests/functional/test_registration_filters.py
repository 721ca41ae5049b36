"""Select registrations by time, student and class."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, insert, text
from webtest import TestApp

from classroom.models.tables import Class, Registration, Student

from ..support.application import API
from ..support.pages import pages, walk
from ..support.plans import explain
from ..support.statements import statements_of_pages

PATH = "/api/v1.0/registrations/"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
TIMES = [NOON + timedelta(microseconds=n) for n in (-3_600_000_000, -1, 0, 1, 3_600_000_000)]


class Row(NamedTuple):
    student_id: int
    class_id: int
    timestamp: datetime

    @property
    def url(self) -> str:
        return f"{API}registrations/{self.student_id}/{self.class_id}"


def insert_registrations(engine: Engine, size: int, rows: list[Row]) -> None:
    with engine.begin() as connection:
        connection.execute(insert(Student), [{"name": "x"}] * size)
        connection.execute(insert(Class), [{"name": "x"}] * size)
        connection.execute(insert(Registration), [row._asdict() for row in rows])


@pytest.fixture
def rows(testapp: TestApp, dbengine: Engine) -> list[Row]:
    """Registrations of five students for five classes. Several have the same time."""
    generator = random.Random(1)
    pairs = generator.sample(list(product(range(1, 6), repeat=2)), 20)
    rows = [Row(*pair, generator.choice(TIMES)) for pair in pairs]
    insert_registrations(dbengine, 5, rows)
    return rows


def selected(rows: list[Row], chosen: dict[str, Any]) -> list[str]:
    """Return the URLs of the rows that match, in the documented order."""
    found = [
        row
        for row in rows
        if chosen.get("since", row.timestamp) <= row.timestamp
        and ("until" not in chosen or row.timestamp < chosen["until"])
        and chosen.get("student", row.student_id) == row.student_id
        and chosen.get("class", row.class_id) == row.class_id
    ]
    is_by_time = chosen and chosen.keys() <= {"since", "until"}
    found.sort(key=lambda row: (row.timestamp, *row) if is_by_time else row)
    return [row.url for row in found]


CHOICES = {
    "since": [None, TIMES[2], TIMES[4] + timedelta(days=1)],
    "until": [None, TIMES[3]],
    "student": [None, 2],
    "class": [None, 3],
}


def test_filters_select_the_same_rows_along_all_links(
    testapp: TestApp, rows: list[Row], subtests: pytest.Subtests
) -> None:
    for size, *values in product((2, 50), *CHOICES.values()):
        chosen = {name: value for name, value in zip(CHOICES, values, strict=True) if value}
        expected = selected(rows, chosen)
        query = urlencode({name: as_text(value) for name, value in chosen.items()})
        url = f"{PATH}?{query}&per_page={size}&expand=items"
        with subtests.test(url=url):
            first = testapp.get(url).json
            assert first["meta"]["total"] == len(expected)
            assert [item["url"] for item in first["items"]] == first["urls"]
            assert walk(testapp, url) == expected
            assert walk(testapp, first["meta"]["last"], "prev") == expected[::-1]
            for page in range(1, -(-len(expected) // size) + 1):
                urls = testapp.get(f"{url}&page={page}").json["urls"]
                assert urls == expected[(page - 1) * size : page * size], page


def as_text(value: object) -> str:
    """Return a parameter. Times have an offset, whose + a link must encode."""
    if isinstance(value, datetime):
        return (value + timedelta(hours=2)).isoformat().replace("+00:00", "+02:00")
    return str(value)


def test_since_is_inclusive_and_until_exclusive(testapp: TestApp, dbengine: Engine) -> None:
    rows = [Row(1, place, moment) for place, moment in enumerate(TIMES, 1)]
    insert_registrations(dbengine, 5, rows)

    def classes(query: str) -> list[int]:
        return [int(url.rpartition("/")[2]) for url in testapp.get(f"{PATH}?{query}").json["urls"]]

    assert classes("since=2026-11-28T12:00:00Z") == [3, 4, 5]
    assert classes("until=2026-11-28T12:00:00Z") == [1, 2]
    assert classes("since=2026-11-28t12:00:00.000001z") == [4, 5]
    assert classes("since=2026-11-28T07:00:00-05:00&until=2026-11-28T18:30:00%2B05:30") == [3, 4]
    assert classes("since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z") == [1, 2, 3, 4, 5]
    assert classes("since=2026-11-28T12:00:00Z&until=2026-11-28T12:00:00Z") == []


def test_the_registration_of_a_student_for_a_class_is_selected(
    testapp: TestApp, rows: list[Row]
) -> None:
    row = rows[0]
    page = testapp.get(f"{PATH}?class={row.class_id}&student={row.student_id}").json
    assert (page["urls"], page["meta"]["total"]) == ([row.url], 1)


def test_expanded_pages_by_time_have_the_related_items(testapp: TestApp, rows: list[Row]) -> None:
    url = f"{PATH}?since=2026-11-28T12:00:00Z&per_page=3&expand=student,class"
    items = [item for page in pages(testapp, url) for item in page["items"]]
    assert [item["url"] for item in items] == selected(rows, {"since": NOON})
    assert {item["student"]["name"] for item in items} == {"x"}


def test_a_walk_by_time_survives_concurrent_changes(testapp: TestApp, rows: list[Row]) -> None:
    everyone = selected(rows, {"since": TIMES[0]})
    first = testapp.get(f"{PATH}?since=2000-01-01T00:00:00Z&per_page=5").json
    assert first["urls"] == everyone[:5]
    gone = [everyone[n] for n in (0, 4, 5, 11)]
    for url in gone:
        testapp.delete(url)
    again = gone[0].removeprefix(API)
    testapp.put(f"/api/v1.0/{again}", status=201)  # now it is the last
    rest = [url for url in everyone[5:] if url not in gone]
    assert walk(testapp, first["meta"]["next"]) == [*rest, gone[0]]


def test_a_cursor_of_other_times_selects_no_other_rows(testapp: TestApp, rows: list[Row]) -> None:
    early = testapp.get(f"{PATH}?until=2026-11-28T12:00:00Z&per_page=1").json["meta"]["next"]
    late = testapp.get(f"{PATH}?since=2026-11-28T12:00:00Z&per_page=1").json["meta"]["next"]
    after, before = (link.rpartition("after=")[2] for link in (early, late))
    noon, expected = "2026-11-28T12:00:00Z", selected(rows, {"since": NOON})
    assert testapp.get(f"{PATH}?since={noon}&after={after}").json["urls"] == expected
    assert testapp.get(f"{PATH}?until={noon}&after={before}").json["urls"] == []
    expected = selected(rows, {"until": NOON})
    assert testapp.get(f"{PATH}?until={noon}&before={before}").json["urls"] == expected


WRONG = {
    "student": ["", "0", "-1", "01", "+1", "1.0", "1e3", "x", "%D9%A1", "9" * 19, "1&student=1"],
    "class": ["", "0", " 1", "0x1", "9" * 5000, "http://localhost/api/v1.0/classes/1"],
    "since": ["", "2026-11-28", "2026-11-28T12:00:00", "yesterday", "1&since=2"],
    "until": ["2026-11-28T12:00:00 01:00", "0001-01-01T00:00:00%2B01:00", "9" * 5000],
    "after": ["1&since={}", "1.1&since={}", f"{'9' * 18}.1.1&since={{}}", "0.1.1&since={}"],
    "before": ["1&until={}", "1.1.1.1&until={}", "1.1.1"],
}


@pytest.mark.one_combination
def test_an_invalid_value_is_400_with_its_name(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for parameter, values in WRONG.items():
        for value in values:
            query = value.replace("{}", "2026-11-28T12:00:00Z").replace("+", "%2B")
            with subtests.test(parameter=parameter, value=value[:40]):
                refused = testapp.get(f"{PATH}?{parameter}={query}", status=400).json
                assert refused["message"].startswith(f"{parameter}: ")
                assert refused["code"] == "invalid_parameter"


@pytest.mark.one_combination
def test_a_plus_in_an_offset_is_explained(testapp: TestApp) -> None:
    refused = testapp.get(f"{PATH}?since=2026-11-28T12:00:00+01:00", status=400).json
    assert "must be sent as %2B" in refused["message"]


QUERIES = [
    "since=2026-11-28T12:01:00Z",
    "until=2026-11-28T12:09:00Z",
    "since=2026-11-28T12:01:00Z&until=2026-11-28T12:09:00Z",
    "student=7&since=2026-11-28T12:01:00Z",
    "class=7&until=2026-11-28T12:09:00Z",
    "class=7",
    "student=7&class=7",
]


def test_filtered_pages_read_an_index_range(
    testapp: TestApp, dbengine: Engine, subtests: pytest.Subtests
) -> None:
    fill(dbengine)
    for query in QUERIES:
        with subtests.test(query=query):
            sent = statements_of_pages(testapp, f"{PATH}?{query}&per_page=2")
            reads = [each for each in sent if "FROM registrations" in each.text]
            assert len(reads) == (2 if query == "student=7&class=7" else 5)
            for statement, parameters in reads:
                check_plan(query, explain(dbengine, statement, parameters))


def check_plan(query: str, plan: str) -> None:
    assert "SCAN registrations" not in plan, plan
    assert "Seq Scan on registrations" not in plan, plan
    if query.startswith(("since", "until")):
        assert "ix_registrations_timestamp_student_id_class_id" in plan, plan


def fill(engine: Engine) -> None:
    """Insert 900 registrations, with times one second apart."""
    pairs = product(range(1, 31), repeat=2)
    rows = [Row(*pair, NOON + timedelta(seconds=n)) for n, pair in enumerate(pairs)]
    insert_registrations(engine, 30, rows)
    with engine.begin() as connection:
        connection.execute(text("ANALYZE"))
