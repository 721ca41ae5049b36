"""A strict TypeScript client with types from the document: openapi-typescript and openapi-fetch."""

import shutil
import subprocess
from pathlib import Path

import pytest
from webtest import TestApp

from ..support.application import authorization_of
from ..support.document import write_document
from ..support.npm import MODULES, NPM, run_tool
from ..support.waiting import TIMEOUT
from ..support.waitress import serving


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client, after the compiler has checked it with the types of the document."""
    folder = tmp_path_factory.mktemp("client")
    shutil.copytree(NPM / "client", folder, dirs_exist_ok=True)
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(MODULES)
    write_document(folder / "openapi.json")
    run_tool("openapi-typescript", "openapi.json", "--output=schema.ts", cwd=folder)
    run_tool("tsc", cwd=folder)
    return folder / "out" / "client.js"


@pytest.fixture
def limited(app_settings: dict[str, str], endless_windows: float) -> None:
    app_settings |= {
        "classroom.use_rate_limits": "true",
        "classroom.rate_limit.calls": "60",
        "classroom.redis_url": "memory://",
    }


@pytest.mark.usefixtures("limited")
def test_a_typescript_client_registers_and_handles_errors(testapp: TestApp, program: Path) -> None:
    with serving(testapp.app) as port:
        command = ["node", program, f"http://127.0.0.1:{port}", authorization_of(testapp)]
        subprocess.run(command, check=True, timeout=TIMEOUT)
