"""Errors of the database driver: mark those that a retry resolves, and format them."""

from pyramid_retry import mark_error_retryable
from sqlalchemy.exc import DBAPIError

from .backends import Backend


def mark_conflict(backend: Backend, error: BaseException | None) -> None:
    """Mark a conflict between transactions as retryable for pyramid_retry.

    pyramid_tm marks only some of them: none of SQLite's, and none that COMMIT raises.
    """
    if isinstance(error, DBAPIError) and backend.is_conflict(error.orig):
        mark_error_retryable(error)


def in_one_line(error: Exception) -> str:
    """Return the message of an error, or of the driver's error that caused it."""
    return " ".join(str(getattr(error, "orig", error)).split())
