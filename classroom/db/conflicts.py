"""Which errors of the database are conflicts: with another transaction, or with a missing row."""

import sqlite3

from pyramid_retry import mark_error_retryable
from sqlalchemy.exc import DBAPIError

from . import sqlite

# Serialization failure and deadlock. Not 40003: after that the COMMIT may have succeeded.
_CONFLICTS = ("40001", "40P01")
_FOREIGN_KEY = "23503"


def mark_conflict(error: DBAPIError) -> None:
    """Mark a conflict between transactions as retryable for pyramid_retry.

    pyramid_tm marks only some of them: none of SQLite's, and none that COMMIT raises.
    """
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", 0)
    if state in _CONFLICTS or sqlite.is_busy(code):
        mark_error_retryable(error)


def is_foreign_key_violation(error: DBAPIError) -> bool:
    """Return whether a row was to refer to one that does not exist."""
    state = getattr(error.orig, "sqlstate", None)
    code = getattr(error.orig, "sqlite_errorcode", 0)
    return state == _FOREIGN_KEY or code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY
