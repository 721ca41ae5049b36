"""The command line: ``classroom [-c INI] COMMAND``."""

import click

from . import teachers, users
from .copy import copy
from .reindex import reindex
from .run import run


@click.group()
@click.version_option(package_name="classroom", message="%(prog)s %(version)s")
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


for command in (*users.COMMANDS, teachers.assign, teachers.unassign, copy, reindex, run):
    classroom.add_command(command)
