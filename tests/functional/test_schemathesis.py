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
FUZZ = os.environ.get("CLASSROOM_FUZZ")
SOON = ["--generation-deterministic", "--max-examples=3"]


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


@pytest.mark.no_cover  # other tests cover the same code
@pytest.mark.usefixtures("unlimited_logins")
@pytest.mark.parametrize(
    ("database_url", "testapp", "data"),
    [("sqlite", "password", "positive"), ("postgresql", "token", "all")],
    indirect=["database_url", "testapp"],
)
def test_schemathesis_finds_no_failure(
    testapp: TestApp, data: str, peopled: Any, admin: TestApp, tmp_path: Path
) -> None:
    """Run all checks and phases; ``make fuzz`` does so for longer, and with all data in each mode.

    Most requests have invalid data, which both modes reject in the same way.
    """
    token = admin.authorization[1]
    extent = [*SOON, f"--mode={data}"] if FUZZ is None else [f"--max-time={FUZZ}"]
    with serving(peopled) as port:
        command = [
            *(BIN / "schemathesis", f"--config-file={ROOT / 'schemathesis.toml'}", "run"),
            f"http://127.0.0.1:{port}/api/v1.0/openapi.json",
            *("--no-color", *extent),
        ]
        credentials = {"CLASSROOM_USER": "fuzzer", "CLASSROOM_PASSWORD": PASSWORD}
        credentials["CLASSROOM_TOKEN"] = token if isinstance(token, str) else "none"
        ran = subprocess.run(
            command,
            check=False,
            cwd=tmp_path,
            env={**os.environ, **credentials},
            capture_output=True,
            text=True,
            timeout=240 + int(FUZZ or 0),
        )
    assert ran.returncode == 0, ran.stdout
