"""The command line: ``classroom [-c INI] COMMAND``."""

import configparser

import click
from pyramid.paster import get_appsettings

from ..db.engine import open_database
from . import users
from .copying import copy


@click.group()
@click.option(
    "-c",
    "--config",
    "ini",
    default="development.ini",
    show_default=True,
    help="The ini file that names the database.",
)
@click.pass_context
def classroom(context: click.Context, ini: str) -> None:
    """Administer a classroom."""
    try:
        settings = get_appsettings(ini)
    except (configparser.Error, OSError, LookupError, ValueError) as error:
        raise click.ClickException(f"{ini}: {error}") from None
    context.obj = open_database(settings)
    context.call_on_close(context.obj.dispose)


for command in (*users.COMMANDS, copy):
    classroom.add_command(command)
