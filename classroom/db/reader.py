"""Run single SELECTs directly on connections of the database driver.

SQLAlchemy compiles each statement once, but does not execute it: that would take as long as the
rest of a request for one row (docs/decisions/0011-where-the-time-goes.md).
"""

import logging
from collections import deque, namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Dialect, Engine
from sqlalchemy.exc import CompileError, DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from .backends import backend_of
from .driver_errors import mark_conflict
from .statements import SelectStatement

log = logging.getLogger(__name__)

Parameters = Mapping[str, Any]
Processor = Callable[[Any], Any]

_engine_log = logging.getLogger("sqlalchemy.engine.Engine")


class Reader:
    """Runs SELECTs, each in its own transaction.

    :param connections: the engine that opens connections in autocommit mode for the reader, which
        keeps them.
    :param engine: the engine that runs a statement again, on a connection that it tests first, if
        the reader's connection was lost. While statements are logged or traced, it runs all.
    """

    def __init__(self, connections: Engine, engine: Engine) -> None:
        self._connections = connections
        self._engine = engine
        self._backend = backend_of(engine)
        kind: Any = type(engine.dialect)
        self._dialect = _dialect(kind, self._backend.paramstyle)
        self._error = engine.dialect.loaded_dbapi.Error
        self._idle: deque[PoolProxiedConnection] = deque()

    def rows(self, statement: SelectStatement, parameters: Parameters) -> Sequence[Any]:
        """Return the rows, with their columns as attributes.

        :raises sqlalchemy.exc.CompileError: if the reader does not support the statement.
        :raises sqlalchemy.exc.DBAPIError: for a driver error, as an engine does.
        """
        prepared = _prepare(statement, self._dialect)
        if self._is_traced():
            return self._read_by_engine(statement, parameters)
        values = prepared.bind(parameters)
        connection = self._connection()
        try:
            fetched = _fetch(connection.dbapi_connection, prepared.sql, values)
        except self._error as error:
            self._discard(connection, prepared.sql, error)
            return self._read_by_engine(statement, parameters)
        self._idle.append(connection)
        return prepared.rows(fetched)

    def close(self) -> None:
        """Close the idle connections."""
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
            raise self._translate(None, error) from None

    def _discard(self, connection: PoolProxiedConnection, sql: str, error: Exception) -> None:
        """Close a connection after an error.

        :raises sqlalchemy.exc.DBAPIError: unless the engine may run the statement again.
        """
        dialect: Any = self._engine.dialect
        is_lost = dialect.is_disconnect(error, connection.dbapi_connection, None)
        connection.invalidate(error)
        if not is_lost or self._backend.is_timeout(error):
            raise self._translate(sql, error) from None
        # A restart of the server, for example, has closed the other connections too.
        self.close()
        log.warning("lost a connection to the database; retrying the read on another: %s", error)

    def _translate(self, sql: str | None, error: Exception) -> BaseException:
        """Return SQLAlchemy's exception for a driver error, as the engine raises it."""
        dialect = self._engine.dialect
        translated: Any = DBAPIError.instance(
            sql, None, error, self._error, hide_parameters=True, dialect=dialect
        )
        mark_conflict(self._backend, translated)
        return translated

    def _is_traced(self) -> bool:
        """Return whether the engine must report the statements to a tracer or to the log."""
        has_tracer = bool(self._engine.dispatch.before_cursor_execute)
        return has_tracer or _engine_log.isEnabledFor(logging.INFO)

    def _read_by_engine(self, statement: SelectStatement, parameters: Parameters) -> Sequence[Any]:
        with self._engine.connect() as connection:
            return connection.execute(statement, parameters).all()


def _fetch(connection: Any, sql: str, values: Parameters) -> list[Any]:
    return connection.execute(sql, values).fetchall()


@cache
def _dialect(kind: Any, paramstyle: str) -> Dialect:
    """Return the dialect that all readers of one kind of database share.

    It is separate from the dialects of the engines, because it uses another placeholder style, and
    because these readers also share the statements that are prepared for it. It never connects.
    """
    return kind(paramstyle=paramstyle)


class _Prepared:
    """A statement as SQL, with the conversions of its parameters and columns.

    :raises sqlalchemy.exc.CompileError: if the SQL depends on the values of parameters.
    """

    def __init__(self, statement: SelectStatement, dialect: Dialect) -> None:
        compiled: Any = statement.compile(dialect=dialect)
        columns = statement.selected_columns
        row: Any = namedtuple("Row", columns.keys())  # type: ignore[misc]
        self.sql = str(compiled)
        self._row = row._make
        self._column_processors = _column_processors(columns, dialect)
        self._bind_processors = _bind_processors(compiled.binds, dialect)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        self._constants = self._convert(constants)

    def bind(self, parameters: Parameters) -> Parameters:
        """Return all parameters, converted to the types that the driver expects."""
        if self._bind_processors:
            parameters = self._convert(parameters)
        return {**self._constants, **parameters}

    def rows(self, fetched: Sequence[Any]) -> Sequence[Any]:
        """Return the rows that the driver fetched, with their columns as attributes."""
        if self._column_processors:
            fetched = [self._read(row) for row in fetched]
        return list(map(self._row, fetched))

    def _convert(self, parameters: Parameters) -> Parameters:
        converted = {
            name: convert(parameters[name])
            for name, convert in self._bind_processors.items()
            if name in parameters
        }
        return {**parameters, **converted}

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        values = list(row)
        for place, convert in self._column_processors.items():
            values[place] = convert(values[place])
        return values


# Statements are built once, and readers of the same kind of database share them.
_prepare = cache(_Prepared)


def _bind_processors(binds: Mapping[str, Any], dialect: Dialect) -> dict[str, Processor]:
    """Return the conversions of parameters by name.

    :raises sqlalchemy.exc.CompileError: if the SQL depends on the value of a parameter.
    """
    if any(bind.expanding or bind.literal_execute for bind in binds.values()):
        raise CompileError("the reader does not support IN: run the statement on request.db")
    impls = {name: bind.type.dialect_impl(dialect) for name, bind in binds.items()}
    processors = {name: impl.bind_processor(dialect) for name, impl in impls.items()}
    return {name: processor for name, processor in processors.items() if processor}


def _column_processors(columns: Iterable[Any], dialect: Dialect) -> dict[int, Processor]:
    """Return the conversions of columns by their position."""
    impls = [column.type.dialect_impl(dialect) for column in columns]
    processors = [impl.result_processor(dialect, None) for impl in impls]
    return {place: processor for place, processor in enumerate(processors) if processor}
