"""The responses to writes, and merge patches."""

from itertools import product
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, text
from webtest import TestApp

from classroom.db.engine import for_writing

from ..support.application import API
from ..support.rows import insert_rows, registration

PATCH = "application/merge-patch+json"


@pytest.fixture
def client(testapp: TestApp, student_and_class: None) -> TestApp:
    return testapp


@pytest.fixture
def writer(client: TestApp, dbengine: Engine) -> TestApp:
    """A client, with the items that the writes need."""
    insert_rows(dbengine, ["b", "c"], ["b", "c", "d"])
    return client


class Write(NamedTuple):
    """A request, the item that it creates or changes, and the status of the response."""

    method: str
    path: str
    body: Any
    item: str
    status: int


# Each changes its own item, so that they can share an application.
WRITES = [
    Write("POST", "students/", {"name": "susan"}, "students/4", 201),
    Write("POST", "classes/", {"name": "biology"}, "classes/5", 201),
    Write("POST", "registrations/", registration(3, 3), "registrations/3/3", 201),
    Write("PUT", "students/1", {"name": "dave"}, "students/1", 200),
    Write("PUT", "classes/1", {"name": "chemistry"}, "classes/1", 200),
    Write("PATCH", "students/2", {"name": "dave"}, "students/2", 200),
    Write("PATCH", "classes/2", {}, "classes/2", 200),
    Write("PUT", "registrations/3/4", {}, "registrations/3/4", 201),
]
RENAME = WRITES[3]


def send(client: TestApp, write: Write, **headers: str) -> Any:
    method = getattr(client, f"{write.method.lower()}_json")
    return method(f"/api/v1.0/{write.path}", write.body, headers=headers, status=write.status)


def test_a_write_returns_the_new_etag(writer: TestApp, subtests: pytest.Subtests) -> None:
    for write in WRITES:
        with subtests.test(write=write):
            response = send(writer, write)
            assert response.json == {}
            location = API + write.item if write.status == 201 else None
            assert response.headers.get("Location") == location
            assert "Preference-Applied" not in response.headers
            tag = writer.get(f"/api/v1.0/{write.item}").headers["ETag"]
            assert response.headers["ETag"] == tag
            writer.delete(f"/api/v1.0/{write.item}", headers={"If-Match": tag}, status=200)


def test_prefer_returns_the_representation(writer: TestApp, subtests: pytest.Subtests) -> None:
    for write in WRITES:
        with subtests.test(write=write):
            response = send(writer, write, Prefer="return=representation")
            read = writer.get(f"/api/v1.0/{write.item}")
            assert response.json == read.json
            assert response.headers["Preference-Applied"] == "return=representation"
            assert response.headers["Content-Location"] == API + write.item
            for name in ("Content-Type", "ETag"):
                assert response.headers[name] == read.headers[name]


@pytest.mark.one_combination
def test_other_preferences_are_ignored(client: TestApp, subtests: pytest.Subtests) -> None:
    for prefer, is_heeded in (
        ('Return = "representation"; x=1', True),
        ("respond-async, return=representation", True),
        ("return=minimal", False),
        ("return=minimal, return=representation", False),
        ("return=representations", False),
        ("not-return=representation", False),
        ("handling=strict", False),
        (',;="', False),
        ("", False),
    ):
        with subtests.test(prefer=prefer):
            response = send(client, RENAME, Prefer=prefer)
            assert bool(response.json) == is_heeded


@pytest.mark.parametrize("kind", ["students", "classes"])
def test_a_merge_patch_changes_the_fields_it_names(
    client: TestApp, subtests: pytest.Subtests, kind: str
) -> None:
    path = f"/api/v1.0/{kind}/1"
    for media_type in (PATCH, "application/json", f"{PATCH}; charset=UTF-8"):
        with subtests.test(media_type=media_type):
            headers = {"Content-Type": media_type}
            before = client.get(path).json
            client.patch(path, '{"url": null, "x": {"y": 1}}', headers=headers, status=200)
            assert client.get(path).json == before
            name = f"é{media_type}"
            client.patch(path, f'{{"name": "{name}"}}'.encode(), headers=headers, status=200)
            after = client.get(path).json
            assert after == before | {"name": name, "updated_at": after["updated_at"]}


@pytest.mark.one_combination
def test_an_invalid_merge_patch_is_400(client: TestApp, subtests: pytest.Subtests) -> None:
    headers = {"Content-Type": PATCH}
    for body, message in (
        (b'{"name": null}', "name: is missing"),
        (b'{"name": 7}', "name: must be a string"),
        (b'{"name": " "}', "name: must be 1 to 64 characters"),
        (b'["name"]', "the body must be a JSON object"),
        (b"", "the body must be JSON"),
    ):
        with subtests.test(body=body):
            refused = client.patch("/api/v1.0/students/1", body, headers=headers, status=400)
            assert refused.json["message"].startswith(message)
            assert client.get("/api/v1.0/students/1").json["name"] == "david"


def test_a_patch_keeps_stored_values_that_are_no_longer_valid(
    client: TestApp, dbengine: Engine
) -> None:
    with for_writing(dbengine).begin() as connection:
        connection.execute(text("UPDATE students SET name = ' '"))
    client.patch_json("/api/v1.0/students/1", {"x": 1}, status=200)
    with dbengine.connect() as connection:
        assert connection.execute(text("SELECT name FROM students")).scalar() == " "


@pytest.mark.one_combination
def test_another_patch_format_is_415_with_accept_patch(
    client: TestApp, subtests: pytest.Subtests
) -> None:
    path = "/api/v1.0/students/1"
    for media_type in ("text/plain", "application/json-patch+json"):
        with subtests.test(media_type=media_type):
            headers = {"Content-Type": media_type}
            refused = client.patch(path, "{}", headers=headers, status=415)
            assert refused.headers["Accept-Patch"] == f"{PATCH}, application/json"
    refused = client.put(path, "{}", headers={"Content-Type": PATCH}, status=415)
    assert "Accept-Patch" not in refused.headers


@pytest.mark.one_combination
def test_a_missing_row_is_404_before_any_other_error(
    client: TestApp, subtests: pytest.Subtests
) -> None:
    paths = ("students/9", "students/9/", "students/9/registrations/", "registrations/1/9")
    bodies = [
        ("application/json", b"{}"),
        ("application/json", b"{"),
        ("application/json", b" " * 70_000),
        ("text/plain", b"{}"),
    ]
    for method, path, (media_type, body) in product(("PUT", "DELETE"), paths, bodies):
        with subtests.test(method=method, path=path, media_type=media_type, body=body[:2]):
            headers = {"Content-Type": media_type}
            url = f"/api/v1.0/{path}"
            client.request(url, method=method, body=body, headers=headers, status=404)
