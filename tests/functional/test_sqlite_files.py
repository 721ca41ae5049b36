"""The access modes of the files of a SQLite database."""

import stat
from pathlib import Path

from ..support.pserve import pserve

FILES = ("classroom.sqlite", "classroom.sqlite-wal", "classroom.sqlite-shm")


def log_of_a_start(ini: Path) -> str:
    with pserve(ini) as server:
        server.terminate()
        return server.communicate(timeout=20)[1]


def test_new_database_files_have_mode_600(ini: Path) -> None:
    with pserve(ini):
        modes = [stat.S_IMODE(ini.with_name(name).stat().st_mode) for name in FILES]
    assert modes == [0o600] * 3


def test_startup_warns_if_others_can_read_the_file(ini: Path) -> None:
    assert "readable" not in log_of_a_start(ini)
    ini.with_name("classroom.sqlite").chmod(0o644)
    log = log_of_a_start(ini)
    assert "classroom.sqlite is readable by other users; restrict it with chmod 600" in log
