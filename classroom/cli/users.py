"""The commands that add, change, list and remove users."""

import getpass
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import click
from sqlalchemy import Engine

from ..db import user_writes
from ..db.exceptions import NotFound, UserExists
from ..db.queries import USERS
from ..models.credentials import WeakPassword, validate_new_password
from ..models.roles import Role
from ..models.validation import InvalidValue, validate_user_name
from ..security.passwords import hash_password
from .decorators import pass_engine, pass_writing_engine


def _check_name(context: click.Context, parameter: click.Parameter, name: str) -> str:
    try:
        return validate_user_name(name)
    except InvalidValue as error:
        raise click.ClickException(str(error)) from None


name_argument = click.argument("name", callback=_check_name)
# The values, since click would offer the names of the members.
_ROLE = click.Choice([role.value for role in Role])


def _password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from_stdin = click.option(
        "--password-stdin",
        is_flag=True,
        help="Read the password from the first line of standard input instead of prompting.",
    )
    allow_weak = click.option(
        "--allow-weak-password",
        is_flag=True,
        help="Accept a short password. For development only.",
    )
    return from_stdin(allow_weak(command))


@click.command()
@name_argument
@click.option("--role", type=_ROLE, default=Role.REGISTRAR.value, show_default=True)
@_password_options
@partial(pass_writing_engine, create=True)
def adduser(
    engine: Engine, name: str, role: str, password_stdin: bool, allow_weak_password: bool
) -> None:
    """Add a user."""
    password_hash = _hash_new_password(name, password_stdin, allow_weak_password)
    try:
        with engine.begin() as connection:
            user_writes.add_user(connection, name, password_hash, role)
    except UserExists:
        raise click.ClickException(f"User {name} already exists.") from None
    click.echo(f"User {name} was registered successfully.")


@click.command()
@name_argument
@_password_options
@pass_writing_engine
def passwd(engine: Engine, name: str, password_stdin: bool, allow_weak_password: bool) -> None:
    """Change a user's password, and invalidate existing tokens."""
    password_hash = _hash_new_password(name, password_stdin, allow_weak_password)
    with must_exist(name), engine.begin() as connection:
        id = user_writes.find_user(connection, name)
        user_writes.change_user(connection, id, password_hash=password_hash)
    click.echo(f"The password of user {name} was changed.")


@click.command()
@name_argument
@click.argument("role", type=_ROLE)
@pass_writing_engine
def setrole(engine: Engine, name: str, role: str) -> None:
    """Change a user's role. Any role but "teacher" removes the user from all classes."""
    with must_exist(name), engine.begin() as connection:
        id = user_writes.find_user(connection, name)
        user_writes.change_user(connection, id, role=role)
    click.echo(f"User {name} now has the role {role}.")


@click.command()
@name_argument
@pass_writing_engine
def deluser(engine: Engine, name: str) -> None:
    """Remove a user."""
    with must_exist(name), engine.begin() as connection:
        user_writes.remove_user(connection, user_writes.find_user(connection, name))
    click.echo(f"User {name} was removed.")


@click.command()
@pass_engine
def users(engine: Engine) -> None:
    """List the users: name and role, separated by a tab."""
    with engine.connect() as connection:
        # Sorted here, because the sort order of text depends on the database.
        for name, role in sorted(map(tuple, connection.execute(USERS))):
            click.echo(f"{name}\t{role}")


COMMANDS = (adduser, passwd, setrole, users, deluser)


@contextmanager
def must_exist(name: str) -> Iterator[None]:
    try:
        yield
    except NotFound:
        raise click.ClickException(f"User {name} not found.") from None


def _hash_new_password(name: str, from_stdin: bool, allow_weak: bool) -> str:
    password = _read_password() if from_stdin else _ask_password()
    try:
        return hash_password(validate_new_password(password, name, allow_weak=allow_weak))
    except WeakPassword as error:
        raise click.ClickException(f"{error}; use --allow-weak-password to accept it") from None
    except InvalidValue as error:
        raise click.ClickException(str(error)) from None


def _read_password() -> str:
    line = sys.stdin.buffer.readline()
    return line.decode(errors="surrogateescape").rstrip("\r\n")


def _ask_password() -> str:
    password = _prompt("Password")
    if password != _prompt("Confirm"):
        raise click.ClickException("The passwords do not match.")
    return password


def _prompt(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return click.prompt(text, hide_input=True, default="", show_default=False)
        except getpass.GetPassWarning:
            raise click.ClickException("There is no terminal; use --password-stdin.") from None
