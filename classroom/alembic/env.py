"""Run migrations on the connection that the service passes, or on the ini file's database."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from alembic import context
from sqlalchemy import Connection, MetaData
from sqlalchemy.exc import DBAPIError

from classroom.db.backends import backend_of
from classroom.db.driver_errors import in_one_line
from classroom.db.engine import for_writing, make_engine, parse_url
from classroom.ini import Ini
from classroom.settings import SettingError


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


def _settings() -> dict[str, str]:
    variables = context.get_x_argument(as_dictionary=True)
    return Ini(str(context.config.config_file_name), variables).load()


@contextmanager
def _transaction(settings: dict[str, str]) -> Iterator[Connection]:
    """Begin a transaction that blocks other migrations.

    :raises SettingError: if the database is unavailable or locked.
    """
    engine = for_writing(make_engine(settings))
    backend = backend_of(engine)
    with ExitStack() as stack:
        stack.callback(engine.dispose)
        try:
            backend.create_if_missing(parse_url(settings))
            connection = stack.enter_context(engine.connect())
            backend.suspend_foreign_keys(connection)
            stack.enter_context(connection.begin())
            backend.lock_migrations(connection)
        except (DBAPIError, OSError) as error:
            raise SettingError("sqlalchemy.url", in_one_line(error)) from None
        yield connection


if given := context.config.attributes.get("connection"):
    migrate(given)
else:
    with _transaction(_settings()) as connection:
        migrate(connection)
