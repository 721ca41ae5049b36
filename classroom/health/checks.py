"""The checks of the database and of Redis. Each has its own connections, with timeouts."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy.exc import DBAPIError

from ..db import revision
from ..db.backends import backend_of
from ..db.database import Database
from ..db.engine import in_autocommit, make_engine
from ..db.not_ready import DatabaseOutdated, NotReady
from ..rate_limits.counters import uses_redis
from ..settings import Settings

if TYPE_CHECKING:
    import redis

DatabaseState = tuple[Literal["ok", "unavailable"], Literal["ok", "outdated", "unknown"]]
RedisState = Literal["ok", "unavailable", "unused"]

UNAVAILABLE: DatabaseState = ("unavailable", "unknown")


class DatabaseCheck:
    """A check of the database and of its revision, on a separate connection.

    It takes up to two seconds per attempt to connect, or to read.
    """

    def __init__(self, database: Database, settings: Mapping[str, Any]) -> None:
        self._database = database
        engine = make_engine(settings)
        backend_of(engine).limit_response_times(engine)
        self._engine = in_autocommit(engine)
        self._head = revision.head()

    def run(self) -> DatabaseState:
        if problem := self._database.problem:
            return _state_of(problem)
        try:
            with self._engine.connect() as connection:
                found = revision.read(connection)
        except DBAPIError:
            return UNAVAILABLE
        return "ok", "ok" if found and found >= self._head else "outdated"

    def close(self) -> None:
        self._engine.dispose()


def _state_of(problem: NotReady) -> DatabaseState:
    return ("ok", "outdated") if isinstance(problem, DatabaseOutdated) else UNAVAILABLE


class RedisCheck:
    """A check of the Redis that counts requests, if there is one, on a separate connection.

    It takes up to 0.1 seconds per attempt to connect, or to read.
    """

    def __init__(self, settings: Settings) -> None:
        self._url = settings.redis_url if uses_redis(settings) else None
        self._client: redis.Redis | None = None

    def run(self) -> RedisState:
        if self._url is None:
            return "unused"
        # Not at the top: redis-py takes a tenth of the time of startup.
        from ..rate_limits.redis_counters import is_available, open_client  # noqa: PLC0415

        self._client = self._client or open_client(self._url)
        return "ok" if is_available(self._client) else "unavailable"

    def close(self) -> None:
        if self._client:
            self._client.close()
