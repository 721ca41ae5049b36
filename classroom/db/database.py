"""The database of an application."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, event, make_url

from .backends import backend_of
from .engine import for_reading, for_writing, make_engine
from .outage import Outage
from .reader import Reader
from .startup import open_database


class Database:
    """The engine, the reader and the outages of an application's database.

    :raises classroom.settings.SettingError: if the database cannot be used.
    """

    def __init__(self, settings: Mapping[str, Any]) -> None:
        engine = open_database(settings)
        backend_of(engine).warn_if_exposed(make_url(settings["sqlalchemy.url"]))
        self.reader = _make_reader(settings, engine)
        self.engine = for_reading(engine)
        self.writing_engine = for_writing(engine)
        self.outage = Outage()


def _make_reader(settings: Mapping[str, Any], engine: Engine) -> Reader:
    backend, connections = backend_of(engine), engine
    if backend.reader_settings:
        connections = make_engine({**settings, **backend.reader_settings})
    # Not in make_engine: migrations and copies have no time limit.
    for each in (engine, connections):
        backend.limit_response_times(each)
    reader = Reader(connections, for_reading(engine))
    event.listen(engine, "engine_disposed", lambda _: reader.close())
    return reader
