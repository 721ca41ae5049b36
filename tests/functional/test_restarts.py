"""Two processes behind nginx, with the configuration and the unit in docs/operations.md."""

import itertools
import json
import re
import shutil
import signal
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from classroom.db.engine import make_engine

from ..support.nginx import DOCUMENTED, running_nginx
from ..support.paths import ROOT
from ..support.pserve import copy_ini, pserve
from ..support.sockets import exchange, free_port, is_up
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import serving

OPERATIONS = (ROOT / "docs" / "operations.md").read_text()
(SERVER_LINES,) = re.findall(r"^```ini\n(trusted_proxy.*?)^```$", OPERATIONS, re.M | re.S)
STUDENTS = "/api/v1.0/students/"
READY = b"GET /health/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HEADERS = {"Authorization": basic(NAME, PASSWORD), "Content-Type": "application/json"}
THREADS = 4
_SECONDS_BETWEEN_REQUESTS = 0.04


class Process:
    """A pserve that can be restarted."""

    def __init__(self, folder: Path, url: str, drain: int) -> None:
        folder.mkdir()
        self.port = free_port()
        settings = {"sqlalchemy.url": url, "classroom.drain": str(drain)}
        self._ini = copy_ini("development.ini", folder, self.port, settings)
        # Half of the threads check passwords; a request that needs one more check returns 503.
        lines = f"listen = 127.0.0.1:{self.port}\nthreads = {2 * THREADS}\n{SERVER_LINES}"
        self._ini.write_text(re.sub(r"(?m)^listen = .*", lines, self._ini.read_text()))
        self._stack = ExitStack()

    def start(self) -> None:
        self._server = self._stack.enter_context(pserve(self._ini))
        wait_for(lambda: exchange(self.port, READY).startswith(b"HTTP/1.1 200 "))

    def terminate(self) -> None:
        self._server.send_signal(signal.SIGTERM)

    def wait(self) -> None:
        self._server.communicate(timeout=TIMEOUT)
        assert self._server.returncode == 0
        self.close()

    def close(self) -> None:
        self._stack.close()


@contextmanager
def running(tmp_path: Path, url: str) -> Iterator[list[Process]]:
    """Run the first process with a drain of three seconds, and the second with one.

    The first needs more than the keepalive of nginx. While the second drains, writes wait, which
    they do for three seconds at most.
    """
    processes = [Process(tmp_path / str(drain), url, drain) for drain in (3, 1)]
    with ExitStack() as stack:
        for process in processes:
            stack.callback(process.close)
            process.start()
        yield processes
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


class Load:
    """Clients that send GET and POST until they are stopped."""

    def __init__(self, port: int) -> None:
        self.statuses: list[Any] = []
        self.in_flight: list[str] = []
        self._port = port
        self._stopped = threading.Event()
        self._numbers = itertools.count()

    @contextmanager
    def running(self) -> Iterator[None]:
        with ThreadPoolExecutor(THREADS) as pool:
            clients = [pool.submit(self._run) for _ in range(THREADS)]
            try:
                yield
            finally:
                self._stopped.set()
        for client in clients:
            client.result()

    def _run(self) -> None:
        with closing(HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)) as client:
            while not self._stopped.wait(_SECONDS_BETWEEN_REQUESTS):
                number = next(self._numbers)
                # Two of each in turn: nginx sends every other request to the same process.
                method = "POST" if number % 4 > 1 else "GET"
                self.in_flight.append(method)
                self.statuses.append(self._send(client, method, f"s{number}"))
                self.in_flight.remove(method)

    def _send(self, client: HTTPConnection, method: str, name: str) -> int | str:
        body = json.dumps({"name": name}) if method == "POST" else None
        try:
            client.request(method, STUDENTS, body, HEADERS)
            response = client.getresponse()
            response.read()
        except (OSError, HTTPException) as error:
            client.close()
            return repr(error)
        return response.status


def rows(url: str) -> int:
    engine = make_engine({"sqlalchemy.url": url})
    with engine.connect() as connection:
        number = connection.execute(text("SELECT count(*) FROM students")).scalar_one()
    engine.dispose()
    return number


@contextmanager
def frozen(nginx: "subprocess.Popen[bytes]") -> Iterator[None]:
    nginx.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        nginx.send_signal(signal.SIGCONT)


@contextmanager
def locked(url: str) -> Iterator[None]:
    """Another writer makes the writes of the processes wait."""
    path = url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, timeout=TIMEOUT, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def test_no_request_fails_while_processes_restart(tmp_path: Path, sqlite_url: str) -> None:
    with running(tmp_path, sqlite_url) as processes:
        first, second = processes
        ports = [process.port for process in processes]
        with running_nginx(tmp_path / "nginx", ports, keepalive="300ms") as (port, nginx):
            load = Load(port)
            with load.running():
                for _ in range(3):
                    # nginx sends requests on connections that the process may have closed.
                    with frozen(nginx):
                        wait_for(lambda: len(load.in_flight) == THREADS)
                        first.terminate()
                        wait_for(lambda: b'"draining"' in exchange(first.port, READY))
                    first.wait()
                    first.start()
                    # Requests are in flight when the drain ends.
                    second.terminate()
                    with locked(sqlite_url):
                        wait_for(lambda: load.in_flight == ["POST"] * THREADS)
                        wait_for(lambda: not is_up(second.port))
                    second.wait()
                    second.start()
    assert set(load.statuses) == {200, 201}
    assert load.statuses.count(201) == rows(sqlite_url)


def test_nginx_closes_idle_connections_before_the_drain_ends() -> None:
    (keepalive,) = re.findall(r"keepalive_timeout (\d+)s", DOCUMENTED)
    (drain,) = re.findall(r"classroom.drain = (\d+)", (ROOT / "production.ini").read_text())
    assert int(keepalive) < int(drain)


@pytest.mark.one_combination
def test_nginx_passes_on_the_client_and_the_entity_tag(
    app: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "classroom.access")
    documented = dict(line.split(" = ") for line in SERVER_LINES.splitlines())
    with (
        serving(app, **documented) as process,
        running_nginx(tmp_path / "nginx", [process, process]) as (port, _),
    ):
        connection = HTTPConnection("127.0.0.1", port, TIMEOUT, source_address=("127.0.0.2", 0))
        with closing(connection) as client:
            headers = {**HEADERS, "Accept-Encoding": "gzip", "X-Forwarded-For": "192.0.2.1"}
            client.request("POST", STUDENTS, '{"name": "susan"}', headers)
            created = client.getresponse()
            created.read()
            assert created.status == 201
            assert created.headers["Location"] == f"http://127.0.0.1:{port}{STUDENTS}1"
            client.request("GET", f"{STUDENTS}1", headers=headers)
            tag = client.getresponse()
            tag.read()
            headers["If-Match"] = tag.headers["ETag"]
            client.request("PUT", f"{STUDENTS}1", '{"name": "david"}', headers)
            changed = client.getresponse()
            assert changed.status == 200
        id = changed.headers["X-Request-ID"]
        wait_for(lambda: f"request_id={id} client=127.0.0.2 method=PUT" in caplog.text)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_systemd_unit_is_valid(tmp_path: Path) -> None:
    (unit,) = re.findall(r"^```systemd\n(.*?)^```$", OPERATIONS, re.M | re.S)
    (path := tmp_path / "classroom@0.service").write_text(
        re.sub("ExecStart=[^ ]*", "ExecStart=/bin/true", unit)
    )
    command = ["systemd-analyze", "verify", path]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
