"""Decorators of commands."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ..db.startup import open_database
from ..settings import read_ini


def pass_engine(command: Callable[..., Any]) -> Callable[..., Any]:
    """Pass an engine as the first argument. It is opened only when the command runs."""

    @click.pass_context
    @wraps(command)
    def with_engine(context: click.Context, *args: Any, **options: Any) -> Any:
        engine = open_database(read_ini(context.obj))
        context.call_on_close(engine.dispose)
        return context.invoke(command, engine, *args, **options)

    return with_engine
