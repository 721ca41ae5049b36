"""The OpenAPI document follows the rules of Redocly and Spectral."""

from pathlib import Path

import pytest

from ..support.document import write_document
from ..support.npm import run_tool


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The files with the document of each mode of authentication."""
    folder = tmp_path_factory.mktemp("documents")
    paths = [folder / "passwords.json", folder / "tokens.json"]
    for path, use_token_auth in zip(paths, ("false", "true"), strict=True):
        write_document(path, use_token_auth)
    return paths


def test_redocly_finds_no_problem(documents: list[Path]) -> None:
    run_tool("redocly", "lint", "--config=redocly.yaml", *documents)


def test_spectral_finds_no_problem(documents: list[Path]) -> None:
    run_tool("spectral", "lint", "--ruleset=.spectral.yaml", "--fail-severity=hint", *documents)
