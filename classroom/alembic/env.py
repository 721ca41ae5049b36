"""Run migrations on the connection that the service passes, or on the ini file's database."""

from alembic import context
from sqlalchemy import Connection, MetaData, make_url

from classroom.db.backends import backend_of
from classroom.db.engine import for_writing, make_engine
from classroom.settings import read_ini


def target_metadata() -> MetaData | None:
    """Return the tables of the models, for the commands that compare them with the database.

    Migrations themselves do not import the models, which change later.
    """
    options = context.config.cmd_opts
    if options is None or options.cmd[0].__name__ not in ("check", "revision"):
        return None
    from classroom.models import Base  # noqa: PLC0415

    return Base.metadata


def migrate(connection: Connection) -> None:
    context.configure(connection, target_metadata=target_metadata(), render_as_batch=True)
    context.run_migrations()


if given := context.config.attributes.get("connection"):
    migrate(given)
else:
    settings = read_ini(str(context.config.config_file_name))
    engine = for_writing(make_engine(settings))
    backend = backend_of(engine)
    backend.create_if_missing(make_url(settings["sqlalchemy.url"]))
    with engine.connect() as connection:
        backend.suspend_foreign_keys(connection)
        with connection.begin():
            backend.lock_migrations(connection)
            migrate(connection)
    engine.dispose()
