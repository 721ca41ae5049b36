"""The responses to writes, and merge patches."""

from typing import Any, NamedTuple

import pytest
from sqlalchemy import Engine, text
from webtest import TestApp

from classroom.db.engine import for_writing

from ..support.application import API
from ..support.rows import registration

PATCH = "application/merge-patch+json"


@pytest.fixture
def client(testapp: TestApp, student_and_class: None) -> TestApp:
    return testapp


class Write(NamedTuple):
    """A request, the item that it creates or changes, and the status of the response."""

    method: str
    path: str
    body: Any
    item: str
    status: int


WRITES = [
    Write("POST", "students/", {"name": "susan"}, "students/2", 201),
    Write("POST", "classes/", {"name": "biology"}, "classes/2", 201),
    Write("POST", "registrations/", registration(), "registrations/1/1", 201),
    Write("PUT", "students/1", {"name": "dave"}, "students/1", 200),
    Write("PUT", "classes/1", {"name": "chemistry"}, "classes/1", 200),
    Write("PATCH", "students/1", {"name": "dave"}, "students/1", 200),
    Write("PATCH", "classes/1", {}, "classes/1", 200),
    Write("PUT", "registrations/1/1", {}, "registrations/1/1", 201),
]
RENAME = WRITES[3]


def send(client: TestApp, write: Write, **headers: str) -> Any:
    method = getattr(client, f"{write.method.lower()}_json")
    return method(f"/api/v1.0/{write.path}", write.body, headers=headers, status=write.status)


@pytest.mark.parametrize("write", WRITES)
def test_a_write_returns_the_new_etag(client: TestApp, write: Write) -> None:
    response = send(client, write)
    assert response.json == {}
    assert response.headers.get("Location") == (API + write.item if write.status == 201 else None)
    assert "Preference-Applied" not in response.headers
    tag = client.get(f"/api/v1.0/{write.item}").headers["ETag"]
    assert response.headers["ETag"] == tag
    client.delete(f"/api/v1.0/{write.item}", headers={"If-Match": tag}, status=200)


@pytest.mark.parametrize("write", WRITES)
def test_prefer_returns_the_representation(client: TestApp, write: Write) -> None:
    response = send(client, write, Prefer="return=representation")
    read = client.get(f"/api/v1.0/{write.item}")
    assert response.json == read.json
    assert response.headers["Preference-Applied"] == "return=representation"
    assert response.headers["Content-Location"] == API + write.item
    for name in ("Content-Type", "ETag"):
        assert response.headers[name] == read.headers[name]


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("prefer", "is_heeded"),
    [
        ('Return = "representation"; x=1', True),
        ("respond-async, return=representation", True),
        ("return=minimal", False),
        ("return=minimal, return=representation", False),
        ("return=representations", False),
        ("not-return=representation", False),
        ("handling=strict", False),
        (',;="', False),
        ("", False),
    ],
)
def test_other_preferences_are_ignored(client: TestApp, prefer: str, is_heeded: bool) -> None:
    response = send(client, RENAME, Prefer=prefer)
    assert bool(response.json) == is_heeded


@pytest.mark.parametrize("kind", ["students", "classes"])
@pytest.mark.parametrize("media_type", [PATCH, "application/json", f"{PATCH}; charset=UTF-8"])
def test_a_merge_patch_changes_the_fields_it_names(
    client: TestApp, kind: str, media_type: str
) -> None:
    path, headers = f"/api/v1.0/{kind}/1", {"Content-Type": media_type}
    before = client.get(path).json
    client.patch(path, '{"url": null, "x": {"y": 1}}', headers=headers, status=200)
    assert client.get(path).json == before
    client.patch(path, '{"name": "é"}'.encode(), headers=headers, status=200)
    after = client.get(path).json
    assert after == before | {"name": "é", "updated_at": after["updated_at"]}


@pytest.mark.one_combination
@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"name": null}', "name: is missing"),
        (b'{"name": 7}', "name: must be a string"),
        (b'{"name": " "}', "name: must be 1 to 64 characters"),
        (b'["name"]', "the body must be a JSON object"),
        (b"", "the body must be JSON"),
    ],
)
def test_an_invalid_merge_patch_is_400(client: TestApp, body: bytes, message: str) -> None:
    headers = {"Content-Type": PATCH}
    refused = client.patch("/api/v1.0/students/1", body, headers=headers, status=400)
    assert refused.json["message"].startswith(message)
    assert client.get("/api/v1.0/students/1").json["name"] == "david"


def test_a_patch_leaves_a_stored_value_that_is_invalid_today(
    client: TestApp, dbengine: Engine
) -> None:
    with for_writing(dbengine).begin() as connection:
        connection.execute(text("UPDATE students SET name = ' '"))
    client.patch_json("/api/v1.0/students/1", {"x": 1}, status=200)
    with dbengine.connect() as connection:
        assert connection.execute(text("SELECT name FROM students")).scalar() == " "


@pytest.mark.one_combination
@pytest.mark.parametrize("media_type", ["text/plain", "application/json-patch+json"])
def test_another_patch_format_is_415_with_accept_patch(client: TestApp, media_type: str) -> None:
    headers = {"Content-Type": media_type}
    refused = client.patch("/api/v1.0/students/1", "{}", headers=headers, status=415)
    assert refused.headers["Accept-Patch"] == f"{PATCH}, application/json"
    refused = client.put("/api/v1.0/students/1", "{}", headers={"Content-Type": PATCH}, status=415)
    assert "Accept-Patch" not in refused.headers


@pytest.mark.one_combination
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [f"/api/v1.0/{path}" for path in ("students/9", "students/9/", "students/9/registrations/")]
    + ["/api/v1.0/registrations/1/9"],
)
@pytest.mark.parametrize(
    "body",
    [
        ("application/json", b"{}"),
        ("application/json", b"{"),
        ("application/json", b" " * 70_000),
        ("text/plain", b"{}"),
    ],
)
def test_a_missing_row_is_404_before_any_other_error(
    client: TestApp, method: str, path: str, body: tuple[str, bytes]
) -> None:
    media_type, content = body
    headers = {"Content-Type": media_type}
    client.request(path, method=method, body=content, headers=headers, status=404)
