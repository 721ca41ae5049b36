"""The commands that add, change, list and remove users."""

import getpass
import sys
import warnings
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy import Engine, delete, insert, update
from sqlalchemy.exc import IntegrityError

from ..db.engine import for_writing
from ..db.queries import USERS
from ..models.tables import User
from ..security.credentials import (
    InvalidCredentials,
    WeakPassword,
    check_new_password,
    check_user_name,
)
from ..security.passwords import hash_password


def _check_name(context: click.Context, parameter: click.Parameter, name: str) -> str:
    try:
        check_user_name(name)
    except InvalidCredentials as error:
        raise click.ClickException(str(error)) from None
    return name


_name = click.argument("name", callback=_check_name)


def _password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    from_stdin = click.option(
        "--password-stdin",
        is_flag=True,
        help="Read the password from one line of standard input instead of asking for it.",
    )
    allow_weak = click.option(
        "--allow-weak-password",
        is_flag=True,
        help="Accept a short password, for development.",
    )
    return from_stdin(allow_weak(command))


@click.command()
@_name
@_password_options
@click.pass_obj
def adduser(engine: Engine, name: str, password_stdin: bool, allow_weak_password: bool) -> None:
    """Add a user."""
    values = {
        "name": name,
        "password_hash": _hash_new_password(name, password_stdin, allow_weak_password),
    }
    try:
        with for_writing(engine).begin() as connection:
            connection.execute(insert(User).values(values))
    except IntegrityError:
        raise click.ClickException(f"User {name} already exists.") from None
    click.echo(f"User {name} was registered successfully.")


@click.command()
@_name
@_password_options
@click.pass_obj
def passwd(engine: Engine, name: str, password_stdin: bool, allow_weak_password: bool) -> None:
    """Change a user's password; this invalidates existing tokens."""
    password_hash = _hash_new_password(name, password_stdin, allow_weak_password)
    with for_writing(engine).begin() as connection:
        change = update(User).where(User.name == name).values(password_hash=password_hash)
        _check_found(connection.execute(change).rowcount, name)
    click.echo(f"The password of user {name} was changed.")


@click.command()
@_name
@click.pass_obj
def deluser(engine: Engine, name: str) -> None:
    """Remove a user."""
    with for_writing(engine).begin() as connection:
        _check_found(connection.execute(delete(User).where(User.name == name)).rowcount, name)
    click.echo(f"User {name} was removed.")


@click.command()
@click.pass_obj
def users(engine: Engine) -> None:
    """List the users' names."""
    with engine.connect() as connection:
        # Databases sort text differently.
        for name in sorted(connection.execute(USERS).scalars()):
            click.echo(name)


COMMANDS = (adduser, passwd, users, deluser)


def _check_found(count: int, name: str) -> None:
    if not count:
        raise click.ClickException(f"User {name} not found.")


def _hash_new_password(name: str, from_stdin: bool, allow_weak: bool) -> str:
    password = _read_password() if from_stdin else _ask_password()
    try:
        check_new_password(name, password, allow_weak=allow_weak)
    except WeakPassword as error:
        raise click.ClickException(f"{error}; --allow-weak-password accepts it") from None
    except InvalidCredentials as error:
        raise click.ClickException(str(error)) from None
    return hash_password(password)


def _read_password() -> str:
    line = sys.stdin.buffer.readline()
    return line.decode(errors="surrogateescape").rstrip("\r\n")


def _ask_password() -> str:
    password = _prompt("Password")
    if password != _prompt("Confirm"):
        raise click.ClickException("The passwords differ.")
    return password


def _prompt(text: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return click.prompt(text, hide_input=True, default="", show_default=False)
        except getpass.GetPassWarning:
            raise click.ClickException("There is no terminal; use --password-stdin.") from None
