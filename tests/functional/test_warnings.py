"""Commands print no warnings on any version of Python.

test_pserve.py checks pserve, and test_environment.py checks alembic and pshell.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from ..support.paths import BIN, ROOT


# On an empty folder, each creates the database.
@pytest.mark.parametrize(
    "command", ["classroom adduser miguel --password-stdin", "ptweens development.ini"]
)
def test_commands_print_no_warnings(tmp_path: Path, command: str) -> None:
    shutil.copy(ROOT / "development.ini", tmp_path)
    program, *words = command.split()
    ran = subprocess.run(
        [BIN / program, *words],
        cwd=tmp_path,
        input="correct-horse\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Warning" not in ran.stderr
