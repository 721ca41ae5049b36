"""Errors of the database that a retry of the request resolves."""

from pyramid_retry import mark_error_retryable
from sqlalchemy.exc import DBAPIError

from . import sqlite

# Serialization failure and deadlock. Not 40003: after that the COMMIT may have succeeded.
_CONFLICTS = ("40001", "40P01")


def mark_conflict(error: DBAPIError) -> None:
    """Mark a conflict between transactions as retryable for pyramid_retry.

    pyramid_tm marks only some of them: none of SQLite's, and none that COMMIT raises.
    """
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", 0)
    if state in _CONFLICTS or sqlite.is_busy(code):
        mark_error_retryable(error)
