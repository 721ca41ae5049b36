"""The revision of the database: create the tables of an empty database, or check the revision."""

import logging
from pathlib import Path
from typing import cast

from sqlalchemy import Connection, inspect, text

from .backends import backend_of
from .not_ready import DatabaseOutdated

log = logging.getLogger(__name__)

_SCRIPTS = Path(__file__).parents[1] / "alembic"


class Mismatch(Exception):
    """The database does not match the code; the message says what to do."""


def head() -> str:
    """Return the newest revision. The files of revisions begin with consecutive numbers."""
    return max(path.name for path in _SCRIPTS.glob("versions/[0-9]*.py")).partition("_")[0]


def is_empty(connection: Connection) -> bool:
    """Return whether a database has no tables.

    :raises Mismatch: if it has tables that classroom did not create.
    """
    # One statement: between two, another process may create the tables.
    tables = inspect(connection).get_table_names()
    if tables and "alembic_version" not in tables:
        raise Mismatch("the database contains tables that classroom did not create")
    return not tables


def ensure_current(connection: Connection) -> None:
    """Create the tables of an empty database, within the caller's transaction.

    :raises DatabaseOutdated: if the tables have an older revision.
    :raises Mismatch: if they have a newer one that does not support this code, or if classroom did
        not create them.
    """
    backend = backend_of(connection)
    # If several processes start together, one creates the tables and the others find them.
    backend.lock_migrations(connection)
    if defect := backend.defect(connection):
        raise Mismatch(defect)
    if is_empty(connection):
        upgrade(connection)
    if warning := require_usable(connection):
        log.warning("%s", warning)


def require_usable(connection: Connection) -> str | None:
    """Return a warning if a database that has tables is newer than the code.

    :raises DatabaseOutdated: if it is older than the code.
    :raises Mismatch: if it does not support the code.
    """
    revision = read(connection)
    if revision == head():
        return None
    state = f"the database is at revision {revision} and the code at {head()}"
    if revision is None or revision < head():
        raise DatabaseOutdated(f"{state}: run alembic -c INI upgrade head")
    if not _is_supported(connection):
        raise Mismatch(f"{state}: install a newer version of classroom")
    return f"{state}, which the database supports: install a newer version of classroom"


def upgrade(connection: Connection) -> None:
    """Upgrade the database to the newest revision, as ``alembic upgrade head`` does."""
    # Not at the top: importing alembic takes a third of a second and ten megabytes.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    log.info("created tables in empty database")


def read(connection: Connection) -> str | None:
    """Return the revision of the database."""
    statement = text("SELECT version_num FROM alembic_version")
    return cast(str | None, connection.execute(statement).scalar())


def _is_supported(connection: Connection) -> bool:
    """Return whether the tables of a newer revision work with this code.

    Each migration since 0006 records the oldest revision whose code works with its tables.
    """
    oldest = connection.execute(text("SELECT oldest_code FROM alembic_version")).scalar()
    return oldest is not None and oldest <= head()
