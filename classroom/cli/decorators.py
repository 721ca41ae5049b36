"""Decorators for commands."""

from collections.abc import Callable, Mapping
from functools import partial, wraps
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from ..db.driver_errors import in_one_line
from ..db.engine import for_writing, printable_url
from ..db.startup import open_database

Command = Callable[..., Any]


def pass_engine(command: Command, *, create: bool = False) -> Command:
    """Pass an engine as the first argument. It is opened only when the command runs.

    :param create: whether to create a missing database, which otherwise is an error.
    """

    @click.pass_context
    @wraps(command)
    def with_engine(context: click.Context, *args: Any, **options: Any) -> Any:
        engine = open_database(context.obj.load(), create=create)
        context.call_on_close(engine.dispose)
        try:
            return context.invoke(command, engine, *args, **options)
        except DBAPIError as error:
            raise click.ClickException(in_one_line(error)) from None

    return with_engine


def pass_writing_engine(command: Command, *, create: bool = False) -> Command:
    """Pass an engine for writing, and print the URL of its database afterwards."""

    @click.pass_context
    @partial(pass_engine, create=create)
    @wraps(command)
    def with_writing_engine(engine: Any, context: click.Context, *args: Any, **options: Any) -> Any:
        context.invoke(command, for_writing(engine), *args, **options)
        echo_database(context.obj.load())

    return with_writing_engine


def echo_database(settings: Mapping[str, str]) -> None:
    """Print the URL of the database, without its password."""
    click.echo(f"Database: {printable_url(settings)}", err=True)
