"""The command line: ``classroom [-c INI] COMMAND``."""

import click

from . import users
from .copy import copy


@click.group()
@click.option(
    "-c",
    "--config",
    "ini",
    default="development.ini",
    show_default=True,
    help="The ini file with the settings of the database.",
)
@click.pass_context
def classroom(context: click.Context, ini: str) -> None:
    """Manage users and data."""
    context.obj = ini


for command in (*users.COMMANDS, copy):
    classroom.add_command(command)
