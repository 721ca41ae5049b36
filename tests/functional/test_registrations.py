import json
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, insert, update
from webtest import TestApp

from classroom.models.tables import Registration

from ..support.application import API
from ..support.rows import insert_rows, registration

PATH = "/api/v1.0/registrations/"
RULE = "student: must be the URL of a student of this server, or its id as an integer"


@pytest.fixture
def client(testapp: TestApp, dbengine: Engine) -> TestApp:
    """Two students and two classes, without registrations."""
    insert_rows(dbengine, ["a", "b"], ["a", "b"])
    return testapp


def urls(client: TestApp, path: str) -> list[str]:
    return client.get(f"/api/v1.0/{path}").json["urls"]


@pytest.mark.all_combinations
def test_a_registration_is_created_read_and_deleted(client: TestApp) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    created = client.post_json(PATH, registration(1, 2), status=201)
    url = f"{API}registrations/1/2"
    assert (created.json, created.headers["Location"]) == ({}, url)

    read = client.get(url).json
    moment, created_at = read.pop("timestamp"), read.pop("created_at")
    assert parsedate_to_datetime(moment) == datetime.fromisoformat(created_at).replace(
        microsecond=0
    )
    assert read == {"url": url, **registration(1, 2)}
    assert moment.endswith(" GMT")
    assert before <= parsedate_to_datetime(moment) <= datetime.now(UTC)

    assert client.delete(url, status=200).json == {}
    client.get(url, status=404)
    client.delete(url, status=404)


def test_students_and_classes_may_be_named_by_id(client: TestApp) -> None:
    by_url = registration(2, 2)
    for fields in ({"student": 1, "class": 2}, by_url | {"student": 2}, by_url | {"class": 1}):
        created = client.post_json(PATH, fields, status=201)
        ids = [str(value).rpartition("/")[2] for value in fields.values()]
        assert created.headers["Location"] == f"{API}registrations/{'/'.join(ids)}"
    refused = client.post_json(PATH, registration(1, 2), status=409)
    assert refused.headers["Location"] == f"{API}registrations/1/2"
    read = client.get(f"{PATH}1/2").json
    assert {"student": read["student"], "class": read["class"]} == registration(1, 2)


@pytest.mark.one_combination
@pytest.mark.parametrize("field", ["student", "class"])
def test_any_value_other_than_an_existing_id_is_400(client: TestApp, field: str) -> None:
    kind = {"student": "students", "class": "classes"}[field]
    values = ["0", "-1", "-0", "1.0", "1e0", "true", '"1"', "[1]", '{"id": 1}', "null", "9"]
    limits = [str(limit + n) for limit in (10**18, 2**63, 2**64) for n in (-1, 0)]
    for value in [*values, *limits, "9" * 400]:
        body = json.dumps({**registration(), field: None}).replace("null", value)
        headers = {"Content-Type": "application/json"}
        refused = client.post(PATH, body, headers=headers, status=400).json
        assert refused["message"].startswith(f"{field}: must be the URL of a {field}"), value
    assert urls(client, f"{kind}/1/registrations/") == []


def test_registrations_are_listed_by_student_and_class(client: TestApp) -> None:
    for student, class_ in ((2, 1), (1, 2), (1, 1)):
        client.post_json(PATH, registration(student, class_))
    pairs = {path: urls(client, path) for path in ("registrations/",)}
    assert pairs["registrations/"] == [
        f"{API}registrations/{pair}" for pair in ("1/1", "1/2", "2/1")
    ]
    assert urls(client, "students/1/registrations/") == [
        f"{API}registrations/{pair}" for pair in ("1/1", "1/2")
    ]
    assert urls(client, "classes/1/registrations/") == [
        f"{API}registrations/{pair}" for pair in ("1/1", "2/1")
    ]
    assert urls(client, "classes/2/registrations/") == [f"{API}registrations/1/2"]


def test_a_repeated_registration_is_409(client: TestApp) -> None:
    client.post_json(PATH, registration(), status=201)
    first = client.get(f"{PATH}1/1").json
    refused = client.post_json(PATH, registration(), status=409)
    assert refused.json["error"] == "conflict"
    assert refused.headers["Location"] == f"{API}registrations/1/1"
    assert client.get(f"{PATH}1/1").json == first


def test_put_of_a_registration_is_idempotent(client: TestApp, dbengine: Any) -> None:
    created = client.put(f"{PATH}1/2", status=201)
    assert (created.json, created.headers["Location"]) == ({}, f"{API}registrations/1/2")
    with dbengine.begin() as connection:
        connection.execute(update(Registration).values(timestamp=datetime(2014, 4, 4, tzinfo=UTC)))
    again = client.put(f"{PATH}1/2", b"whatever", status=200)
    assert again.json == {}
    assert "Location" not in again.headers
    read = client.get(f"{PATH}1/2").json
    assert read["timestamp"] == "Fri, 04 Apr 2014 00:00:00 GMT"
    assert urls(client, "registrations/") == [f"{API}registrations/1/2"]


def test_put_of_a_registration_requires_both_items(
    client: TestApp, subtests: pytest.Subtests
) -> None:
    preconditions = ({}, {"If-None-Match": "*"}, {"If-Match": "*"})
    for pair, headers in product(("1/9", "9/1", "9/9"), preconditions):
        with subtests.test(pair=pair, headers=headers):
            client.put(f"{PATH}{pair}", headers=headers, status=404)
    for path in ("01/1", "x/1", "1/0", f"1/{'9' * 19}", "1/1/1"):
        with subtests.test(path=path):
            client.put(f"{PATH}{path}", status=404)
    assert urls(client, "registrations/") == []


def test_put_of_a_registration_evaluates_preconditions(client: TestApp) -> None:
    url = f"{PATH}1/2"
    client.put(url, headers={"If-Match": "*"}, status=412)
    client.put(url, headers={"If-Match": '"x"'}, status=412)
    client.put(url, headers={"If-None-Match": "*"}, status=201)
    client.put(url, headers={"If-None-Match": "*"}, status=412)
    tag = client.get(url).headers["ETag"]
    client.put(url, headers={"If-None-Match": tag}, status=412)
    client.put(url, headers={"If-Match": tag}, status=200)
    client.put(url, headers={"If-Match": "*"}, status=200)
    client.delete(url, status=200)
    client.put(url, headers={"If-None-Match": tag}, status=201)


@pytest.mark.parametrize("kind", ["students", "classes"])
def test_deleting_an_item_deletes_its_registrations(client: TestApp, kind: str) -> None:
    client.post_json(PATH, registration(1, 1))
    client.post_json(PATH, registration(2, 2))
    client.delete(f"/api/v1.0/{kind}/1")
    assert urls(client, "registrations/") == [f"{API}registrations/2/2"]
    client.get(f"{PATH}1/1", status=404)
    client.get(f"/api/v1.0/{kind}/1/registrations/", status=404)


def test_the_url_of_a_missing_item_is_400(client: TestApp, subtests: pytest.Subtests) -> None:
    for field, id in product(("student", "class"), ("9", "9" * 18)):
        with subtests.test(field=field, id=id):
            ids = {"student": 1, "class": 1, field: id}
            pair = registration(ids["student"], ids["class"])
            refused = client.post_json(PATH, pair, status=400)
            assert refused.json["message"].startswith(f"{field}: ")
            assert urls(client, "registrations/") == []


OTHER_URLS = [
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
]


@pytest.mark.one_combination
def test_a_url_other_than_the_canonical_one_is_400(
    client: TestApp, subtests: pytest.Subtests
) -> None:
    kinds = {"student": "students", "class": "classes"}
    others = {"student": "classes", "class": "students"}
    for field, template in product(kinds, OTHER_URLS):
        url: Any = template
        if isinstance(template, str):
            url = template.format(api=API, kind=kinds[field], other=others[field])
        with subtests.test(field=field, url=url):
            refused = client.post_json(PATH, {**registration(), field: url}, status=400)
            assert refused.json["message"].startswith(f"{field}: ")
            assert urls(client, "registrations/") == []


@pytest.mark.one_combination
@pytest.mark.parametrize("field", ["student", "class"])
def test_a_missing_field_is_400_with_its_name(client: TestApp, field: str) -> None:
    fields = registration()
    del fields[field]
    assert client.post_json(PATH, fields, status=400).json["message"] == f"{field}: is missing"


@pytest.mark.one_combination
def test_every_invalid_field_is_named(client: TestApp) -> None:
    refused = client.post_json(PATH, {"student": "7"}, status=400)
    assert refused.json["message"] == f"{RULE}; class: is missing"


def test_timestamps_are_stored_in_utc(client: TestApp, dbengine: Any) -> None:
    moment = datetime(2014, 4, 4, 3, 5, 50, tzinfo=timezone(timedelta(hours=2)))
    row = {"student_id": 1, "class_id": 1, "timestamp": moment}
    with dbengine.begin() as connection:
        connection.execute(insert(Registration).values(row))
    read = client.get(f"{PATH}1/1").json
    assert read["timestamp"] == "Fri, 04 Apr 2014 01:05:50 GMT"
    assert read["created_at"] == "2014-04-04T01:05:50Z"


@pytest.mark.one_combination
def test_urls_follow_the_host_and_the_mount_point(client: TestApp) -> None:
    environ = {"HTTP_HOST": "school.example:8080", "SCRIPT_NAME": "/mount"}
    base = "http://school.example:8080/mount/api/v1.0/"
    fields = {"student": f"{base}students/1", "class": f"{base}classes/1"}
    created = client.post_json(PATH, fields, extra_environ=environ)
    assert created.headers["Location"] == f"{base}registrations/1/1"
    read = client.get(f"{PATH}1/1", extra_environ=environ).json
    assert {name: read[name] for name in fields} == fields
    client.post_json(PATH, registration(2, 2), extra_environ=environ, status=400)
