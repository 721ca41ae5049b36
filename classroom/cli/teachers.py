"""The commands that assign teachers to classes."""

import click
from sqlalchemy import Engine

from ..db import user_writes
from ..db.exceptions import AlreadyTeaches, NotATeacher, NotFound
from .decorators import pass_writing_engine
from .users import must_exist, name_argument

_class_argument = click.argument("class_id", type=click.IntRange(1, 10**18 - 1))


@click.command()
@name_argument
@_class_argument
@pass_writing_engine
def assign(engine: Engine, name: str, class_id: int) -> None:
    """Assign a teacher to a class, by the id of the class."""
    with engine.begin() as connection:
        with must_exist(name):
            user_id = user_writes.find_user(connection, name)
        try:
            user_writes.assign(connection, class_id, user_id)
        except NotFound:
            raise click.ClickException(f"Class {class_id} not found.") from None
        except AlreadyTeaches:
            raise click.ClickException(f"User {name} already teaches class {class_id}.") from None
        except NotATeacher:
            raise click.ClickException(f"User {name} does not have the role teacher.") from None
    click.echo(f"User {name} teaches class {class_id}.")


@click.command()
@name_argument
@_class_argument
@pass_writing_engine
def unassign(engine: Engine, name: str, class_id: int) -> None:
    """Remove a teacher from a class, by the id of the class."""
    with engine.begin() as connection:
        with must_exist(name):
            user_id = user_writes.find_user(connection, name)
        try:
            user_writes.unassign(connection, class_id, user_id)
        except NotFound:
            raise click.ClickException(f"User {name} does not teach class {class_id}.") from None
    click.echo(f"User {name} no longer teaches class {class_id}.")
