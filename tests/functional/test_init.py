"""``classroom init``, and the ini files of the project, which it writes."""

import os
import stat
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from classroom.cli import classroom
from classroom.cli.init import TEMPLATES

from ..support.commands import run
from ..support.paths import ROOT

NAMES = ["development.ini", "production.ini"]


def init(*words: str) -> Result:
    return CliRunner().invoke(classroom, ["init", *words])


def options(name: str) -> list[str]:
    return ["--production"] * (name == "production.ini")


def secret_key(path: Path) -> str:
    ini = ConfigParser(interpolation=None)
    ini.read(path)
    return ini["app:main"]["classroom.secret_key"]


@pytest.mark.parametrize("name", NAMES)
def test_the_templates_are_the_ini_files_of_the_project(name: str) -> None:
    assert (TEMPLATES / name).read_text() == (ROOT / name).read_text()


def test_the_wheel_has_the_templates(tmp_path: Path) -> None:
    words = ["egg_info", "--egg-base", tmp_path, "build_py", "--build-lib", tmp_path / "lib"]
    subprocess.run([sys.executable, "setup.py", "-q", *words], cwd=ROOT, check=True)
    folder = tmp_path / "lib" / "classroom" / "cli" / "templates"
    assert sorted(os.listdir(folder)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_written_file_differs_only_in_its_secret(tmp_path: Path, name: str) -> None:
    written = init(str(tmp_path / "new" / "folder"), *options(name))
    path = tmp_path / "new" / "folder" / name
    assert (written.exit_code, written.output) == (
        0,
        f"Wrote {path}. Start the service with: pserve {path}\n",
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = (ROOT / name).read_text().splitlines()
    after = path.read_text().splitlines()
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert changed == [f"classroom.secret_key = {secret_key(path)}"]


@pytest.mark.parametrize("name", NAMES)
def test_a_written_file_is_usable(tmp_path: Path, name: str) -> None:
    init(str(tmp_path), *options(name))
    words = ("adduser", "miguel", "--password-stdin")
    assert run(tmp_path / name, *words, stdin="correct-horse\n").exit_code == 0
    assert {name, "classroom.sqlite"} <= set(os.listdir(tmp_path))


def test_each_file_has_a_different_secret(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        init(str(tmp_path / folder))
    first, second = (secret_key(tmp_path / folder / "development.ini") for folder in ("a", "b"))
    assert len(first) >= 32
    assert first != second


def test_existing_files_are_not_overwritten(tmp_path: Path) -> None:
    (path := tmp_path / "development.ini").write_text("mine")
    refused = init(str(tmp_path))
    assert refused.exit_code == 1
    assert refused.output == f"Error: cannot write {path}: File exists\n"
    assert path.read_text() == "mine"
    assert init(str(tmp_path), "--production").exit_code == 0


def test_a_file_in_place_of_the_directory_is_one_error_line(tmp_path: Path) -> None:
    (path := tmp_path / "file").write_text("")
    refused = init(str(path))
    assert (refused.exit_code, refused.output.count("\n")) == (1, 1)
