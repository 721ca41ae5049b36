"""Commands print no warnings on any version of Python.

test_pserve.py checks pserve, and test_environment.py checks alembic and pshell.
"""

import shutil
from pathlib import Path

import pytest

from ..support.commands import run_program
from ..support.paths import ROOT


# In an empty directory, each creates the database.
@pytest.mark.parametrize(
    "command", ["classroom adduser miguel --password-stdin", "ptweens development.ini"]
)
def test_commands_print_no_warnings(tmp_path: Path, command: str) -> None:
    shutil.copy(ROOT / "development.ini", tmp_path)
    ran = run_program(tmp_path, *command.split(), stdin="correct-horse\n")
    assert "Warning" not in ran.stderr
