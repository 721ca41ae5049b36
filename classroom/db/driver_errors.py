"""Errors of the database driver: mark those that a retry resolves, and format them."""

from pyramid_retry import mark_error_retryable
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError

from .backends import Backend


def mark_conflict(backend: Backend, error: BaseException | None) -> None:
    """Mark a conflict between transactions as retryable for pyramid_retry.

    pyramid_tm marks only some of them: none of SQLite's, and none that COMMIT raises.
    """
    if isinstance(error, DBAPIError) and backend.is_conflict(error.orig):
        mark_error_retryable(error)


def mark_retryable(backend: Backend, context: ExceptionContext) -> None:
    """Mark an error that the engine raises, if a retry resolves it and cannot write twice."""
    mark_conflict(backend, context.sqlalchemy_exception)
    if _was_lost_before_commit(context) and not backend.is_timeout(context.original_exception):
        mark_error_retryable(context.sqlalchemy_exception)


def _was_lost_before_commit(context: ExceptionContext) -> bool:
    # Neither COMMIT nor a connection attempt has a statement. It is not known whether a COMMIT
    # during which the connection was lost has succeeded.
    return context.is_disconnect and context.statement is not None


def in_one_line(error: Exception) -> str:
    """Return the message of an error, or of the driver's error that caused it."""
    return " ".join(str(getattr(error, "orig", error)).split())
