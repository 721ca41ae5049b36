"""Students and classes, which have the same operations."""

from importlib.metadata import version
from itertools import product

import pytest
from webtest import TestApp

from ..support.application import API

KINDS = ("students", "classes")


def create(client: TestApp, kind: str, name: str) -> str:
    """Create a student or a class; return its URL."""
    return client.post_json(f"/api/v1.0/{kind}/", {"name": name}, status=201).headers["Location"]


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
def test_an_item_is_created_read_replaced_and_deleted(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            create_read_replace_and_delete(testapp, kind)


def create_read_replace_and_delete(testapp: TestApp, kind: str) -> None:
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


def test_a_missing_item_is_404(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for kind, id in product(KINDS, ("9", "9" * 18)):
        with subtests.test(kind=kind, id=id):
            testapp.get(f"/api/v1.0/{kind}/{id}", status=404)
            testapp.delete(f"/api/v1.0/{kind}/{id}", status=404)


def test_ids_are_not_reused(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            first = create(testapp, kind, "a")
            testapp.delete(first)
            assert (first, create(testapp, kind, "b")) == (f"{API}{kind}/1", f"{API}{kind}/2")


@pytest.mark.one_combination
def test_head_is_get_without_the_body(testapp: TestApp, subtests: pytest.Subtests) -> None:
    items = [create(testapp, kind, "david") for kind in KINDS]
    collections = [f"/api/v1.0/{kind}/" for kind in KINDS]
    for path in (*items, *collections, "/api/v1.0/", "/"):
        with subtests.test(path=path):
            get, head = testapp.get(path), testapp.head(path)
            assert head.body == b""
            assert head.headers == get.headers


@pytest.mark.one_combination
def test_a_body_of_64_kib_is_accepted(testapp: TestApp) -> None:
    body = b'{"name": "x"}'.ljust(64 * 1024)
    headers = {"Content-Type": "application/json"}
    testapp.post("/api/v1.0/students/", body, headers=headers, status=201)


@pytest.mark.one_combination
def test_media_types_are_case_insensitive_with_parameters(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for media_type in (
        "Application/JSON",
        "application/json ; charset=UTF-8",
        "application/json;v=1",
    ):
        with subtests.test(media_type=media_type):
            headers = {"Content-Type": media_type}
            testapp.post("/api/v1.0/students/", '{"name": "x"}', headers=headers, status=201)


def test_names_are_stored_unchanged(testapp: TestApp, subtests: pytest.Subtests) -> None:
    names = ("x", "x" * 64, "José García", "名前", "😀", " a ")
    for kind, name in product(KINDS, names):
        with subtests.test(kind=kind, name=name):
            assert testapp.get(create(testapp, kind, name)).json["name"] == name


INVALID = [
    {},
    {"Name": "x"},
    *({"name": name} for name in (None, 1, True, [], {}, "", " ", "\u00a0", "x" * 65)),
    *({"name": name} for name in ("a\0", "a\nb", "\x7f", "\x9f")),
]


@pytest.mark.one_combination
def test_an_invalid_name_is_400_and_changes_nothing(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for kind in KINDS:
        collection, url = f"/api/v1.0/{kind}/", create(testapp, kind, "david")
        for body in INVALID:
            with subtests.test(kind=kind, body=body):
                for refused in (
                    testapp.post_json(collection, body, status=400),
                    testapp.put_json(url, body, status=400),
                ):
                    assert refused.json["message"].startswith("name: ")
                assert testapp.get(url).json["name"] == "david"
                assert testapp.get(collection).json["meta"]["total"] == 1
