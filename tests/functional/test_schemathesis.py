"""Requests that schemathesis generates from the document, to a real server."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from webtest import TestApp

from classroom.models.tables import User

from ..support.application import client_of, engine_of
from ..support.paths import BIN, ROOT
from ..support.rows import insert_rows
from ..support.school import School
from ..support.users import PASSWORD, PASSWORD_HASH
from ..support.waitress import serving

# The duration in seconds; by default, a short run with the same requests each time.
FUZZ = os.environ.get("FUZZ_SECONDS")
SOON = ["--generation-deterministic", "--max-examples=3"]
EXTENT = SOON if FUZZ is None else [f"--max-time={FUZZ}"]

# The table of the characters that UTF-8 encodes takes four seconds: keep it for the next run.
# `requests` reads the whole environment for each request, so it is small.
ENVIRONMENT = {"HYPOTHESIS_STORAGE_DIRECTORY": str(ROOT / ".hypothesis")}


@pytest.fixture
def unlimited_logins(app_settings: dict[str, str]) -> None:
    """Schemathesis expects 401 for each wrong password."""
    app_settings["classroom.login_attempts"] = "0"


@pytest.fixture
def peopled(app: Any) -> Any:
    """The application with the rows of the examples in the document."""
    insert_rows(engine_of(app), ["david"] * 9, ["algebra"] * 9, [(7, 7)])
    school = School(app)
    for name in ("smith", *map(str, range(3, 10))):
        school.add_user("teacher", name)
    school.assign(7, 7)
    return app


@pytest.fixture
def admin(peopled: Any) -> TestApp:
    """An admin with an id that is not generated: no request changes or deletes this user."""
    user = {"id": 10**17 + 1, "name": "fuzzer", "password_hash": PASSWORD_HASH, "role": "admin"}
    with engine_of(peopled).begin() as connection:
        connection.execute(insert(User).values(user))
    return client_of(peopled, "fuzzer")


def configure(folder: Path, coverage: str) -> None:
    """Write the file that schemathesis reads, with the mode of the data in the coverage phase."""
    phase = f'[phases.coverage.generation]\nmode = "{coverage}"\n'
    (folder / "schemathesis.toml").write_text((ROOT / "schemathesis.toml").read_text() + phase)


@pytest.mark.no_cover  # other tests cover the same code
@pytest.mark.usefixtures("unlimited_logins")
@pytest.mark.parametrize(
    ("database_url", "testapp", "coverage"),
    [("sqlite", "password", "positive"), ("postgresql", "token", "all")],
    indirect=["database_url", "testapp"],
)
def test_schemathesis_finds_no_failure(
    testapp: TestApp, coverage: str, peopled: Any, admin: TestApp, tmp_path: Path
) -> None:
    """Run all checks and phases, with valid and invalid data; ``make fuzz`` does so for longer.

    Most requests are those of the coverage phase with invalid data. Both modes reject them in the
    same way.
    """
    token = admin.authorization[1]
    configure(tmp_path, coverage if FUZZ is None else "all")
    with serving(peopled) as port:
        command = [
            *(BIN / "schemathesis", "run"),
            f"http://127.0.0.1:{port}/api/v1.0/openapi.json",
            *("--no-color", "--warnings=off", *EXTENT),
        ]
        credentials = {"CLASSROOM_USER": "fuzzer", "CLASSROOM_PASSWORD": PASSWORD}
        credentials["CLASSROOM_TOKEN"] = token if isinstance(token, str) else "none"
        ran = subprocess.run(
            command,
            check=False,
            cwd=tmp_path,
            env={**ENVIRONMENT, **credentials},
            capture_output=True,
            text=True,
            timeout=240 + int(FUZZ or 0),
        )
    assert ran.returncode == 0, ran.stdout
