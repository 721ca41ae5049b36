"""What only a real ``pserve`` can show."""

import signal
import socket
import subprocess
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from ..conftest import NAME, PASSWORD, basic
from ..servers import BIN, ROOT, copy_ini, free_port, is_up, pserve, wait_for


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture(params=["development.ini", "production.ini"])
def ini(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> Path:
    """An ini file of the project on a free port, with the secret that production.ini requires."""
    secret = {"classroom.secret_key": "x" * 32} if request.param == "production.ini" else {}
    return copy_ini(request.param, tmp_path, port, secret)


def ask(port: int, method: str, path: str, body: str | None = None) -> HTTPResponse:
    with closing(HTTPConnection("127.0.0.1", port, timeout=20)) as client:
        headers = {"Authorization": basic(NAME, PASSWORD), "Content-Type": "application/json"}
        client.request(method, path, body, headers)
        return client.getresponse()


def add_user(ini: Path) -> None:
    command = [BIN / "classroom", "-c", ini.name, "adduser", NAME, "--password-stdin"]
    subprocess.run(command, cwd=ini.parent, input=PASSWORD, text=True, check=True)


def test_an_ini_file_makes_a_database_tells_how_to_add_a_user_and_serves_them(
    ini: Path, port: int
) -> None:
    with pserve(ini) as server:
        wait_for(lambda: is_up(port))
        assert (ini.parent / "classroom.sqlite").exists()
        add_user(ini)
        assert ask(port, "GET", "/").status == 200
        assert ask(port, "GET", "/api/v1.0/").status == 200
        server.send_signal(signal.SIGINT)
        _, log = server.communicate(timeout=20)
    assert f"classroom -c {ini.name} adduser NAME" in log
    assert "Traceback" not in log
    assert "Warning" not in log


def test_a_bad_setting_stops_the_start_with_one_line_that_names_it(tmp_path: Path) -> None:
    ini = tmp_path / "production.ini"
    ini.write_text((ROOT / "production.ini").read_text())
    with pserve(ini) as server:
        _, log = server.communicate(timeout=20)
    assert server.returncode == 1
    assert log.startswith("classroom.secret_key: ")
    assert log.count("\n") == 1


def test_a_port_in_use_is_one_line(tmp_path: Path, port: int) -> None:
    ini = tmp_path / "development.ini"
    text = (ROOT / "development.ini").read_text()
    ini.write_text(text.replace("localhost:6543", f"127.0.0.1:{port}"))
    with closing(socket.create_server(("127.0.0.1", port))), pserve(ini) as server:
        _, log = server.communicate(timeout=20)
    assert server.returncode == 1
    assert "Traceback" not in log
    line = f"listen: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert log.splitlines()[-1] == line
