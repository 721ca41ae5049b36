"""Startup while the database is unavailable, outdated, or newer than the code."""

import platform
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, text

import classroom
from classroom.db.engine import make_engine
from classroom.db.revision import head
from classroom.settings import SettingError

from ..support.application import anonymous_client, client_of, engine_of, open_application
from ..support.commands import alembic
from ..support.postgresql import PostgreSQL, running_postgresql
from ..support.pserve import configure, pserve
from ..support.sockets import exchange
from ..support.users import add_user
from ..support.waiting import TIMEOUT, wait_for
from ..support.waitress import serving

ROOT = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
STUDENTS = "/api/v1.0/students/"


VERSIONS = Path(classroom.__file__).parent / "alembic" / "versions"


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSQL]:
    """A PostgreSQL that tests stop and start."""
    with running_postgresql() as server:
        yield server


@pytest.fixture(autouse=True)
def _log_level(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "classroom")


@contextmanager
def changing(url: str) -> Iterator[Connection]:
    """A transaction on a database, without the service."""
    engine = make_engine({"sqlalchemy.url": url})
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def problems(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.message for r in caplog.records if "is not ready" in r.message]


def hints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.message for r in caplog.records if r.message.startswith("no users")]


def assert_unavailable(app: Any) -> None:
    response = client_of(app).get(STUDENTS, status=503)
    assert int(response.headers["Retry-After"]) > 0
    anonymous_client(app).get("/", status=200)


def refuse_connections(server: PostgreSQL, url: str) -> Callable[[], None]:
    server.stop()
    return server.start


def freeze(server: PostgreSQL, url: str) -> Callable[[], None]:
    server.send_signal(signal.SIGSTOP)
    return lambda: server.send_signal(signal.SIGCONT)


def prolong_startup(server: PostgreSQL, url: str) -> Callable[[], None]:
    server.stop()
    server.start_as_standby()

    def promote() -> None:
        server.stop()
        server.start()

    return promote


def exhaust_connections(server: PostgreSQL, url: str) -> Callable[[], None]:
    database = url.rpartition("/")[2]
    admin = psycopg.connect(server.url("postgres").replace("+psycopg", ""), autocommit=True)
    admin.execute(b"CREATE ROLE limited LOGIN CONNECTION LIMIT 0")
    admin.execute(f"ALTER DATABASE {database} OWNER TO limited".encode())

    def allow() -> None:
        with admin:
            admin.execute(b"ALTER ROLE limited CONNECTION LIMIT 20")

    return allow


@pytest.mark.parametrize(
    ("begin", "user"),
    [
        (refuse_connections, "classroom"),
        (freeze, "classroom"),
        (prolong_startup, "classroom"),
        (exhaust_connections, "limited"),
    ],
)
def test_the_service_starts_while_postgresql_is_unavailable(
    server: PostgreSQL,
    begin: Callable[[PostgreSQL, str], Callable[[], None]],
    user: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    url = server.create()
    end = begin(server, url)
    try:
        with open_application({"sqlalchemy.url": url.replace("classroom@", f"{user}@")}) as app:
            for _ in range(3):
                assert_unavailable(app)
            assert len(problems(caplog)) == 1
            assert hints(caplog) == []
            end, ended = lambda: None, end
            ended()
            wait_for(lambda: hints(caplog))
            add_user(engine_of(app))
            client_of(app).get(STUDENTS, status=200)
            assert "the database is ready after" in caplog.text
            assert len(hints(caplog)) == 1
    finally:
        end()


@pytest.mark.parametrize(("old", "new"), [("/classroom_", "/missing_"), ("classroom@", "nobody@")])
def test_wrong_credentials_or_names_abort_startup(
    postgresql: PostgreSQL, old: str, new: str
) -> None:
    url = postgresql.create().replace(old, new, 1)
    with pytest.raises(SettingError, match=r"^sqlalchemy\.url: .*does not exist"):
        classroom.main({}, **{"sqlalchemy.url": url})


def test_unrelated_tables_abort_startup(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("CREATE TABLE others (id INTEGER)")
    with pytest.raises(SettingError, match="tables that classroom did not create"):
        classroom.main({}, **{"sqlalchemy.url": f"sqlite:///{tmp_path}/other.sqlite"})


def test_an_outdated_database_is_served_after_its_migration(
    ini: Path, empty_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    configure(ini, {"sqlalchemy.url": empty_url})
    alembic(ini, "upgrade", "0005")
    with open_application({"sqlalchemy.url": empty_url}) as app:
        for _ in range(2):
            assert_unavailable(app)
        assert problems(caplog) == [
            f"the database is not ready: the database is at revision 0005 and the code at {head()}:"
            " run alembic -c INI upgrade head"
        ]
        alembic(ini, "upgrade", "head")
        wait_for(lambda: hints(caplog))
        add_user(engine_of(app))
        client_of(app).get(STUDENTS, status=200)


def test_a_newer_database_that_supports_the_code_is_served(
    database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    state = "UPDATE alembic_version SET version_num = '{}', oldest_code = '{}'"
    with changing(database_url) as connection:
        connection.execute(text(state.format("9999", head())))
    try:
        with open_application({"sqlalchemy.url": database_url}) as app:
            client_of(app).get(STUDENTS, status=200)
    finally:
        with changing(database_url) as connection:
            connection.execute(text(state.format(head(), head())))
    assert f"the database is at revision 9999 and the code at {head()}, which the" in caplog.text


def test_each_migration_records_the_oldest_code() -> None:
    paths = sorted(VERSIONS.glob("0*.py"))
    recorded = ["SET oldest_code = " in path.read_text() for path in paths]
    [first] = VERSIONS.glob("*_oldest_code.py")
    assert all(recorded[paths.index(first) :])


@pytest.mark.one_combination
def test_startup_and_shutdown_are_one_line_each(ini: Path, port: int, sqlite_url: str) -> None:
    configure(ini, {"sqlalchemy.url": sqlite_url, "classroom.use_token_auth": "true"})
    with pserve(ini) as server:
        assert b" 200 OK" in exchange(port, ROOT)
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=TIMEOUT)
    started = [line for line in log.splitlines() if " started: " in line]
    assert len(started) == 1
    assert started[0].partition(" started: ")[2].replace("127.0.0.1", "[::1]") == (
        f"classroom {version('classroom')}, Python {platform.python_version()},"
        f" database {sqlite_url} at revision {head()}, tokens, no rate limits,"
        f" http://[::1]:{port}"
    )
    assert log.splitlines()[-1].endswith(" stopped")


def test_the_startup_line_has_no_password(
    postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = postgresql_url.replace("classroom@", "classroom:unused-password@")
    with open_application({"sqlalchemy.url": url}) as app, serving(app):
        wait_for(lambda: "started: " in caplog.text)
    masked = postgresql_url.replace("classroom@", "classroom:***@")
    assert f"database {masked} at revision {head()}, passwords" in caplog.text
    assert "unused-password" not in caplog.text
