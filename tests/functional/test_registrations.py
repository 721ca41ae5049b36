from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update
from webtest import TestApp

from classroom.models.tables import Registration

from ..support.application import API
from ..support.rows import insert_rows, registration

PATH = "/api/v1.0/registrations/"


@pytest.fixture
def school(testapp: TestApp, dbengine: Engine) -> TestApp:
    """Two students and two classes, without registrations."""
    insert_rows(dbengine, ["a", "b"], ["a", "b"])
    return testapp


def urls(school: TestApp, path: str) -> list[str]:
    return school.get(f"/api/v1.0/{path}").json["urls"]


@pytest.mark.all_combinations
def test_a_registration_is_created_read_and_deleted(school: TestApp) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    created = school.post_json(PATH, registration(1, 2), status=201)
    url = f"{API}registrations/1/2"
    assert (created.json, created.headers["Location"]) == ({}, url)

    read = school.get(url).json
    moment = read.pop("timestamp")
    assert read == {"url": url, **registration(1, 2)}
    assert moment.endswith(" GMT")
    assert before <= parsedate_to_datetime(moment) <= datetime.now(UTC)

    assert school.delete(url, status=200).json == {}
    school.get(url, status=404)
    school.delete(url, status=404)


def test_registrations_are_listed_by_student_and_class(school: TestApp) -> None:
    for student, class_ in ((2, 1), (1, 2), (1, 1)):
        school.post_json(PATH, registration(student, class_))
    pairs = {path: urls(school, path) for path in ("registrations/",)}
    assert pairs["registrations/"] == [
        f"{API}registrations/{pair}" for pair in ("1/1", "1/2", "2/1")
    ]
    assert urls(school, "students/1/registrations/") == [
        f"{API}registrations/{pair}" for pair in ("1/1", "1/2")
    ]
    assert urls(school, "classes/1/registrations/") == [
        f"{API}registrations/{pair}" for pair in ("1/1", "2/1")
    ]
    assert urls(school, "classes/2/registrations/") == [f"{API}registrations/1/2"]


def test_a_repeated_registration_is_409(school: TestApp) -> None:
    school.post_json(PATH, registration(), status=201)
    first = school.get(f"{PATH}1/1").json
    refused = school.post_json(PATH, registration(), status=409)
    assert refused.json["error"] == "conflict"
    assert refused.headers["Location"] == f"{API}registrations/1/1"
    assert school.get(f"{PATH}1/1").json == first


def test_put_of_a_registration_is_idempotent(school: TestApp, dbengine: Any) -> None:
    created = school.put(f"{PATH}1/2", status=201)
    assert (created.json, created.headers["Location"]) == ({}, f"{API}registrations/1/2")
    with dbengine.begin() as connection:
        connection.execute(update(Registration).values(timestamp=datetime(2014, 4, 4, tzinfo=UTC)))
    again = school.put(f"{PATH}1/2", b"whatever", status=200)
    assert again.json == {}
    assert "Location" not in again.headers
    read = school.get(f"{PATH}1/2").json
    assert read["timestamp"] == "Fri, 04 Apr 2014 00:00:00 GMT"
    assert urls(school, "registrations/") == [f"{API}registrations/1/2"]


@pytest.mark.parametrize("pair", ["1/9", "9/1", "9/9"])
def test_put_of_a_registration_requires_both_items(school: TestApp, pair: str) -> None:
    for headers in ({}, {"If-None-Match": "*"}, {"If-Match": "*"}):
        school.put(f"{PATH}{pair}", headers=headers, status=404)
    for path in ("01/1", "x/1", "1/0", f"1/{'9' * 19}", "1/1/1"):
        school.put(f"{PATH}{path}", status=404)
    assert urls(school, "registrations/") == []


def test_put_of_a_registration_evaluates_preconditions(school: TestApp) -> None:
    url = f"{PATH}1/2"
    school.put(url, headers={"If-Match": "*"}, status=412)
    school.put(url, headers={"If-Match": '"x"'}, status=412)
    school.put(url, headers={"If-None-Match": "*"}, status=201)
    school.put(url, headers={"If-None-Match": "*"}, status=412)
    tag = school.get(url).headers["ETag"]
    school.put(url, headers={"If-None-Match": tag}, status=412)
    school.put(url, headers={"If-Match": tag}, status=200)
    school.put(url, headers={"If-Match": "*"}, status=200)
    school.delete(url, status=200)
    school.put(url, headers={"If-None-Match": tag}, status=201)


@pytest.mark.parametrize("kind", ["students", "classes"])
def test_deleting_an_item_deletes_its_registrations(school: TestApp, kind: str) -> None:
    school.post_json(PATH, registration(1, 1))
    school.post_json(PATH, registration(2, 2))
    school.delete(f"/api/v1.0/{kind}/1")
    assert urls(school, "registrations/") == [f"{API}registrations/2/2"]
    school.get(f"{PATH}1/1", status=404)
    school.get(f"/api/v1.0/{kind}/1/registrations/", status=404)


@pytest.mark.parametrize("field", ["student", "class"])
@pytest.mark.parametrize("id", ["9", "9" * 18])
def test_the_url_of_a_missing_item_is_400(school: TestApp, field: str, id: str) -> None:
    ids = {"student": 1, "class": 1, field: id}
    pair = registration(ids["student"], ids["class"])
    refused = school.post_json(PATH, pair, status=400)
    assert refused.json["message"].startswith(f"{field}: ")
    assert urls(school, "registrations/") == []


@pytest.mark.one_combination
@pytest.mark.parametrize("field", ["student", "class"])
@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "1",
        "/api/v1.0/{kind}/1",
        "{api}{other}/1",
        "{api}{kind}/",
        "{api}{kind}/1/",
        "{api}{kind}/1/registrations/",
        "{api}{kind}/1?page=1",
        "{api}{kind}/1#x",
        "{api}{kind}//1",
        "{api}{kind}/../{kind}/1",
        "{api}{kind}/%31",
        "{api}%73tudents/1",
        "{api}{kind}/%ff",
        "{api}{kind}/é",
        "{api}{kind}/99",
        "{api}{kind}/01",
        "{api}{kind}/-1",
        "{api}{kind}/\u0661",
        "{api}{kind}/" + "9" * 30,
        "{api}{kind}/" + "9" * 18,
        " {api}{kind}/1",
        "ftp://x/api/v1.0/{kind}/1",
        "a:b",
        "mailto:x#y",
        "http://[",
        "http://localhost",
        "http://localhost.evil/api/v1.0/{kind}/1",
        "http://foreign/api/v1.0/{kind}/1",
        "https://localhost/api/v1.0/{kind}/1",
        "http://localhost:80/api/v1.0/{kind}/1",
        "HTTP://localhost/api/v1.0/{kind}/1",
    ],
)
def test_a_url_other_than_the_canonical_one_is_400(school: TestApp, field: str, url: Any) -> None:
    kinds = {"student": "students", "class": "classes"}
    other = {"student": "classes", "class": "students"}
    if isinstance(url, str):
        url = url.format(api=API, kind=kinds[field], other=other[field])
    refused = school.post_json(PATH, {**registration(), field: url}, status=400)
    assert refused.json["message"].startswith(f"{field}: ")
    assert urls(school, "registrations/") == []


@pytest.mark.one_combination
@pytest.mark.parametrize("field", ["student", "class"])
def test_a_missing_field_is_400_with_its_name(school: TestApp, field: str) -> None:
    fields = registration()
    del fields[field]
    assert school.post_json(PATH, fields, status=400).json["message"] == f"{field}: is missing"


@pytest.mark.one_combination
def test_every_invalid_field_is_named(school: TestApp) -> None:
    refused = school.post_json(PATH, {"student": 7}, status=400)
    assert refused.json["message"] == "student: must be a string; class: is missing"


def test_timestamps_are_stored_in_utc(school: TestApp, dbengine: Any) -> None:
    moment = datetime(2014, 4, 4, 3, 5, 50, tzinfo=timezone(timedelta(hours=2)))
    row = {"student_id": 1, "class_id": 1, "timestamp": moment}
    with dbengine.begin() as connection:
        connection.execute(insert(Registration).values(row))
    read = school.get(f"{PATH}1/1").json
    assert read["timestamp"] == "Fri, 04 Apr 2014 01:05:50 GMT"


@pytest.mark.one_combination
def test_urls_follow_the_host_and_the_mount(school: TestApp) -> None:
    environ = {"HTTP_HOST": "school.example:8080", "SCRIPT_NAME": "/mount"}
    base = "http://school.example:8080/mount/api/v1.0/"
    fields = {"student": f"{base}students/1", "class": f"{base}classes/1"}
    created = school.post_json(PATH, fields, extra_environ=environ)
    assert created.headers["Location"] == f"{base}registrations/1/1"
    read = school.get(f"{PATH}1/1", extra_environ=environ).json
    assert {name: read[name] for name in fields} == fields
    school.post_json(PATH, registration(2, 2), extra_environ=environ, status=400)
