"""PostgreSQL, waited for no longer than is promised."""

from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

# Seconds. A lock is waited for less long, and no statement of the service takes as long.
_PATIENCE = 1.8


class Silent(psycopg.OperationalError):
    """A server that took a question and gives no answer."""


class Connection(psycopg.Connection[Any]):
    """A connection that gives a frozen server up: its kernel still answers for it, so that no
    time-out of TCP is heard, and none of its own.
    """

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = _PATIENCE) -> Any:
        try:
            return super().wait(gen, interval, timeout)
        except _WaitTimeout:  # which psycopg asks its callers to convert
            self.pgconn.finish()
            raise Silent("the server does not answer") from None


def give_silent_servers_up(engine: Engine) -> None:
    """Have an engine's new connections answer, or fail, within two seconds."""
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "handle_error", _do_not_connect_anew)


def _connect(dialect: Any, entry: Any, words: Any, options: Any) -> Connection:
    return Connection.connect(*words, **{"tcp_user_timeout": 2000, **options})


def _do_not_connect_anew(context: ExceptionContext) -> None:
    # The pool would, after its test of a connection failed, and wait for the same server again.
    if isinstance(context.original_exception, Silent) and context.is_pre_ping:
        context.is_disconnect = False
