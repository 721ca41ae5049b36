"""The parameter ``expand``, which embeds representations."""

from itertools import product
from urllib.parse import quote

import pytest
from sqlalchemy import Engine
from webtest import TestApp

from ..support.rows import insert_rows
from ..support.statements import statements

STUDENTS = 300


@pytest.fixture
def roster(testapp: TestApp, dbengine: Engine) -> TestApp:
    """A class with 300 registered students."""
    names = [f"student {id}" for id in range(1, STUDENTS + 1)]
    pairs = [(id, 1) for id in range(1, STUDENTS + 1)]
    insert_rows(dbengine, names, ["algebra"], pairs)
    testapp.get("/api/v1.0/")  # caches the identity
    return testapp


EXPANSIONS = [
    ("students/", "items"),
    ("classes/", "items"),
    ("registrations/", "items"),
    ("registrations/", "student"),
    ("registrations/", "class,student"),
    ("students/1/registrations/", "items,class"),
    ("classes/1/registrations/", "items,student,class,items"),
]


def test_expanded_items_equal_the_items_at_their_urls(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    for path, expand in EXPANSIONS:
        with subtests.test(path=path, expand=expand):
            compare_with_urls(roster, path, expand)


def compare_with_urls(roster: TestApp, path: str, expand: str) -> None:
    page = roster.get(f"/api/v1.0/{path}?per_page=3&page=1&expand={expand}").json
    plain = roster.get(f"/api/v1.0/{path}?per_page=3&page=1").json
    assert page["urls"] == plain["urls"]
    names = sorted({"student", "class"} & set(expand.split(",")))
    query = f"?expand={','.join(names)}" if names else ""
    assert page["items"] == [roster.get(url + query).json for url in page["urls"]]
    assert set(page) == {"urls", "items", "meta"}
    for name in ("first", "last"):
        assert f"expand={quote(expand)}&" in page["meta"][name]


def test_a_registration_expands_its_student_and_class(
    roster: TestApp,
) -> None:
    plain = roster.get("/api/v1.0/registrations/7/1").json
    student, class_ = (roster.get(plain[name]).json for name in ("student", "class"))
    for expand, expected in {
        "student": plain | {"student": student},
        "class": plain | {"class": class_},
        "student,class": plain | {"student": student, "class": class_},
    }.items():
        for spelling in (expand, expand.replace(",", "&expand=")):
            assert roster.get(f"/api/v1.0/registrations/7/1?expand={spelling}").json == expected


def test_an_expanded_page_costs_at_most_three_statements(
    roster: TestApp,
) -> None:
    url, pages, names = "/api/v1.0/classes/1/registrations/?expand=student&per_page=100", 0, []
    while url:
        with statements() as sent:
            page = roster.get(url).json
        assert len(sent) <= 3, sent
        names += [item["student"]["name"] for item in page["items"]]
        url, pages = page["meta"]["next"], pages + 1
    assert pages == 3
    assert names == [f"student {id}" for id in range(1, STUDENTS + 1)]


def test_an_expanded_response_has_its_own_etag(roster: TestApp) -> None:
    url = "/api/v1.0/registrations/7/1?expand=student"
    tag = roster.get(url).headers["ETag"]
    roster.get(url, headers={"If-None-Match": tag}, status=304)
    roster.put_json("/api/v1.0/students/7", {"name": "renamed"})
    assert roster.get(url, headers={"If-None-Match": tag}, status=200).headers["ETag"] != tag


KNOWN = {
    "students/": "items",
    "classes/": "items",
    "registrations/": "items, student, class",
    "classes/1/registrations/": "items, student, class",
    "registrations/7/1": "student, class",
}
UNKNOWN = ("", "x", "items,x", ",", "Student", "name", "items&expand=x")


@pytest.mark.one_combination
def test_an_unknown_expansion_is_400_with_the_known_ones(
    roster: TestApp, subtests: pytest.Subtests
) -> None:
    for (path, names), value in product(KNOWN.items(), UNKNOWN):
        url = f"/api/v1.0/{path}?expand={value}"
        with subtests.test(url=url):
            message = roster.get(url, status=400).json["message"]
            assert message.startswith("expand: ")
            assert names in message


@pytest.mark.one_combination
def test_expand_is_unknown_without_expansions(roster: TestApp) -> None:
    response = roster.get("/api/v1.0/students/7?expand=x", status=400)
    assert response.json["code"] == "unknown_parameter"
