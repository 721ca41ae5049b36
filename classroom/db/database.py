"""The database of an application."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError

from . import revision
from .backends import backend_of
from .engine import for_reading, for_writing, make_engine, parse_url, printable_url
from .not_ready import NotReady
from .outage import Outage
from .preparation import Preparation
from .reader import Parameters, Reader
from .startup import prepare, unusable
from .statements import SelectStatement


class RowReader(Protocol):
    """An executor of SELECTs, each in its own transaction."""

    def rows(self, statement: SelectStatement, parameters: Parameters) -> Sequence[Any]:
        """Return the rows, with their columns as attributes."""

    def close(self) -> None:
        """Close the idle connections."""


class Database:
    """The engine, the reader and the outages of an application's database.

    If the database is not ready at startup, it is prepared in the background.

    :raises classroom.settings.SettingError: if the database cannot be used.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        engine = make_engine(settings)
        problem = _try_to_prepare(engine, settings)
        backend_of(engine).warn_if_exposed(parse_url(settings))
        connections = _connections_of_reader(settings, engine)
        # Before limit_response_times: the first listener of an engine decides how it connects.
        self._preparation = problem and Preparation(settings, problem, (engine, connections))
        # Not in make_engine: migrations and copies have no time limit.
        for each in (engine, connections):
            backend_of(engine).limit_response_times(each)
        self.url = printable_url(settings)
        # The event listeners of this engine also apply to the two for transactions.
        self.base_engine = engine
        self.engine = for_reading(engine)
        self.writing_engine = for_writing(engine)
        self.reader: RowReader = Reader(connections, self.engine)
        self.outage = Outage()
        event.listen(engine, "engine_disposed", self._close)

    @property
    def problem(self) -> NotReady | None:
        """The reason why the service cannot use the database yet, or None."""
        return self._preparation.problem if self._preparation else None

    def revision(self) -> str | None:
        """Read the revision of the database. Return None if it is not ready, or unavailable."""
        with suppress(NotReady, DBAPIError), self.engine.connect() as connection:
            return revision.read(connection)
        return None

    def call_when_ready(self, callback: Callable[[], None]) -> None:
        """Call a function once the database is ready: now, or later in another thread."""
        if self._preparation:
            self._preparation.call_when_ready(callback)
        else:
            callback()

    def require(self) -> None:
        """Check that the database is ready.

        :raises classroom.settings.SettingError: if it is not.
        """
        if self.problem:
            raise unusable(self.problem)

    def _close(self, _: Engine) -> None:
        self.reader.close()
        if self._preparation:
            self._preparation.stop()


def _try_to_prepare(engine: Engine, settings: Mapping[str, Any]) -> NotReady | None:
    try:
        prepare(engine, settings)
    except NotReady as problem:
        return problem
    return None


def _connections_of_reader(settings: Mapping[str, Any], engine: Engine) -> Engine:
    options = backend_of(engine).reader_settings
    return make_engine({**settings, **options}) if options else engine
