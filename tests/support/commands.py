"""The command line, in the process of the tests, and alembic."""

import subprocess
from pathlib import Path

from click.testing import CliRunner, Result

from classroom.cli import classroom

from .paths import BIN


def run(ini: Path, *words: str, stdin: str | bytes | None = None) -> Result:
    """Run ``classroom -c INI WORDS``."""
    return CliRunner().invoke(classroom, ["-c", str(ini), *words], input=stdin)


def alembic(ini: Path, *words: str) -> str:
    command = [BIN / "alembic", "-c", ini.name, *words]
    return subprocess.check_output(command, cwd=ini.parent, text=True, stderr=subprocess.STDOUT)
