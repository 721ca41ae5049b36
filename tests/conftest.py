"""Fixtures, with the names of Pyramid's cookiecutter.

No part of the service is replaced: each test has a new or an emptied database, pyramid_tm commits
and rolls back, and every server is a real one.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import argon2
import pytest
import redis
from pyramid.router import Router
from sqlalchemy import Engine, text
from webtest import TestApp

from classroom.db.startup import open_database
from classroom.models.roles import Role
from classroom.models.tables import Base

from .support.application import anonymous_client, client_of, engine_of, open_application
from .support.contract import contract_of
from .support.postgresql import PostgreSQL, running_postgresql
from .support.pserve import configure, copy_ini
from .support.redis import running_redis
from .support.rows import insert_rows
from .support.school import School
from .support.sockets import free_port
from .support.users import SECRET, add_user
from .support.validation import validated
from .support.waitress import serving

# The combinations of a database and a mode of authentication in which a test runs.
_COMBINATIONS = {
    "one_combination": {("sqlite", "password")},
    "diagonal": {("sqlite", "password"), ("postgresql", "token")},
}


# These come first, so that all workers finish at about the same time.
_LONG_TESTS = {"test_schemathesis", "test_documents", "test_model", "test_outages"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Deselect the combinations of each test that are neither in the diagonal nor in its marker."""
    items[:] = [item for item in items if _is_wanted(item)]
    items.sort(key=lambda item: item.path.stem not in _LONG_TESTS)


def _is_wanted(item: pytest.Item) -> bool:
    if item.get_closest_marker("all_combinations"):
        return True
    marker = item.get_closest_marker("one_combination")
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    database, mode = parameters.get("database_url"), parameters.get("testapp")
    return any(
        database in (None, wanted) and mode in (None, wanted_mode)
        for wanted, wanted_mode in _COMBINATIONS[marker.name if marker else "diagonal"]
    )


@pytest.fixture(autouse=True)
def _contract(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compare every response of an application, in any thread, with its document."""
    errors: list[str] = []
    call = Router.__call__

    def validated_call(router: Any, environ: dict[str, Any], start_response: Any) -> Any:
        contract = contract_of(router.registry)
        return validated(partial(call, router), contract, errors.append)(environ, start_response)

    monkeypatch.setattr(Router, "__call__", validated_call)
    yield
    assert not errors


# Databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the user, to be copied."""
    path = tmp_path_factory.mktemp("template") / "classroom.sqlite"
    engine = open_database({"sqlalchemy.url": f"sqlite:///{path}"})
    add_user(engine)
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


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A database with the user, where development.ini expects it."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path)}"


@pytest.fixture
def postgresql_url(postgresql_engine: Engine) -> str:
    """A database with the user."""
    tables = ", ".join(Base.metadata.tables)
    with postgresql_engine.begin() as connection:
        # A transaction that an earlier test left open is an error, and must not block.
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    add_user(postgresql_engine)
    return postgresql_engine.url.set(query={}).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database with the user, of either kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables; on SQLite, a file that does not exist."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql").create()
    return f"sqlite:///{tmp_path}/empty.sqlite"


# Applications and clients


@pytest.fixture
def app_settings(database_url: str) -> dict[str, str]:
    """The settings of the ini file; a test changes them before it requests the application."""
    return {"sqlalchemy.url": database_url, "classroom.secret_key": SECRET}


@pytest.fixture
def token_mode(app_settings: dict[str, str]) -> None:
    app_settings["classroom.use_token_auth"] = "true"


@pytest.fixture
def uncached_identities(app_settings: dict[str, str]) -> None:
    app_settings["classroom.identity_ttl"] = "0"


@pytest.fixture
def app(app_settings: dict[str, str]) -> Iterator[Any]:
    with open_application(app_settings) as app:
        yield app


@pytest.fixture
def dbengine(app: Any) -> Engine:
    return engine_of(app)


@pytest.fixture
def anonymous(app: Any) -> TestApp:
    """A client without credentials."""
    return anonymous_client(app)


@pytest.fixture
def password_client(app: Any) -> TestApp:
    """A client with the user's password."""
    return client_of(app)


@pytest.fixture(params=["password", "token"])
def testapp(request: pytest.FixtureRequest, app_settings: dict[str, str]) -> TestApp:
    """A client with credentials, in either mode of authentication."""
    if request.param == "token":
        app_settings["classroom.use_token_auth"] = "true"
    return client_of(request.getfixturevalue("app"))


@pytest.fixture
def new_process(app_settings: dict[str, str]) -> Iterator[Callable[[], TestApp]]:
    """Make a client of another application, which shares no memory with the others."""
    with ExitStack() as stack:
        yield lambda: anonymous_client(stack.enter_context(open_application(app_settings)))


@pytest.fixture
def student_and_class(dbengine: Engine) -> None:
    """The student 1, david, and the class 1, algebra."""
    insert_rows(dbengine, ["david"], ["algebra"])


@pytest.fixture
def school(testapp: TestApp, app: Any) -> School:
    """Rows and users with any role. One user is an admin."""
    school = School(app)
    school.add_user(Role.ADMIN)
    return school


@pytest.fixture
def admin(school: School) -> TestApp:
    """A client of another admin."""
    return school.client_with(Role.ADMIN)


# Servers


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def served_port(app: Any) -> Iterator[int]:
    """The port of the application behind a waitress."""
    with serving(app) as port:
        yield port


@pytest.fixture
def ini(tmp_path: Path, port: int) -> Path:
    """development.ini in a new folder, with a free port."""
    return copy_ini("development.ini", tmp_path, port)


@pytest.fixture
def app_ini(ini: Path, app_settings: dict[str, str]) -> Path:
    """development.ini with the settings and the database of the application."""
    configure(ini, app_settings)
    return ini


@pytest.fixture(scope="session")
def redis_server() -> Iterator[redis.Redis]:
    port = free_port()
    with running_redis(port), redis.Redis(port=port) as client:
        yield client


@pytest.fixture
def redis_url(redis_server: redis.Redis) -> str:
    """An empty Redis."""
    redis_server.flushall()
    return "redis://127.0.0.1:{port}/0".format(**redis_server.get_connection_kwargs())


@pytest.fixture
def redis_socket_url(redis_server: redis.Redis, redis_url: str) -> str:
    """The same server, on its Unix socket."""
    return "unix://" + redis_server.config_get("unixsocket")["unixsocket"]


# Observations


@pytest.fixture
def verified_hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stored hashes with which argon2 compared a password."""
    hashes: list[str] = []
    verify = argon2.PasswordHasher.verify

    def spy(self: argon2.PasswordHasher, stored: str, password: str) -> bool:
        hashes.append(stored)
        return verify(self, stored, password)

    monkeypatch.setattr(argon2.PasswordHasher, "verify", spy)
    return hashes
