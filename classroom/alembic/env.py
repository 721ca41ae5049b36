"""How alembic runs: on the connection that the service hands it, or on the ini's database."""

from alembic import context
from pyramid.paster import get_appsettings
from sqlalchemy import Connection

from classroom.db.engine import for_writing, make_engine, make_file
from classroom.db.revision import lock
from classroom.models.tables import Base


def migrate(connection: Connection) -> None:
    context.configure(connection, target_metadata=Base.metadata, render_as_batch=True)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    migrate(given)
else:
    settings = get_appsettings(context.config.config_file_name)
    make_file(settings)
    engine = for_writing(make_engine(settings))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A batch migration makes a table anew; dropping the old one must not cascade.
            connection.connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            lock(connection)
            migrate(connection)
    engine.dispose()
