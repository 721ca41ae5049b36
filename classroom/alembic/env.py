"""Run migrations on the connection that the service passes, or on the ini file's database."""

from alembic import context
from sqlalchemy import Connection, MetaData

from classroom.db.engine import for_writing, make_engine, make_file
from classroom.db.revision import lock
from classroom.settings import read_ini


def target_metadata() -> MetaData | None:
    """Return the tables of the models, for the commands that compare them with the database.

    Migrations themselves do not import the models, which change later.
    """
    options = context.config.cmd_opts
    if options is None or options.cmd[0].__name__ not in ("check", "revision"):
        return None
    from classroom.models.tables import Base  # noqa: PLC0415

    return Base.metadata


def migrate(connection: Connection) -> None:
    context.configure(connection, target_metadata=target_metadata(), render_as_batch=True)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    migrate(given)
else:
    settings = read_ini(str(context.config.config_file_name))
    engine = for_writing(make_engine(settings))
    make_file(settings)
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # A batch migration replaces a table. Dropping the old one must not cascade.
            connection.connection.execute("PRAGMA foreign_keys = OFF")
        with connection.begin():
            lock(connection)
            migrate(connection)
    engine.dispose()
