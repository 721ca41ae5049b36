"""Who may come in: adding, changing, listing and removing users."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from ..db import writes
from ..db.engine import for_writing
from ..db.errors import NotFound, UserExists
from ..db.queries import USERS
from ..models.names import NAME_RULE, is_name
from ..security.authentication import is_sound
from ..security.passwords import hash_password


def _check_name(context: click.Context, parameter: click.Parameter, name: str) -> str:
    if not is_name(name):
        raise click.ClickException(f"A name must be {NAME_RULE}.")
    if ":" in name:
        raise click.ClickException("A name has no colon: it ends the name in HTTP Basic.")
    return _encodable(name)


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise click.ClickException("That is not UTF-8.") from None
    return text


_name = click.argument("name", callback=_check_name)
_password_stdin = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from one line of standard input instead of asking for it.",
)


@click.command()
@_name
@_password_stdin
@click.pass_obj
def adduser(engine: Engine, name: str, password_stdin: bool) -> None:
    """Add a user."""
    password_hash = hash_password(_ask_password(name, password_stdin))
    try:
        with for_writing(engine).begin() as connection:
            writes.add_user(connection, name, password_hash)
    except UserExists:
        raise click.ClickException(f"User {name} is there already.") from None
    click.echo(f"User {name} was registered successfully.")


@click.command()
@_name
@_password_stdin
@click.pass_obj
def passwd(engine: Engine, name: str, password_stdin: bool) -> None:
    """Change a user's password; tokens issued before end with it."""
    password_hash = hash_password(_ask_password(name, password_stdin))
    with _must_exist(name), for_writing(engine).begin() as connection:
        writes.change_password(connection, name, password_hash)
    click.echo(f"The password of user {name} was changed.")


@click.command()
@_name
@click.pass_obj
def deluser(engine: Engine, name: str) -> None:
    """Remove a user."""
    with _must_exist(name), for_writing(engine).begin() as connection:
        writes.remove_user(connection, name)
    click.echo(f"User {name} was removed.")


@click.command()
@click.pass_obj
def users(engine: Engine) -> None:
    """List the users' names."""
    with engine.connect() as connection:
        # Databases have orders of their own.
        for name in sorted(connection.execute(USERS).scalars()):
            click.echo(name)


COMMANDS = (adduser, passwd, users, deluser)


@contextmanager
def _must_exist(name: str) -> Iterator[None]:
    try:
        yield
    except NotFound:
        raise click.ClickException(f"There is no user {name}.") from None


def _ask_password(name: str, from_stdin: bool) -> str:
    """:raises click.ClickException: for a password that nobody could log in with."""
    if from_stdin:
        line = sys.stdin.buffer.readline()
        password = line.decode(errors="surrogateescape").rstrip("\r\n")
    else:
        password = click.prompt("Password", hide_input=True, default="", show_default=False)
        if password != click.prompt("Confirm", hide_input=True, default="", show_default=False):
            raise click.ClickException("The passwords differ.")
    if not password:
        raise click.ClickException("The password is empty.")
    if not is_sound(name, _encodable(password)):
        raise click.ClickException("The password is too long, or has control characters.")
    return password
