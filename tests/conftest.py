"""Fixtures, under the names that Pyramid's cookiecutter gives them.

Nothing here stands in for a part of the service: each test has a database of its own, pyramid_tm
commits and rolls back, and Redis is a server that the tests start and stop.
"""

import base64
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from configparser import ConfigParser
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import redis
from sqlalchemy import insert
from waitress.server import create_server
from webtest import TestApp

import classroom
from classroom.db import open_database
from classroom.models import User
from classroom.passwords import hash_password

API = "http://localhost/api/v1.0/"
NAME, PASSWORD = "miguel", "cat:dog"
DEVELOPMENT_INI = Path(__file__).parents[1] / "development.ini"
SECRET = "not much of a secret, but long enough"


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def free_port(*candidates: int) -> int:
    """A port that nobody listens on: any, or the first such among ``candidates``."""
    for port in candidates or (0,):
        with closing(socket.socket()) as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise OSError("no port is free")


def wait_for(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
    """What ``condition`` gives as soon as that is true; a failure where it never is."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if result := condition():
            return result
        time.sleep(0.02)
    pytest.fail(f"{condition} did not come true")


@pytest.fixture(scope="session")
def database_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and one user, to be copied."""
    path = tmp_path_factory.mktemp("template") / "classroom.sqlite"
    engine = open_database({"sqlalchemy.url": f"sqlite:///{path}"})
    with engine.begin() as connection:
        connection.execute(insert(User).values(name=NAME, password_hash=hash_password(PASSWORD)))
    engine.dispose()
    return path


@pytest.fixture
def app_settings(database_template: Path, tmp_path: Path) -> dict[str, str]:
    """What the ini file says; a test changes it before it asks for the application."""
    path = shutil.copy(database_template, tmp_path)
    return {"sqlalchemy.url": f"sqlite:///{path}", "classroom.secret_key": SECRET}


@pytest.fixture
def app(app_settings: dict[str, str]) -> Iterator[Any]:
    app = classroom.main({}, **app_settings)
    yield app
    app.registry["classroom.engine"].dispose()


@pytest.fixture
def stranger(app: Any) -> TestApp:
    """A client without credentials."""
    return TestApp(app, extra_environ={"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"})


@pytest.fixture(params=["password", "token"])
def testapp(
    request: pytest.FixtureRequest, app_settings: dict[str, str], database_template: Path
) -> TestApp:
    """A client with credentials, in either mode of authentication."""
    if request.param == "token":
        app_settings["classroom.use_token_auth"] = "true"
    client: TestApp = request.getfixturevalue("stranger")
    client.authorization = ("Basic", (NAME, PASSWORD))
    if request.param == "token":
        token = client.get("/auth/request-token").json["token"]
        client.authorization = ("Bearer", token)
    return client


@pytest.fixture
def dbengine(app: Any) -> Any:
    return app.registry["classroom.engine"]


@contextmanager
def serving(app: Any) -> Iterator[int]:
    """The application behind a waitress of its own, set up as in development.ini; its port."""
    ini = ConfigParser(interpolation=None)
    ini.read(DEVELOPMENT_INI)
    settings = {**ini["server:main"], "listen": "127.0.0.1:0", "threads": "8"}
    del settings["use"]
    server = create_server(app, **settings)
    thread = Thread(target=server.run)
    thread.start()
    try:
        yield server.effective_port
    finally:
        server.task_dispatcher.shutdown()
        server.trigger.pull_trigger(server.close)
        thread.join(10)


@contextmanager
def running_redis(port: int) -> Iterator["subprocess.Popen[bytes]"]:
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_for(lambda: _answers(port))
        yield server
    finally:
        server.kill()
        server.wait()


def _answers(port: int) -> bool:
    with redis.Redis(port=port) as client:
        try:
            return client.ping()
        except redis.ConnectionError:
            return False


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    port = free_port()
    with running_redis(port):
        yield f"redis://127.0.0.1:{port}/0"
