"""Startup of a real ``pserve``."""

import signal
import socket
from contextlib import closing
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from ..support.commands import run
from ..support.pserve import copy_ini, pserve
from ..support.sockets import exchange
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT


@pytest.fixture(params=["development.ini", "production.ini"])
def project_ini(request: pytest.FixtureRequest, tmp_path: Path, port: int) -> Path:
    """An ini file of the project on a free port, with the secret that production.ini requires."""
    secret = {"classroom.secret_key": "x" * 32} if request.param == "production.ini" else {}
    return copy_ini(request.param, tmp_path, port, secret)


def ask(port: int, method: str, path: str, body: str | None = None) -> HTTPResponse:
    with closing(HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)) as client:
        headers = {"Authorization": basic(NAME, PASSWORD), "Content-Type": "application/json"}
        client.request(method, path, body, headers)
        return client.getresponse()


def test_the_ini_files_start_in_an_empty_directory(project_ini: Path, port: int) -> None:
    with pserve(project_ini, "validated") as server:
        assert (project_ini.parent / "classroom.sqlite").exists()
        run(project_ini, "adduser", NAME, "--password-stdin", stdin=PASSWORD)
        assert ask(port, "GET", "/").status == 200
        assert ask(port, "GET", "/api/v1.0/").status == 200
        # As a load balancer asks.
        assert f"http://localhost:{port}/api/".encode() in exchange(port, b"GET / HTTP/1.0\r\n\r\n")
        server.send_signal(signal.SIGINT)
        _, log = server.communicate(timeout=TIMEOUT)
    assert f"classroom -c {project_ini.name} adduser NAME" in log
    assert "Traceback" not in log
    assert "Warning" not in log


def test_an_invalid_setting_aborts_startup_with_one_line(tmp_path: Path, port: int) -> None:
    with pserve(copy_ini("production.ini", tmp_path, port)) as server:
        _, log = server.communicate(timeout=TIMEOUT)
    assert server.returncode == 1
    assert log.startswith("classroom.secret_key: ")
    assert log.count("\n") == 1


def test_a_port_in_use_is_one_error_line(ini: Path, port: int) -> None:
    ini.write_text(ini.read_text().replace("localhost:", "127.0.0.1:"))
    with closing(socket.create_server(("127.0.0.1", port))), pserve(ini) as server:
        _, log = server.communicate(timeout=TIMEOUT)
    assert server.returncode == 1
    assert "Traceback" not in log
    line = f"listen: cannot listen on 127.0.0.1:{port}: Address already in use"
    assert log.splitlines()[-1] == line
