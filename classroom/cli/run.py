"""The command that runs a script."""

import linecache
import sys
import traceback
from typing import Any, TextIO

import click
from pyramid.paster import bootstrap
from sqlalchemy.exc import OperationalError

from ..db.driver_errors import in_one_line
from ..ini import Ini
from .decorators import echo_database


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("script", type=click.File(encoding="utf-8"))
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
@click.pass_obj
def run(ini: Ini, script: TextIO, args: tuple[str, ...]) -> None:
    """Run a Python script in one transaction, with the predefined objects of pshell.

    SCRIPT is a file, or - for standard input. ARGS are its sys.argv[1:]. After an exception, all
    changes are rolled back, and the exit status is 1. sys.exit() with a status other than 0 also
    rolls back all changes, and sets the exit status.
    """
    # Not at the top: other commands need neither the shell nor the application.
    from ..shell.namespace import namespace  # noqa: PLC0415

    ini.load()  # its errors are one line; those of bootstrap are tracebacks
    sys.argv[:] = [script.name, *args]
    with bootstrap(ini.path, options=ini.variables) as env, namespace(env) as names:
        try:
            _execute(script, {**env, **names})
            names["commit"]()
        except OperationalError as error:
            raise click.ClickException(in_one_line(error)) from None
        echo_database(env["registry"].settings)


def _execute(script: TextIO, names: dict[str, Any]) -> None:
    """Run a script.

    :raises SystemExit: with status 1 and the script's part of the traceback after an exception.
    :raises sqlalchemy.exc.OperationalError: if the database is locked or unavailable.
    """
    source, name = script.read(), script.name
    # For the lines of a script from standard input in its traceback.
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    try:
        code = compile(source, name, "exec")
        exec(code, {**names, "__name__": "__main__", "__file__": name})  # noqa: S102
    except SystemExit as error:
        if error.code:
            raise
    except OperationalError:
        raise
    except BaseException as error:
        frames = error.__traceback__ and error.__traceback__.tb_next
        traceback.print_exception(error.with_traceback(frames))
        sys.exit(1)
