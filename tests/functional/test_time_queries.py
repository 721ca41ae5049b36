"""Select and sort students and classes by source id and time."""

import re
from collections.abc import Iterable
from itertools import product
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, insert, text
from webtest import TestApp

from classroom.models import Student

from ..support.application import API
from ..support.pages import walk
from ..support.plans import explain
from ..support.rows import insert_rows
from ..support.statements import statements_of_pages

TIMES = ("2014-04-09 10:00:00", "2014-04-09 10:00:00.000001", "2038-01-19 03:14:08.5")
ORDERS = ("created_at", "-created_at", "updated_at", "-updated_at")


@pytest.fixture
def names(testapp: TestApp, dbengine: Engine) -> dict[int, str]:
    """Students and classes with three different times, each of which four of them share."""
    names = {id: f"{'ab'[id % 2]} {id}" for id in range(1, 13)}
    insert_rows(dbengine, list(names.values()), list(names.values()))
    with dbengine.begin() as connection:
        for kind, (id, time) in product(("students", "classes"), enumerate(TIMES * 4, 1)):
            stored = f"{time}.000000" if "." not in time else time.ljust(26, "0")
            change = f"UPDATE {kind} SET updated_at = '{stored}', source_id = 'S-{id}'"
            created = f"created_at = '{stored.replace('2014', '1914')}'"
            connection.execute(text(f"{change}, {created} WHERE id = {id}"))
    return names


def ids(client: TestApp, path: str) -> list[int]:
    """Return the ids on all pages, which are the same in both directions."""
    urls, meta = walk(client, path), client.get(path).json["meta"]
    assert meta["total"] == len(urls)
    assert walk(client, meta["last"], "prev")[::-1] == urls
    return [int(url.rpartition("/")[2]) for url in urls]


def ordered(ids: Iterable[int], sort: str) -> list[int]:
    """Return ids in their order. The time of a row depends on its id."""
    return sorted(ids, key=lambda id: ((id - 1) % 3, id), reverse=sort.startswith("-"))


def test_rows_are_sorted_by_time_and_id(
    testapp: TestApp, subtests: pytest.Subtests, names: dict[int, str]
) -> None:
    for kind, sort, size in product(("students", "classes"), ORDERS, (1, 3, 5)):
        path, expected = f"/api/v1.0/{kind}/?sort={sort}&per_page={size}", ordered(names, sort)
        with subtests.test(path=path):
            assert ids(testapp, path) == expected
            by_number = [testapp.get(f"{path}&page={page}").json["urls"] for page in range(1, 3)]
            assert [url.rpartition("/")[2] for urls in by_number for url in urls] == [
                str(id) for id in expected[: 2 * size]
            ]


# Times, and the places in TIMES of those that are not before.
SINCE = {
    "2014-04-09T10:00:00Z": {0, 1, 2},
    "2014-04-09T10:00:00.000001Z": {1, 2},
    "2014-04-09T12:00:00.000001+02:00": {1, 2},
    "2014-04-09T10:00:00.000002Z": {2},
    "2038-01-19T03:14:08.500001Z": set(),
}


def test_updated_since_selects_the_time_and_later_ones(
    testapp: TestApp, subtests: pytest.Subtests, names: dict[int, str]
) -> None:
    for (since, places), sort in product(SINCE.items(), (*ORDERS, "id", "-name")):
        path = f"/api/v1.0/students/?updated_since={quote(since)}&sort={sort}&per_page=3"
        changed = {id for id in names if (id - 1) % 3 in places}
        with subtests.test(path=path):
            assert set(ids(testapp, path)) == changed
            found = ids(testapp, f"{path}&q=a&expand=items")
            assert set(found) == {id for id in changed if names[id].startswith("a")}
            if sort in ORDERS:
                assert found == ordered(found, sort)


def test_the_time_that_is_shown_selects_its_row(testapp: TestApp) -> None:
    url = testapp.post_json("/api/v1.0/classes/", {"name": "x"}).headers["Location"]
    time = testapp.get(url).json["updated_at"]
    path = f"/api/v1.0/classes/?expand=items&updated_since={time}"
    assert [item["updated_at"] for item in testapp.get(path).json["items"]] == [time]


FOUND = {
    "source_id=S-2": [2],
    "source_id=s-2": [],
    "source_id=S-2&q=a": [2],
    "source_id=S-2&q=b": [],
    "source_id=S-2&sort=-updated_at&updated_since=2014-04-09T10:00:00.000001Z": [2],
    "source_id=S-1&updated_since=2014-04-09T10:00:00.000001Z": [],
    "source_id=%C3%A9%F0%9F%98%80": [],
}


@pytest.mark.usefixtures("names")
def test_a_source_id_selects_at_most_one_row(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for kind, (query, found) in product(("students", "classes"), FOUND.items()):
        with subtests.test(kind=kind, query=query):
            page = testapp.get(f"/api/v1.0/{kind}/?{query}&expand=items").json
            assert page["urls"] == [f"{API}{kind}/{id}" for id in found]
            assert [item["source_id"] for item in page["items"]] == [f"S-{id}" for id in found]
            assert (page["meta"]["total"], page["meta"]["next"]) == (len(found), None)


INVALID = [
    "source_id=",
    "source_id=%00",
    "source_id=" + "x" * 256,
    "source_id=a&source_id=a",
    "updated_since=",
    "updated_since=2014-04-09",
    "updated_since=2014-04-09T10:00:00",
    "sort=source_id",
    "sort=updated_at&after=1",
    "sort=updated_at&after=x.1",
    "sort=updated_at&after=999999999999999999.1",
    "sort=updated_at&before=-999999999999999999.1",
    "sort=updated_at&before=1.2.3",
]


def test_an_invalid_filter_is_400_and_named(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for query in INVALID:
        with subtests.test(query=query):
            response = testapp.get(f"/api/v1.0/students/?{query}", status=400)
            name = query.rpartition("&")[2].partition("=")[0]
            assert response.json["message"].startswith(f"{name}: ")


INDEXES = {
    "sort=created_at": "ix_students_created_at_id",
    "sort=-updated_at": "ix_students_updated_at_id",
    "updated_since=2038-01-01T00:00:00Z": "ix_students_updated_at_id",
    "updated_since=2038-01-01T00:00:00Z&sort=name": "ix_students_updated_at_id",
    "updated_since=2038-01-01T00:00:00Z&sort=updated_at": "ix_students_updated_at_id",
    "updated_since=2038-01-01T00:00:00Z&q=x": "ix_students_updated_at_id",
    "source_id=S-1": "ix_students_source_id",
}


def test_time_queries_use_an_index(
    testapp: TestApp, subtests: pytest.Subtests, dbengine: Engine
) -> None:
    with dbengine.begin() as connection:
        connection.execute(insert(Student), [{"name": f"x {n}"} for n in range(500)])
        late = "updated_at = '2038-01-19 03:14:08.000000' WHERE id % 50 = 0"
        connection.execute(text(f"UPDATE students SET source_id = 'S-' || id, {late}"))
        connection.execute(text("ANALYZE"))
    for query, index in INDEXES.items():
        with subtests.test(query=query):
            sent = statements_of_pages(testapp, f"/api/v1.0/students/?{query}&per_page=5")
            reads = [each for each in sent if "FROM students" in each.text]
            assert reads
            for statement, parameters in reads:
                plan = explain(dbengine, statement, parameters)
                assert index in plan, plan
                assert "Seq Scan" not in plan, plan
                assert not re.search(r"SCAN students(?! USING (COVERING )?INDEX ix_)", plan), plan
