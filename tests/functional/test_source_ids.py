"""Source ids: the ids that students and classes have in other systems."""

from typing import Any

import pytest
from webtest import TestApp

KINDS = ("students", "classes")
CHANGES = ("put_json", "patch_json")


def create(client: TestApp, path: str, **fields: Any) -> str:
    """Create a student or a class; return its URL."""
    return client.post_json(f"/api/v1.0/{path}/", fields, status=201).headers["Location"]


def test_a_source_id_is_created_changed_and_removed(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    for kind in KINDS:
        with subtests.test(kind=kind):
            url = create(testapp, kind, name="x", source_id="S-1")
            assert testapp.get(url).json["source_id"] == "S-1"
            for source_id in ("S-2", "S-2", " é/😀 ", "x" * 255, None, None, "S-1"):
                testapp.put_json(url, {"name": "x", "source_id": source_id})
                assert testapp.get(url).json["source_id"] == source_id
            testapp.patch_json(url, {"source_id": None})
            assert testapp.get(url).json["source_id"] is None
            assert testapp.get(create(testapp, kind, name="x")).json["source_id"] is None


def test_an_omitted_source_id_does_not_change(testapp: TestApp, subtests: pytest.Subtests) -> None:
    for method in CHANGES:
        with subtests.test(method=method):
            url = create(testapp, "students", name="x", source_id=method)
            getattr(testapp, method)(url, {"name": "y"})
            found = testapp.get(url).json
            assert (found["name"], found["source_id"]) == ("y", method)


INVALID = ["", "x" * 256, "a\tb", "\x00", "\x7f", "\x85", 7, True, ["S-1"], {}]


def test_an_invalid_source_id_is_400(testapp: TestApp, subtests: pytest.Subtests) -> None:
    url = create(testapp, "students", name="x")
    for source_id in INVALID:
        fields = {"name": "y", "source_id": source_id}
        with subtests.test(source_id=source_id):
            for response in (
                testapp.post_json("/api/v1.0/students/", fields, status=400),
                testapp.put_json(url, fields, status=400),
                testapp.patch_json(url, fields, status=400),
            ):
                assert response.json["message"].startswith("source_id: must be ")
            assert testapp.get(url).json["name"] == "x"
            assert testapp.get("/api/v1.0/students/").json["meta"]["total"] == 1


def test_a_duplicate_source_id_is_409_with_the_owner(
    testapp: TestApp, subtests: pytest.Subtests
) -> None:
    fields = {"name": "z", "source_id": "S-1"}
    for kind in KINDS:
        with subtests.test(kind=kind):
            owner = create(testapp, kind, name="x", source_id="S-1")
            other = create(testapp, kind, name="y", source_id="s-1")
            for response in (
                testapp.post_json(f"/api/v1.0/{kind}/", fields, status=409),
                testapp.put_json(other, fields, status=409),
                testapp.patch_json(other, fields, status=409),
            ):
                assert response.headers["Location"] == owner
                assert response.json["message"] == "the source_id is already in use"
            assert testapp.get(other).json["name"] == "y"
            testapp.delete(owner)
            testapp.put_json(other, fields, status=200)


def test_a_missing_item_is_404_even_with_a_used_source_id(testapp: TestApp) -> None:
    create(testapp, "students", name="x", source_id="S-1")
    fields = {"name": "y", "source_id": "S-1"}
    for method in CHANGES:
        refused = getattr(testapp, method)("/api/v1.0/students/9", fields, status=404)
        assert refused.json["code"] == "not_found", method


def test_a_student_and_a_class_may_have_the_same_source_id(testapp: TestApp) -> None:
    for kind in KINDS:
        create(testapp, kind, name="x", source_id="1")
