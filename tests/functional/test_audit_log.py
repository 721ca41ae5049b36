"""The log of deletions and of changes of users."""

import logging

import pytest
from webtest import TestApp

from ..support.school import School

API = "/api/v1.0"


@pytest.fixture(autouse=True)
def log_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def lines(caplog: pytest.LogCaptureFixture, logger: str) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == logger]


def test_a_deletion_is_logged(
    testapp: TestApp, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    student = school.add_student()
    testapp.delete(f"{API}/students/{student}")
    [line] = lines(caplog, "classroom.audit_log")
    assert line == f"user 'miguel' at 127.0.0.1 deleted {API}/students/{student}"


def test_a_deletion_that_fails_is_not_logged(
    testapp: TestApp, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    student = school.add_student()
    url = f"{API}/students/{student}"
    testapp.delete(url, headers={"If-Match": '"other"'}, status=412)
    assert lines(caplog, "classroom.audit_log") == []


def test_changes_of_users_are_logged(
    admin: TestApp, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    user = {"name": "susan", "password": "correct horse", "role": "reader"}
    url = admin.post_json(f"{API}/users/", user, status=201).location
    admin.patch_json(url, {"role": "teacher"})
    admin.patch_json(url, {"password": "battery staple", "name": "sue", "other": 1})
    admin.delete(url)
    path = url.removeprefix("http://localhost")
    written = [line.partition(" at 127.0.0.1 ")[2] for line in lines(caplog, "classroom.security")]
    assert written == [
        f"created {path}: name 'susan', role 'reader', password",
        f"changed {path}: role 'teacher'",
        f"changed {path}: name 'sue', password",
        f"deleted {path}",
    ]
