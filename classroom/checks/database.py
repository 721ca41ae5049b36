"""Checks of the database: its connection pool, its revision and its users."""

from collections.abc import Iterator

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import DBAPIError

from ..db import queries, revision
from ..db.backends import backend_of
from ..db.driver_errors import in_one_line
from ..db.engine import make_engine, max_connections
from ..db.not_ready import NotReady
from ..settings import SettingError
from .configuration import Configuration
from .findings import Finding, error, warning

_URL = "sqlalchemy.url"


def database(configuration: Configuration) -> Iterator[Finding]:
    try:
        engine = make_engine(configuration.app, prepare=False)
    except SettingError as problem:
        yield error(problem.key, problem.problem)
        return
    yield from _small_pool(engine, configuration.adjustments.threads)
    yield from _contents(engine, configuration.url)
    engine.dispose()


def _small_pool(engine: Engine, threads: int) -> Iterator[Finding]:
    limit = max_connections(engine)
    # A reader without a separate engine keeps one connection of this pool for each thread.
    needed = threads if backend_of(engine).reader_settings else 2 * threads
    if limit < needed:
        problem = f"{limit} connections are too few: threads = {threads} requires {needed}"
        yield error("sqlalchemy.pool_size", problem)


def _contents(engine: Engine, url: URL | None) -> Iterator[Finding]:
    try:
        if url and not backend_of(engine).exists(url):
            yield warning(_URL, "there is no database yet; pserve creates it, without users")
        else:
            with engine.connect() as connection:
                yield from _tables(connection)
    except (DBAPIError, NotReady, OSError, revision.Mismatch) as problem:
        yield error(_URL, in_one_line(problem))


def _tables(connection: Connection) -> Iterator[Finding]:
    if defect := backend_of(connection.engine).defect(connection):
        yield error(_URL, defect)
    elif revision.is_empty(connection):
        yield warning(_URL, "the database has no tables; pserve creates them")
    else:
        if newer := revision.require_usable(connection):
            yield warning(_URL, newer)
        yield from _users(connection)


def _users(connection: Connection) -> Iterator[Finding]:
    users = connection.execute(queries.HAS_USERS).one()
    if not users.any:
        yield warning("users", "there are none; create one with adduser NAME --role admin")
    elif not users.admin:
        yield warning("users", "none is an admin; grant the role with setrole NAME admin")
