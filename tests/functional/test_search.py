"""Search and sort students and classes by name."""

import random
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, func, insert, text, update
from webtest import TestApp

from classroom.db.backfill import are_folded
from classroom.db.startup import open_database
from classroom.models.tables import Student

from ..support.application import client_of, open_application
from ..support.pages import pages
from ..support.plans import explain
from ..support.rows import insert_rows
from ..support.statements import statements, statements_of_pages

NAMES = [
    "José García",
    "gARCÍA",
    "Zoë Gardner",
    "anna",
    "Anna",
    "Émile",
    "Ängström",
    "O'Neil",
    "Li",
]


PATHS = ("/api/v1.0/students/", "/api/v1.0/classes/")


@pytest.fixture
def roster(testapp: TestApp, dbengine: Engine) -> TestApp:
    """Students and classes with NAMES, the first of which has the id 1."""
    insert_rows(dbengine, NAMES, NAMES)
    return testapp


def names(testapp: TestApp, url: str, link: str = "next") -> list[str]:
    """Return the names on all pages along one kind of link."""
    return [item["name"] for page in pages(testapp, url, link) for item in page["items"]]


def folded(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


FOUND = {
    "gar": ["José García", "gARCÍA", "Zoë Gardner"],
    "jose": ["José García"],
    "GARCÍA": ["José García", "gARCÍA"],
    "Garci\u0301a": ["José García", "gARCÍA"],
    "g jos": ["José García"],
    "garc gard": [],
    "neil": ["O'Neil"],
    "o'neil": ["O'Neil"],
    "arc": [],
    "%": [],
    "_": [],
    "x" * 64: [],
}


def test_q_matches_word_prefixes(roster: TestApp, subtests: pytest.Subtests) -> None:
    for path, (q, found) in product(PATHS, FOUND.items()):
        with subtests.test(path=path, q=q):
            assert names(roster, f"{path}?q={quote(q)}&expand=items") == found
            assert roster.get(f"{path}?q={quote(q)}").json["meta"]["total"] == len(found)


def test_sort_orders_pages_in_both_directions(roster: TestApp, subtests: pytest.Subtests) -> None:
    sorts = ("id", "-id", "name", "-name")
    for path, sort, q, size in product(PATHS, sorts, ("", "a", "gar"), (1, 2, 100)):
        expected = in_order(q, sort)
        url = f"{path}?{q and f'q={q}&'}sort={sort}&expand=items&per_page={size}"
        with subtests.test(url=url):
            assert names(roster, url) == expected
            last = roster.get(url).json["meta"]["last"]
            starts = reversed(range(0, len(expected), size))
            backward = [name for start in starts for name in expected[start : start + size]]
            assert names(roster, last, "prev") == backward


def in_order(q: str, sort: str) -> list[str]:
    """Return the NAMES that have a word with the prefix ``q``, sorted."""
    found = [name for name in NAMES if any(word.startswith(q) for word in folded(name).split())]
    if sort.endswith("name"):
        found = sorted(found, key=folded)
    return found[::-1] if sort.startswith("-") else found


def test_search_follows_changes_and_deletions(roster: TestApp, subtests: pytest.Subtests) -> None:
    for path in PATHS:
        with subtests.test(path=path):
            roster.put_json(f"{path}1", {"name": "Ana Peña"})
            roster.patch_json(f"{path}2", {"name": "Pena Pena"})
            roster.delete(f"{path}3")
            assert names(roster, f"{path}?q=gar&expand=items") == []
            found = names(roster, f"{path}?q=pena&sort=-name&expand=items")
            assert found == ["Pena Pena", "Ana Peña"]


def test_a_walk_by_name_survives_concurrent_changes(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    for path in PATHS:
        with subtests.test(path=path):
            first = roster.get(f"{path}?sort=name&per_page=4&expand=items").json
            seen = [item["name"] for item in first["items"]]
            roster.delete(first["urls"][-1])
            roster.post_json(path, {"name": "Aaron"})
            seen += names(roster, first["meta"]["next"])
            assert sorted(seen) == sorted(NAMES)


WRONG = {
    "q": ["", "%20", "%00", "x" * 65, "a&q=b"],
    "sort": ["", "Name", "name,id", "name&sort=name"],
    "after": ["1&sort=name", "x.0&sort=name", "%00.1&sort=name", "x.1&sort=id"],
    "before": ["a.1&after=a.1&sort=name"],
}


@pytest.mark.one_combination
def test_an_invalid_parameter_is_400_with_its_name(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    for path, (parameter, values) in product(PATHS, WRONG.items()):
        for value in values:
            with subtests.test(path=path, parameter=parameter, value=value):
                refused = roster.get(f"{path}?{parameter}={value}", status=400)
                assert refused.json["message"].startswith(f"{parameter}: ")


def test_q_may_be_decomposed_and_as_long_as_a_name(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    name = ("Yué " * 16).strip()
    q = quote(unicodedata.normalize("NFD", name))
    for path in PATHS:
        with subtests.test(path=path):
            roster.post_json(path, {"name": name}, status=201)
            assert names(roster, f"{path}?q={q}&expand=items") == [name]


def test_names_inserted_directly_are_found_after_a_restart(
    app_settings: dict[str, str], request: pytest.FixtureRequest
) -> None:
    engine = request.getfixturevalue("dbengine")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO students (name) VALUES ('José'), ('Anna')"))
    with restarted(app_settings) as client:
        assert names(client, "/api/v1.0/students/?sort=name&expand=items") == ["Anna", "José"]
        assert names(client, "/api/v1.0/students/?q=jose&expand=items") == ["José"]


CHANGES = [
    "UPDATE students SET name = 'José' WHERE name = 'anna'",
    update(Student).where(Student.name == "anna").values(name="José"),
    update(Student)
    .where(Student.name == "anna")
    .values(name=func.replace(Student.name, "anna", "José")),
]


@pytest.mark.parametrize("change", CHANGES, ids=["sql", "core", "expression"])
def test_names_changed_directly_are_found_after_a_restart(
    app_settings: dict[str, str], dbengine: Engine, change: Any
) -> None:
    with dbengine.begin() as connection:
        connection.execute(insert(Student), [{"name": name} for name in ("anna", "bob")])
        connection.execute(text(change) if isinstance(change, str) else change)
    with restarted(app_settings) as client:
        assert names(client, "/api/v1.0/students/?q=jose&expand=items") == ["José"]
        assert names(client, "/api/v1.0/students/?q=anna&expand=items") == []
        assert names(client, "/api/v1.0/students/?sort=name&expand=items") == ["bob", "José"]


def test_a_name_changed_only_in_case_stays_searchable(
    app_settings: dict[str, str], password_client: TestApp, dbengine: Engine
) -> None:
    password_client.post_json("/api/v1.0/students/", {"name": "bob"})
    password_client.put_json("/api/v1.0/students/1", {"name": "BOB"})
    assert names(password_client, "/api/v1.0/students/?q=bob&expand=items") == ["BOB"]
    for _ in range(2):
        with restarted(app_settings) as client:
            assert names(client, "/api/v1.0/students/?q=bob&expand=items") == ["BOB"]
        with dbengine.connect() as connection:
            assert are_folded(connection)


def test_startup_reads_only_marked_rows(app_settings: dict[str, str], dbengine: Engine) -> None:
    with dbengine.begin() as connection:
        connection.execute(insert(Student), [{"name": f"student {i}"} for i in range(1000)])
        connection.execute(text("UPDATE students SET name = 'José' WHERE id = 500"))
    with statements() as sent:
        open_database(app_settings).dispose()
    reads = [one for one in sent if "needs_folding" in one.text and one.text.startswith("SELECT")]
    assert reads
    for statement, parameters in reads:
        plan = explain(dbengine, statement, parameters)
        assert "needs_folding" in plan, plan
        assert not re.search("SCAN(?! CONSTANT)|Seq Scan", plan), plan
    writes = [one for one in sent if one.text.startswith("UPDATE")]
    assert len(writes) == 1, writes


@contextmanager
def restarted(app_settings: dict[str, str]) -> Iterator[TestApp]:
    """Yield a client of the application after another startup."""
    with open_application(app_settings) as app:
        yield client_of(app)


QUERIES = ("q=gar", "q=gar&sort=name", "q=gar+jo&sort=-name", "sort=name", "sort=-id")


def test_search_and_sort_use_an_index(
    testapp: TestApp, subtests: pytest.Subtests, dbengine: Engine
) -> None:
    generator = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(generator.choices(letters, k=6)) for _ in range(200)]
    rows = [{"name": f"{generator.choice(words)} {generator.choice(words)}"} for _ in range(2000)]
    with dbengine.begin() as connection:
        connection.execute(insert(Student), rows)
        connection.execute(text("ANALYZE"))
    for query in QUERIES:
        with subtests.test(query=query):
            sent = statements_of_pages(testapp, f"/api/v1.0/students/?{query}&per_page=5")
            about_names = [each for each in sent if re.search("FROM students|_words", each.text)]
            assert about_names
            for statement, parameters in about_names:
                check_plan(query, statement, explain(dbengine, statement, parameters))


def check_plan(query: str, statement: str, plan: str) -> None:
    if "q=" in query or "LIMIT" in statement:
        assert "Seq Scan" not in plan, plan
    if "q=" in query:
        assert "SCAN students" not in plan, plan
    if query == "sort=name":
        reads = re.findall(r".*(?:SCAN|SEARCH|on) students\b.*", plan)
        assert reads, plan
        assert all("ix_students_folded_id" in line for line in reads), plan
        # A page by number orders once more, but only the rows of the page.
        is_numbered = "UNION ALL" in statement
        assert "USE TEMP B-TREE FOR ORDER BY" not in plan or is_numbered, plan
