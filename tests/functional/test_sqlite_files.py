"""The access modes of the files of a SQLite database."""

import stat
from pathlib import Path

import pytest

from ..support.application import open_application

FILES = ("classroom.sqlite", "classroom.sqlite-wal", "classroom.sqlite-shm")


def test_new_database_files_have_mode_600(tmp_path: Path) -> None:
    with open_application({"sqlalchemy.url": f"sqlite:///{tmp_path}/classroom.sqlite"}):
        modes = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in FILES]
    assert modes == [0o600] * 3


def test_startup_warns_if_others_can_read_the_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = {"sqlalchemy.url": f"sqlite:///{tmp_path}/classroom.sqlite"}
    with open_application(settings):
        assert "readable" not in caplog.text
    (tmp_path / "classroom.sqlite").chmod(0o644)
    with open_application(settings):
        warning = "classroom.sqlite is readable by other users; restrict it with chmod 600"
        assert warning in caplog.text
