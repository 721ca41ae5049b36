"""The statements that the database executed, and their time."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Summary
from sqlalchemy import Connection, Engine, Executable, event

from ..db.database import Database, RowReader
from ..db.reader import Parameters
from ..db.statements import SelectStatement

Observe = Callable[[float], None]

_OPERATIONS = ("select", "insert", "update", "delete")


def add_metrics(database: Database, registry: CollectorRegistry) -> None:
    seconds = Summary(
        "classroom_statement_seconds",
        "Seconds that the database took to execute each statement.",
        ["operation"],
        registry=registry,
    )
    observers = {name: seconds.labels(name).observe for name in (*_OPERATIONS, "other")}
    database.reader = _MeasuredReader(database.reader, observers["select"])
    _listen(database.base_engine, observers)


class _MeasuredReader:
    """A reader that measures its statements, for which SQLAlchemy sends no events."""

    def __init__(self, reader: RowReader, observe: Observe) -> None:
        self._reader = reader
        self._observe = observe

    def rows(self, statement: SelectStatement, parameters: Parameters) -> Sequence[Any]:
        began = time.perf_counter()
        rows = self._reader.rows(statement, parameters)
        self._observe(time.perf_counter() - began)
        return rows

    def close(self) -> None:
        self._reader.close()


def _listen(engine: Engine, observers: Mapping[str, Observe]) -> None:
    # With before_cursor_execute, the reader would run its statements on the engine.
    running = threading.local()

    def before(connection: Connection, statement: Executable, *_: Any) -> None:
        running.since = time.perf_counter()

    def after(connection: Connection, statement: Executable, *_: Any) -> None:
        operation = getattr(statement, "__visit_name__", "")
        observe = observers.get(operation, observers["other"])
        observe(time.perf_counter() - running.since)

    event.listen(engine, "before_execute", before)
    event.listen(engine, "after_execute", after)
