"""Reads of one statement, on the driver's own connections.

SQLAlchemy writes the statement, once. Its way to execute it would cost as much as all else that a
request for one row takes: docs/decisions/0011-where-the-time-goes.md.
"""

import logging
from collections import deque, namedtuple
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Dialect, Engine, Executable, Select
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import PoolProxiedConnection

Parameters = Mapping[str, int | str]
Rows = Select[*tuple[Any, ...]]

_log = logging.getLogger("sqlalchemy.engine.Engine")


class Reader:
    """Runs SELECTs, each in a transaction of its own.

    :param connections: gives them, such as commit by themselves; they are kept.
    :param engine: asked again where one of them fails, since it knows how to replace a lost
        connection, and what an error means.
    :param final: errors after which it is not.
    """

    def __init__(
        self, connections: Engine, engine: Engine, final: tuple[type[Exception], ...] = ()
    ) -> None:
        self._connections = connections
        self._engine = engine
        self._final = final
        self._error = engine.dialect.loaded_dbapi.Error
        self._prepared: dict[Executable, _Prepared] = {}
        self._idle: deque[PoolProxiedConnection] = deque()

    def rows(self, statement: Rows, parameters: Parameters) -> Sequence[Any]:
        """Rows with their columns as attributes.

        :raises sqlalchemy.exc.DBAPIError: as an engine does.
        """
        if self._is_watched():
            return self._read_by_engine(statement, parameters)
        prepared = self._prepared.get(statement)
        if prepared is None:
            prepared = self._prepared[statement] = _Prepared(statement, self._engine.dialect)
        connection = self._connection()
        try:
            rows = prepared.run(connection.dbapi_connection, parameters)
        except self._final as error:
            connection.invalidate(error)
            raise OperationalError(None, None, error) from None
        except self._error as error:
            connection.invalidate(error)
            return self._read_by_engine(statement, parameters)
        self._idle.append(connection)
        return rows

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._idle:
            self._idle.pop().invalidate()

    def _connection(self) -> PoolProxiedConnection:
        try:
            connection = self._idle.pop()
        except IndexError:
            return self._connect()
        if check := connection.info.get("check"):
            check()
        return connection

    def _connect(self) -> PoolProxiedConnection:
        try:
            return self._connections.raw_connection()
        except self._error as error:
            raise OperationalError(None, None, error) from None

    def _is_watched(self) -> bool:
        """Whether a tracer or a log is to hear of every statement, which the engine sees to."""
        return bool(self._engine.dispatch.before_cursor_execute) or _log.isEnabledFor(logging.INFO)

    def _read_by_engine(self, statement: Rows, parameters: Parameters) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement, parameters).all()


class _Prepared:
    """A statement as the driver takes it, and what makes rows of what it gives."""

    def __init__(self, statement: Rows, dialect: Dialect) -> None:
        # Both drivers take parameters by name, where their placeholders have names.
        by_name: Any = type(dialect)
        compiled = statement.compile(
            dialect=by_name(paramstyle="named" if dialect.name == "sqlite" else "pyformat")
        )
        columns = statement.selected_columns
        processors = [
            column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
        ]
        row: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]
        self._sql = str(compiled)
        self._constants = {
            name: value for name, value in compiled.params.items() if value is not None
        }
        self._row = row._make
        self._processors = [(place, read) for place, read in enumerate(processors) if read]

    def run(self, connection: Any, parameters: Parameters) -> Sequence[Any]:
        rows = connection.execute(self._sql, {**self._constants, **parameters}).fetchall()
        if self._processors:
            rows = map(self._process, rows)
        return list(map(self._row, rows))

    def _process(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, read in self._processors:
            values[place] = read(values[place])
        return values
