"""Migrations run from Python: the same scripts that ``alembic -c development.ini`` runs."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection) -> None:
    """Bring the database to the newest revision, within the caller's transaction."""
    config = Config()
    config.set_main_option("script_location", "classroom:alembic")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
