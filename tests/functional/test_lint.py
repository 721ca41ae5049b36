"""The OpenAPI document follows the rules of Redocly and Spectral."""

from pathlib import Path

import pytest

from ..support.application import anonymous_client, open_application
from ..support.npm import run_tool
from ..support.users import SECRET

# Linters reject examples with localhost.
HOST = {"HTTP_HOST": "classroom.test"}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files with the document of each mode of authentication."""
    folder = tmp_path_factory.mktemp("documents")
    return [write_document(folder, use_token_auth) for use_token_auth in ("false", "true")]


def write_document(folder: Path, use_token_auth: str) -> Path:
    settings = {"sqlalchemy.url": "sqlite://", "classroom.secret_key": SECRET}
    settings["classroom.use_token_auth"] = use_token_auth
    path = folder / f"tokens-{use_token_auth}.json"
    with open_application(settings) as app:
        response = anonymous_client(app).get("/api/v1.0/openapi.json", extra_environ=HOST)
    path.write_bytes(response.body)
    return path


def test_redocly_finds_no_problem(documents: list[Path]) -> None:
    run_tool("redocly", "lint", "--config=redocly.yaml", *documents)


def test_spectral_finds_no_problem(documents: list[Path]) -> None:
    run_tool("spectral", "lint", "--ruleset=.spectral.yaml", "--fail-severity=hint", *documents)
