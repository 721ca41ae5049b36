"""The tools in tests/npm, which `make test` installs."""

import os
import subprocess
from pathlib import Path

from .paths import ROOT

NPM = ROOT / "tests" / "npm"
MODULES = NPM / "node_modules"

_ENVIRONMENT = {**os.environ, "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def run_tool(name: str, *arguments: str | Path, cwd: Path = NPM) -> None:
    """Run a program of a package. If it fails, its output is in the message of the error."""
    command = [MODULES / ".bin" / name, *arguments]
    done = subprocess.run(
        command, cwd=cwd, env=_ENVIRONMENT, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
