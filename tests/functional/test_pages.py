import re
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from sqlalchemy import insert
from webtest import TestApp

from classroom.models.tables import Class, Registration, Student

from ..support.application import API
from ..support.pages import walk

Fill = Callable[..., None]


@pytest.fixture
def fill(testapp: TestApp, dbengine: Any) -> Fill:
    """Return a function that inserts rows into a table."""

    def fill(model: type, rows: list[dict[str, Any]]) -> None:
        with dbengine.begin() as connection:
            connection.execute(insert(model), rows)

    return fill


@pytest.fixture
def students(fill: Fill) -> None:
    fill(Student, [{"name": "x"}] * 10)


def test_an_empty_collection_has_one_empty_page(testapp: TestApp) -> None:
    first = f"{API}students/?per_page=50&page=1"
    meta = {"page": 1, "pages": 0, "per_page": 50, "total": 0, "prev": None, "next": None}
    page = testapp.get("/api/v1.0/students/").json
    cursors = {"before": None, "after": None}
    assert page == {"urls": [], "meta": {**meta, "first": first, "last": first, **cursors}}


@pytest.mark.usefixtures("students")
def test_a_page_has_its_position_and_links(testapp: TestApp) -> None:
    page = testapp.get("/api/v1.0/students/?per_page=3&page=2").json
    assert page == {
        "urls": [f"{API}students/{id}" for id in (4, 5, 6)],
        "meta": {
            "page": 2,
            "pages": 4,
            "per_page": 3,
            "total": 10,
            "prev": f"{API}students/?per_page=3&page=1&before=4",
            "next": f"{API}students/?per_page=3&page=3&after=6",
            "first": f"{API}students/?per_page=3&page=1",
            "last": f"{API}students/?per_page=3&page=4",
            "before": "4",
            "after": "6",
        },
    }
    assert testapp.get(page["meta"]["last"]).json["urls"] == [f"{API}students/10"]


@pytest.mark.usefixtures("students")
def test_a_page_by_number_has_the_rows_at_its_offset(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for query in ("sort=id", "sort=-id", "sort=name", "q=x&expand=items"):
        path = f"/api/v1.0/students/?{query}"
        everyone = testapp.get(path).json["urls"]
        assert len(everyone) == 10
        for size in (1, 3, 5, 9):
            for page in range(1, -(-10 // size) + 1):
                with subtests.test(query=query, size=size, page=page):
                    urls = testapp.get(f"{path}&per_page={size}&page={page}").json["urls"]
                    assert urls == everyone[(page - 1) * size : page * size]


@pytest.mark.all_combinations
@pytest.mark.usefixtures("students")
def test_next_and_prev_links_return_every_row_once(testapp: TestApp) -> None:
    everyone = [f"{API}students/{id}" for id in range(1, 11)]
    assert walk(testapp, "/api/v1.0/students/?per_page=3") == everyone
    assert walk(testapp, "/api/v1.0/students/?per_page=3&page=4", "prev") == everyone[::-1]


@pytest.mark.all_combinations
def test_cursors_return_every_row_once(
    testapp: TestApp, subtests: pytest.Subtests, fill: Fill
) -> None:
    names = ["Ä & b=c", "a+b", "100%", "#.7", "~x", "日本 語", "x.y"]
    fill(Student, [{"name": name} for name in names])
    for sort in ("id", "-id", "name", "-name"):
        with subtests.test(sort=sort):
            path = f"/api/v1.0/students/?sort={sort}"
            everyone = testapp.get(path).json["urls"]
            path += "&per_page=2"
            forth, last = follow_cursors(testapp, path, "after")
            assert forth == everyone
            back, first = follow_cursors(testapp, f"{path}&page={last['pages']}", "before")
            assert back == everyone[::-1]
            assert first["prev"] is None


def follow_cursors(client: TestApp, path: str, name: str) -> tuple[list[str], dict[str, Any]]:
    """Return the URLs of all items, in the order of the cursors, and the meta of the last page."""
    urls, query = [], ""
    while True:
        page = client.get(path + query).json
        urls += page["urls"][:: -1 if name == "before" else 1]
        if page["meta"][name] is None:
            return urls, page["meta"]
        query = f"&{name}={quote(page['meta'][name])}"


def test_links_are_percent_encoded(testapp: TestApp, fill: Fill) -> None:
    fill(Student, [{"name": "Ä, &+%=#"}] * 3)
    meta = testapp.get("/api/v1.0/students/?sort=name&per_page=1").json["meta"]
    found = testapp.get("/api/v1.0/students/?q=%C3%84,+%26%2B%25%3D%23").json["meta"]
    for link, name, value in (
        (meta["next"], "after", meta["after"]),
        (found["first"], "q", "Ä, &+%=#"),
    ):
        query = urlsplit(link).query
        assert re.fullmatch("[A-Za-z0-9._~%&=-]+", query)
        assert unquote(dict(part.split("=") for part in query.split("&"))[name]) == value


@pytest.mark.usefixtures("students")
def test_a_walk_skips_and_repeats_nothing_during_writes(
    testapp: TestApp,
) -> None:
    first = testapp.get("/api/v1.0/students/?per_page=4").json
    for id in (1, 2, 4, 6):
        testapp.delete(f"/api/v1.0/students/{id}")
    testapp.post_json("/api/v1.0/students/", {"name": "new"})
    seen = first["urls"] + walk(testapp, first["meta"]["next"])
    assert seen == [f"{API}students/{id}" for id in (1, 2, 3, 4, 5, 7, 8, 9, 10, 11)]


@pytest.mark.usefixtures("students")
def test_a_page_whose_rows_were_deleted_is_empty(testapp: TestApp) -> None:
    link = testapp.get("/api/v1.0/students/?per_page=5").json["meta"]["next"]
    for id in range(6, 11):
        testapp.delete(f"/api/v1.0/students/{id}")
    page = testapp.get(link).json
    assert (page["urls"], page["meta"]["next"]) == ([], None)
    assert walk(testapp, page["meta"]["prev"]) == [f"{API}students/{id}" for id in range(1, 6)]


REGISTRATIONS = {
    "registrations/": [(s, c) for s in (1, 2, 3) for c in (1, 2, 3)],
    "students/2/registrations/": [(2, c) for c in (1, 2, 3)],
    "classes/2/registrations/": [(s, 2) for s in (1, 2, 3)],
}


def test_registrations_are_ordered_by_their_key(
    testapp: TestApp, subtests: pytest.Subtests, fill: Fill
) -> None:
    fill(Student, [{"name": "x"}] * 3)
    fill(Class, [{"name": "x"}] * 3)
    now = datetime.now(UTC)
    every = [(s, c) for c in (3, 2, 1) for s in (3, 2, 1)]
    fill(Registration, [{"student_id": s, "class_id": c, "timestamp": now} for s, c in every])
    for (path, pairs), size in product(REGISTRATIONS.items(), (1, 2, 4)):
        expected = [f"{API}registrations/{s}/{c}" for s, c in pairs]
        url = f"/api/v1.0/{path}?per_page={size}"
        with subtests.test(url=url):
            assert walk(testapp, url) == expected
            last = testapp.get(url).json["meta"]["last"]
            assert walk(testapp, last, "prev") == expected[::-1]


def test_page_sizes_come_from_the_settings(app_settings: dict[str, str], request: Any) -> None:
    app_settings |= {"classroom.per_page": "2", "classroom.max_per_page": "3"}
    client = request.getfixturevalue("password_client")

    def size(query: str) -> int:
        return client.get(f"/api/v1.0/students/{query}").json["meta"]["per_page"]

    assert [size(query) for query in ("", "?per_page=3", "?per_page=" + "9" * 30)] == [2, 3, 3]


@pytest.mark.one_combination
@pytest.mark.usefixtures("students")
def test_an_invalid_page_or_size_is_400_with_its_name(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    values = ("0", "-1", "abc", "", "1.0", "01", "%2B1", "1&{}=1")
    for parameter, value in product(("page", "per_page"), values):
        query = f"{parameter}={value.format(parameter)}"
        with subtests.test(query=query):
            refused = testapp.get(f"/api/v1.0/students/?{query}", status=400)
            assert refused.json["message"].startswith(f"{parameter}: ")


@pytest.mark.usefixtures("students")
def test_a_page_past_the_end_is_404(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for page in ("2", "9" * 18, "1" + "0" * 30):
        with subtests.test(page=page):
            refused = testapp.get(f"/api/v1.0/students/?page={page}", status=404)
            assert "page" in refused.json["message"]


@pytest.mark.one_combination
@pytest.mark.usefixtures("students")
def test_a_page_repeats_its_links_in_the_link_header(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for page in (1, 2, 4):
        with subtests.test(page=page):
            response = testapp.get(f"/api/v1.0/students/?per_page=3&page={page}&q=x")
            meta = response.json["meta"]
            rels = [rel for rel in ("first", "prev", "next", "last") if meta[rel]]
            links = [f'<{meta[rel]}>; rel="{rel}"' for rel in rels]
            assert response.headers["Link"] == ", ".join(links)


@pytest.mark.all_combinations
def test_the_roots_link_to_the_openapi_document(testapp: TestApp) -> None:
    link = f'<{API}openapi.json>; rel="service-desc"; type="application/json"'
    for path in ("/", "/api/v1.0/"):
        assert testapp.get(path).headers["Link"] == link, path
    assert testapp.get(f"{API}openapi.json").json["openapi"].startswith("3.1")
