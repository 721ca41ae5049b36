"""The service recovers from database outages and from SIGKILL, and loses no committed write."""

import itertools
import json
import re
import resource
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Sized
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pyramid_retry import IBeforeRetry
from sqlalchemy import Engine, event
from webtest import TestApp

from classroom.db.outage import Outage

from ..support.application import client_of, engine_of, open_application
from ..support.conflicts import CONFLICTS
from ..support.pages import walk
from ..support.postgresql import PostgreSQL
from ..support.proxy import Proxy
from ..support.pserve import copy_ini, pserve
from ..support.sockets import free_port
from ..support.users import NAME, PASSWORD, basic
from ..support.waiting import TIMEOUT, wait_for

STUDENTS = "/api/v1.0/students/"
NEW = {"name": "david"}


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[TestApp]:
    with open_application({"sqlalchemy.url": postgresql_url}) as app:
        yield client_of(app)


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[TestApp]:
    with open_application({"sqlalchemy.url": sqlite_url}) as app:
        client = client_of(app)
        client.get(STUDENTS)
        yield client


def longer_by(count: int, made: Sized) -> Callable[[], bool]:
    goal = len(made) + count
    return lambda: len(made) >= goal


def total(client: TestApp) -> int:
    return client.get(STUDENTS).json["meta"]["total"]


def assert_unavailable(response: Any) -> None:
    assert response.status_int == 503
    assert response.json["error"] == "service unavailable"
    assert response.json["code"] == "database_unavailable"
    assert int(response.headers["Retry-After"]) > 0


def database_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.message for r in caplog.records if r.message.startswith("database error")]


def ends(caplog: pytest.LogCaptureFixture) -> list[str]:
    return re.findall(r"the database is available again after [0-9]+\.[0-9] seconds", caplog.text)


def test_postgresql_down_is_503_and_logged_once(
    on_postgresql: TestApp, postgresql: PostgreSQL, caplog: pytest.LogCaptureFixture
) -> None:
    on_postgresql.post_json(STUDENTS, NEW, status=201)
    with postgresql.stopped():
        for _ in range(5):
            begun = time.monotonic()
            assert_unavailable(on_postgresql.get(STUDENTS, status="*"))
            assert_unavailable(on_postgresql.post_json(STUDENTS, NEW, status="*"))
            # The documented limit is two seconds for each of the two requests.
            assert time.monotonic() - begun < 4
        assert len(database_lines(caplog)) == 1
        caplog.set_level("INFO", "classroom")
    assert total(on_postgresql) == 1
    on_postgresql.post_json(STUDENTS, NEW, status=201)
    assert len(ends(caplog)) == 1


def test_a_frozen_postgresql_blocks_no_thread(
    on_postgresql: TestApp, postgresql: PostgreSQL
) -> None:
    on_postgresql.post_json(STUDENTS, NEW, status=201)
    retries: list[Any] = []
    on_postgresql.app.registry.registerHandler(retries.append, [IBeforeRetry])
    with postgresql.frozen(), ThreadPoolExecutor(1) as pool:
        # The first two requests use open connections; the next two must connect.
        for _ in range(2):
            read = pool.submit(client_of(on_postgresql.app).get, STUDENTS, status="*")
            assert_unavailable(on_postgresql.post_json(STUDENTS, NEW, status="*"))
            assert_unavailable(read.result())
    assert retries == []
    assert total(on_postgresql) == 1
    assert engine_of(on_postgresql.app).pool.checkedout() == 0


def test_a_postgresql_restart_causes_no_error_but_503(
    on_postgresql: TestApp, postgresql: PostgreSQL
) -> None:
    made: dict[str, str] = {}
    statuses: set[int] = set()
    names = map(str, itertools.count())
    stop = threading.Event()

    def work() -> None:
        mine = client_of(on_postgresql.app)
        while not stop.is_set():
            name = next(names)
            response = mine.post_json(STUDENTS, {"name": name}, status="*")
            statuses.add(response.status_int)
            if response.status_int == 201:
                made[response.headers["Location"]] = name
            statuses.add(mine.get(STUDENTS, status="*").status_int)

    with ThreadPoolExecutor(4) as pool:
        workers = [pool.submit(work) for _ in range(4)]
        wait_for(lambda: len(made) > 20)
        with postgresql.stopped():
            wait_for(lambda: 503 in statuses)
        wait_for(longer_by(20, made))
        stop.set()
        for worker in workers:
            worker.result()
    assert statuses == {200, 201, 503}
    stored = {url: on_postgresql.get(url).json["name"] for url in walk(on_postgresql, STUDENTS)}
    assert made.items() <= stored.items()
    assert len(set(stored.values())) == len(stored)


def test_a_removed_sqlite_file_is_503_and_not_recreated(
    on_sqlite: TestApp, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    on_sqlite.post_json(STUDENTS, NEW, status=201)
    away = tmp_path / "away"
    away.mkdir()
    files = list(tmp_path.glob("classroom.sqlite*"))
    for file in files:
        file.rename(away / file.name)
    for _ in range(2):
        assert_unavailable(on_sqlite.get(STUDENTS, status="*"))
        assert_unavailable(on_sqlite.post_json(STUDENTS, NEW, status="*"))
    assert not (tmp_path / "classroom.sqlite").exists()
    assert len(database_lines(caplog)) == 1
    for file in files:
        (away / file.name).rename(file)
    assert total(on_sqlite) == 1


def test_a_replaced_sqlite_file_is_503(
    on_sqlite: TestApp, sqlite_template: Path, tmp_path: Path
) -> None:
    on_sqlite.post_json(STUDENTS, NEW, status=201)
    other = tmp_path / "other"
    other.write_bytes(sqlite_template.read_bytes())
    other.replace(tmp_path / "classroom.sqlite")
    for _ in range(2):
        assert_unavailable(on_sqlite.get(STUDENTS, status="*"))
        assert_unavailable(on_sqlite.post_json(STUDENTS, NEW, status="*"))


def test_a_backup_succeeds_during_writes(on_sqlite: TestApp, tmp_path: Path) -> None:
    stop = threading.Event()

    def work() -> int:
        mine, count = client_of(on_sqlite.app), 0
        while not stop.is_set():
            mine.post_json(STUDENTS, NEW, status=201)
            count += 1
        return count

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(work)
        wait_for(lambda: total(on_sqlite) > 10)
        with closing(sqlite3.connect(tmp_path / "classroom.sqlite")) as source:
            source.execute("VACUUM INTO ?", [str(tmp_path / "backup.sqlite")])
        stop.set()
        assert written.result() > 10
    with open_application({"sqlalchemy.url": f"sqlite:///{tmp_path}/backup.sqlite"}) as app:
        assert client_of(app).get(STUDENTS).json["meta"]["total"] > 10


def test_a_locked_row_is_503_and_blocks_no_thread(
    on_postgresql: TestApp, caplog: pytest.LogCaptureFixture
) -> None:
    url = on_postgresql.post_json(STUDENTS, NEW).headers["Location"]
    engine = engine_of(on_postgresql.app)
    with engine.connect() as somebody:
        somebody.exec_driver_sql("SELECT * FROM students FOR UPDATE")
        assert_unavailable(on_postgresql.put_json(url, NEW, status="*"))
        on_postgresql.get(url, status=200)
    # PostgreSQL ends the wait before the service gives up the connection.
    assert "lock timeout" in database_lines(caplog)[0]
    on_postgresql.put_json(url, NEW, status=200)
    assert engine.pool.checkedout() == 0


DISCONNECT = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid != pg_backend_pid()
"""


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_closed_connection_is_replaced_before_a_write(
    password_client: TestApp, postgresql_engine: Engine
) -> None:
    """The write succeeds at the first attempt."""
    password_client.post_json(STUDENTS, NEW, status=201)
    retries: list[Any] = []
    password_client.app.registry.registerHandler(retries.append, [IBeforeRetry])
    with postgresql_engine.begin() as connection:
        connection.exec_driver_sql(DISCONNECT)
    password_client.post_json(STUDENTS, NEW, status=201)
    assert retries == []


def test_a_read_only_database_serves_reads(
    on_sqlite: TestApp, caplog: pytest.LogCaptureFixture
) -> None:
    engine: Engine = engine_of(on_sqlite.app)

    def forbid(connection: sqlite3.Connection, *_: Any) -> None:
        connection.execute("PRAGMA query_only = ON")

    event.listen(engine, "checkout", forbid)
    assert_unavailable(on_sqlite.post_json(STUDENTS, NEW, status="*"))
    assert total(on_sqlite) == 0
    assert "readonly" in database_lines(caplog)[0]


def test_a_busy_sqlite_is_503(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classroom.db.backends.sqlite._PRAGMAS", ("busy_timeout = 50",))
    with open_application({"sqlalchemy.url": sqlite_url}) as app:
        client = client_of(app)
        with closing(sqlite3.connect(tmp_path / "classroom.sqlite")) as writer:
            writer.execute("BEGIN IMMEDIATE")
            assert_unavailable(client.post_json(STUDENTS, NEW, status="*"))
            client.get(STUDENTS, status=200)
            writer.rollback()
        client.post_json(STUDENTS, NEW, status=201)


def test_a_sqlite_conflict_is_retried(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("classroom.db.backends.sqlite._PRAGMAS", ("busy_timeout = 0",))
    refusals = []

    def let_go(context: Any) -> None:
        refusals.append(context.original_exception)
        writer.rollback()

    with (
        open_application({"sqlalchemy.url": sqlite_url}) as app,
        closing(sqlite3.connect(tmp_path / "classroom.sqlite")) as writer,
    ):
        client = client_of(app)
        writer.execute("BEGIN IMMEDIATE")
        event.listen(engine_of(app), "handle_error", let_go)
        client.post_json(STUDENTS, NEW, status=201)
        assert len(refusals) == 1
        assert total(client) == 1


@contextmanager
def trigger(engine: Engine, definition: str, function: str) -> Iterator[None]:
    """Create a trigger that counts its calls in a sequence, and drop it afterwards."""
    with engine.begin() as connection:
        connection.exec_driver_sql(definition)
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(f"DROP FUNCTION {function} CASCADE; DROP SEQUENCE tries")


def test_postgresql_conflicts_get_three_attempts(
    on_postgresql: TestApp, subtests: pytest.Subtests
) -> None:
    engine = engine_of(on_postgresql.app)
    for when, state, (times, status) in itertools.product(
        ["INITIALLY IMMEDIATE", "INITIALLY DEFERRED"], ["40001", "40P01"], [(2, 201), (3, 503)]
    ):
        conflicts = CONFLICTS.format(times=times, state=state, when=when)
        before = total(on_postgresql)
        with subtests.test((when, state, times)), trigger(engine, conflicts, "conflict"):
            response = on_postgresql.post_json(STUDENTS, NEW, status=status)
            assert total(on_postgresql) - before == (1 if status == 201 else 0)
            if status == 503:
                assert_unavailable(response)


LOST = """
CREATE SEQUENCE tries;
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('tries') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid(), 10000); END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER lose AFTER INSERT ON students DEFERRABLE {when}
    FOR EACH ROW EXECUTE FUNCTION lose();
"""


@pytest.mark.parametrize(
    ("when", "status", "tries"),
    [("INITIALLY IMMEDIATE", 201, 2), ("INITIALLY DEFERRED", 503, 1)],
)
def test_only_a_connection_lost_before_commit_is_retried(
    on_postgresql: TestApp, when: str, status: int, tries: int
) -> None:
    engine = engine_of(on_postgresql.app)
    with trigger(engine, LOST.format(when=when), "lose"):
        on_postgresql.post_json(STUDENTS, NEW, status=status)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("SELECT last_value FROM tries").scalar() == tries
    assert total(on_postgresql) == tries - 1


@pytest.fixture
def proxy(postgresql: PostgreSQL) -> Iterator[Proxy]:
    proxy = Proxy(postgresql.port)
    yield proxy
    proxy.close()


@pytest.fixture
def behind_proxy(postgresql: PostgreSQL, postgresql_url: str, proxy: Proxy) -> Iterator[TestApp]:
    url = postgresql_url.replace(f":{postgresql.port}/", f":{proxy.port}/")
    with open_application({"sqlalchemy.url": url}) as app:
        client = client_of(app)
        client.get(STUDENTS)
        yield client


def test_a_commit_whose_response_is_lost_is_not_repeated(
    behind_proxy: TestApp, proxy: Proxy
) -> None:
    proxy.lose_response(b"COMMIT\0")  # not READ COMMITTED
    assert_unavailable(behind_proxy.post_json(STUDENTS, NEW, status="*"))
    assert total(behind_proxy) == 1
    assert engine_of(behind_proxy.app).pool.checkedout() == 0


def test_a_statement_without_a_response_is_not_repeated(
    behind_proxy: TestApp, proxy: Proxy
) -> None:
    proxy.lose_request(b"INSERT INTO students")
    assert_unavailable(behind_proxy.post_json(STUDENTS, NEW, status="*"))
    assert total(behind_proxy) == 0
    assert engine_of(behind_proxy.app).pool.checkedout() == 0


def test_the_start_and_end_of_an_outage_are_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "classroom")
    now = 0.0
    outage = Outage(pause=30.0, clock=lambda: now)
    outage.record_success()
    for now in (0.0, 1.0, 40.0):  # noqa: B007 (the clock reads it)
        outage.record_failure(ValueError("away"))
    now = 50.5
    outage.record_success()
    outage.record_success()
    assert caplog.messages == [
        "database error: 'away'",
        "the database is available again after 50.5 seconds",
    ]


def test_intermittent_failures_are_logged_every_30_seconds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = 0.0
    outage = Outage(pause=30.0, clock=lambda: now)
    for now in (0.0, 1.0, 2.0, 29.0, 30.0, 31.0):  # noqa: B007 (the clock reads it)
        outage.record_failure(ValueError("busy"))
        outage.record_success()
    assert caplog.messages == ["database error: 'busy'"] * 2


class Server:
    """A ``pserve`` that a test can kill and start again."""

    def __init__(self, folder: Path, url: str) -> None:
        self.port = free_port()
        self.ini = copy_ini("development.ini", folder, self.port, {"sqlalchemy.url": url})

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, str], Any]:
        with closing(HTTPConnection("localhost", self.port, timeout=TIMEOUT)) as client:
            headers = {"Authorization": basic(NAME, PASSWORD), "Content-Type": "application/json"}
            client.request(method, path, body and json.dumps(body), headers)
            response = client.getresponse()
            return response.status, dict(response.headers), json.loads(response.read())

    def everyone(self) -> list[str]:
        seen, path = [], f"{STUDENTS}?per_page=100"
        while path:
            page = self.ask("GET", path)[2]
            seen += page["urls"]
            path = page["meta"]["next"]
        return seen


def test_committed_rows_survive_sigkill(tmp_path: Path, database_url: str) -> None:
    service = Server(tmp_path, database_url)
    made: dict[str, str] = {}
    names = map(str, itertools.count())

    def write() -> None:
        with suppress(OSError, HTTPException):
            while True:
                name = next(names)
                status, headers, _ = service.ask("POST", STUDENTS, {"name": name})
                if status == 201:
                    made[urlsplit(headers["Location"]).path] = name

    for _ in range(3):
        with pserve(service.ini) as process, ThreadPoolExecutor(4) as pool:
            writers = [pool.submit(write) for _ in range(4)]
            wait_for(longer_by(10, made))
            process.send_signal(signal.SIGKILL)
            for writer in writers:
                writer.result()
    with open_application({"sqlalchemy.url": database_url}) as app:
        client = client_of(app)
        paths = [urlsplit(url).path for url in walk(client, STUDENTS)]
        stored = {path: client.get(path).json["name"] for path in paths}
    assert made.items() <= stored.items()
    assert len(set(stored.values())) == len(stored)


def test_a_write_to_a_full_disk_is_503_and_rolled_back(sqlite_url: str, tmp_path: Path) -> None:
    service = Server(tmp_path, sqlite_url)
    with pserve(service.ini, "validated") as process:
        assert service.ask("POST", STUDENTS, NEW)[0] == 201
        log = (tmp_path / "classroom.sqlite-wal").stat().st_size
        limits = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (log, limits[1]))
        status, headers, _ = service.ask("POST", STUDENTS, NEW)
        assert (status, "Retry-After" in headers) == (503, True)
        assert len(service.everyone()) == 1
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limits)
        assert service.ask("POST", STUDENTS, NEW)[0] == 201
        assert len(service.everyone()) == 2
