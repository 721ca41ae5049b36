"""Who can read the files of a SQLite database that a real ``pserve`` uses."""

import stat
from pathlib import Path

import pytest

from ..servers import ROOT, free_port, is_up, pserve, wait_for

FILES = ("classroom.sqlite", "classroom.sqlite-wal", "classroom.sqlite-shm")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def ini(tmp_path: Path, port: int) -> Path:
    path = tmp_path / "development.ini"
    text = (ROOT / "development.ini").read_text()
    path.write_text(text.replace("localhost:6543", f"127.0.0.1:{port}"))
    return path


def log_of_a_start(ini: Path, port: int) -> str:
    with pserve(ini) as server:
        wait_for(lambda: is_up(port))
        server.terminate()
        return server.communicate(timeout=20)[1]


def test_new_files_are_for_their_owner_only(ini: Path, port: int) -> None:
    with pserve(ini):
        wait_for(lambda: is_up(port))
        modes = [stat.S_IMODE(ini.with_name(name).stat().st_mode) for name in FILES]
    assert modes == [0o600] * 3


def test_startup_warns_if_others_can_read_the_file(ini: Path, port: int) -> None:
    assert "readable" not in log_of_a_start(ini, port)
    ini.with_name("classroom.sqlite").chmod(0o644)
    log = log_of_a_start(ini, port)
    assert "classroom.sqlite is readable by other users; restrict it with chmod 600" in log
