"""Students and classes, which have the same operations."""

from importlib.metadata import version

import pytest
from webtest import TestApp

from ..support.application import API

KINDS = pytest.mark.parametrize("kind", ["students", "classes"])


def test_the_root_links_to_the_api_without_credentials(anonymous: TestApp) -> None:
    response = anonymous.get("/")
    assert response.json == {"name": "classroom", "version": version("classroom"), "api": API}


def test_the_api_links_to_its_collections(testapp: TestApp) -> None:
    names = ["students", "classes", "registrations", "users"]
    links = testapp.get("/api/v1.0/").json
    if testapp.authorization[0] == "Bearer":
        assert links.pop("token") == "http://localhost/auth/request-token"
    assert links.pop("user") == f"{API}users/1"
    assert links == {name: f"{API}{name}/" for name in names}


@pytest.mark.all_combinations
@KINDS
def test_an_item_is_created_read_replaced_and_deleted(testapp: TestApp, kind: str) -> None:
    created = testapp.post_json(f"/api/v1.0/{kind}/", {"name": "david", "unknown": 1}, status=201)
    url = f"{API}{kind}/1"
    assert (created.json, created.headers["Location"]) == ({}, url)

    read = testapp.get(url)
    registrations = f"{url}/registrations/"
    expected = {"url": url, "id": 1, "name": "david", "registrations": registrations}
    assert {name: read.json[name] for name in expected} == expected
    assert read.content_type == "application/json"

    assert testapp.put_json(url, {"name": "susan"}, status=200).json == {}
    assert testapp.get(url).json["name"] == "susan"

    assert testapp.delete(url, status=200).json == {}
    gone = testapp.get(url, status=404)
    assert gone.json["status"] == 404
    assert gone.json["error"] == "not found"
    testapp.put_json(url, {"name": "susan"}, status=404)
    testapp.delete(url, status=404)


@KINDS
@pytest.mark.parametrize("id", ["9", "9" * 18])
def test_a_missing_item_is_404(testapp: TestApp, kind: str, id: str) -> None:
    testapp.get(f"/api/v1.0/{kind}/{id}", status=404)
    testapp.delete(f"/api/v1.0/{kind}/{id}", status=404)


@KINDS
def test_ids_are_not_reused(testapp: TestApp, kind: str) -> None:
    first = testapp.post_json(f"/api/v1.0/{kind}/", {"name": "a"}).headers["Location"]
    testapp.delete(first)
    second = testapp.post_json(f"/api/v1.0/{kind}/", {"name": "b"}).headers["Location"]
    assert (first, second) == (f"{API}{kind}/1", f"{API}{kind}/2")


@pytest.mark.one_combination
@KINDS
def test_head_is_get_without_the_body(testapp: TestApp, kind: str) -> None:
    url = testapp.post_json(f"/api/v1.0/{kind}/", {"name": "david"}).headers["Location"]
    for path in (url, f"/api/v1.0/{kind}/", "/api/v1.0/", "/"):
        get, head = testapp.get(path), testapp.head(path)
        assert head.body == b""
        assert head.headers == get.headers


@pytest.mark.one_combination
def test_a_body_of_64_kib_is_accepted(testapp: TestApp) -> None:
    body = b'{"name": "x"}'.ljust(64 * 1024)
    headers = {"Content-Type": "application/json"}
    testapp.post("/api/v1.0/students/", body, headers=headers, status=201)


@pytest.mark.one_combination
@pytest.mark.parametrize(
    "media_type", ["Application/JSON", "application/json ; charset=UTF-8", "application/json;v=1"]
)
def test_media_types_are_case_insensitive_with_parameters(
    testapp: TestApp, media_type: str
) -> None:
    headers = {"Content-Type": media_type}
    testapp.post("/api/v1.0/students/", '{"name": "x"}', headers=headers, status=201)


@KINDS
@pytest.mark.parametrize("name", ["x", "x" * 64, "José García", "名前", "😀", " a "])
def test_names_are_stored_unchanged(testapp: TestApp, kind: str, name: str) -> None:
    url = testapp.post_json(f"/api/v1.0/{kind}/", {"name": name}).headers["Location"]
    assert testapp.get(url).json["name"] == name


@pytest.mark.one_combination
@KINDS
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Name": "x"},
        *({"name": name} for name in (None, 1, True, [], {}, "", " ", "\u00a0", "x" * 65)),
        *({"name": name} for name in ("a\0", "a\nb", "\x7f", "\x9f")),
    ],
)
def test_an_invalid_name_is_400_and_changes_nothing(
    testapp: TestApp, kind: str, body: object
) -> None:
    url = testapp.post_json(f"/api/v1.0/{kind}/", {"name": "david"}).headers["Location"]
    for refused in (
        testapp.post_json(f"/api/v1.0/{kind}/", body, status=400),
        testapp.put_json(url, body, status=400),
    ):
        assert refused.json["message"].startswith("name: ")
    assert testapp.get(url).json["name"] == "david"
    assert testapp.get(f"/api/v1.0/{kind}/").json["meta"]["total"] == 1
