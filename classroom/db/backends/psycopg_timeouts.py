"""psycopg connections that fail within two seconds if the server does not respond."""

from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

# Seconds. More than lock_timeout, and more than any statement of a request takes.
_RESPONSE_TIMEOUT = 1.8


class ServerUnresponsive(psycopg.OperationalError):
    """The server did not respond to a statement in time."""


class Connection(psycopg.Connection[Any]):
    """A connection with a timeout for each response.

    If the server process hangs, its kernel still acknowledges packets, so TCP does not time out,
    and the server does not enforce its own timeouts.
    """

    def wait(
        self, gen: Any, interval: float = 0.1, timeout: float | None = _RESPONSE_TIMEOUT
    ) -> Any:
        try:
            return super().wait(gen, interval, timeout)
        except _WaitTimeout:  # psycopg leaves the conversion of this error to its callers
            self.pgconn.finish()
            raise ServerUnresponsive("the database server does not respond") from None


def limit_response_times(engine: Engine) -> None:
    """Make statements on new connections fail if the server does not respond within two seconds."""
    engine.dispose()
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _skip_reconnect)


def _connect(dialect: Any, entry: Any, arguments: Any, options: Any) -> Connection:
    return Connection.connect(*arguments, **{"tcp_user_timeout": 2000, **options})


def _skip_reconnect(context: ExceptionContext) -> None:
    # After a failed ping the pool would reconnect, and wait for the same server again.
    if isinstance(context.original_exception, ServerUnresponsive) and context.is_pre_ping:
        context.is_disconnect = False
