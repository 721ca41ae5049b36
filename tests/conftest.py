"""Fixtures, under the names that Pyramid's cookiecutter gives them.

Nothing here stands in for a part of the service: each test has a database of its own, or one that
was emptied for it, pyramid_tm commits and rolls back, and every server is a real one.
"""

import base64
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import argon2
import pytest
import redis
from pyramid.router import Router
from sqlalchemy import Engine, text
from webtest import TestApp

import classroom
from classroom.db import writes
from classroom.db.engine import open_database
from classroom.models.tables import Base

from .contract import contract_for, watched
from .servers import PostgreSQL, free_port, running_postgresql, running_redis

API = "http://localhost/api/v1.0/"
NAME, PASSWORD = "miguel", "cat:mouse"
SECRET = "not much of a secret, but long enough"
# As cheap as argon2id can be, since nearly every test costs one.
PASSWORD_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


def basic(username: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run a test marked "diagonal" with one mode of authentication per database."""
    items[:] = [item for item in items if not _is_off_diagonal(item)]


def _is_off_diagonal(item: pytest.Item) -> bool:
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    combination = (parameters.get("database_url"), parameters.get("testapp"))
    is_off = combination in {("sqlite", "token"), ("postgresql", "password")}
    return is_off and item.get_closest_marker("diagonal") is not None


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every answer that an application gives during a test, in whatever thread, is documented."""
    faults: list[str] = []
    call = Router.__call__

    def watched_call(router: Any, environ: dict[str, Any], start_response: Any) -> Any:
        contract = contract_for(router.registry)
        return watched(partial(call, router), contract, faults.append)(environ, start_response)

    monkeypatch.setattr(Router, "__call__", watched_call)
    yield
    assert not faults


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables and one user, to be copied."""
    path = tmp_path_factory.mktemp("template") / "classroom.sqlite"
    engine = open_database({"sqlalchemy.url": f"sqlite:///{path}"})
    add_the_user(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A server that runs as long as the tests do."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_engine(postgresql: PostgreSQL) -> Iterator[Engine]:
    """A database with its tables, to be emptied for each test."""
    engine = open_database({"sqlalchemy.url": postgresql.create()})
    yield engine
    engine.dispose()


def add_the_user(engine: Engine) -> None:
    with engine.begin() as connection:
        writes.add_user(connection, NAME, PASSWORD_HASH)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with its tables and one user."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return f"sqlite:///{path}"
    engine: Engine = request.getfixturevalue("postgresql_engine")
    tables = ", ".join(Base.metadata.tables)
    with engine.begin() as connection:
        # A connection that an earlier test left in a transaction is an error, not a standstill.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    add_the_user(engine)
    return engine.url.set(query={}).render_as_string(hide_password=False)


@pytest.fixture
def app_settings(database_url: str) -> dict[str, str]:
    """What the ini file says; a test changes it before it asks for the application."""
    return {"sqlalchemy.url": database_url, "classroom.secret_key": SECRET}


@pytest.fixture
def app(app_settings: dict[str, str]) -> Iterator[Any]:
    app = classroom.main({}, **app_settings)
    yield app
    app.registry["classroom"].database.engine.dispose()


@pytest.fixture
def dbengine(app: Any) -> Engine:
    return app.registry["classroom"].database.engine


@pytest.fixture
def stranger(app: Any) -> TestApp:
    """A client without credentials."""
    return TestApp(app, extra_environ={"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"})


@pytest.fixture(params=["password", "token"])
def testapp(request: pytest.FixtureRequest, app_settings: dict[str, str]) -> TestApp:
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
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stored hashes that argon2 was asked about."""
    asked: list[str] = []
    verify = argon2.PasswordHasher.verify

    def spy(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        asked.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", spy)
    return asked


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    port = free_port()
    with running_redis(port), redis.Redis(port=port) as client:
        yield client


@pytest.fixture
def redis_url(redis_server: redis.Redis) -> str:
    """A Redis that nothing has been counted in."""
    redis_server.flushall()
    return "redis://127.0.0.1:{port}/0".format(**redis_server.get_connection_kwargs())


@pytest.fixture
def redis_socket_url(redis_server: redis.Redis, redis_url: str) -> str:
    """The same server, on its Unix socket."""
    return "unix://" + redis_server.config_get("unixsocket")["unixsocket"]
