"""The command line: ``classroom [-c INI] [--set NAME=VALUE] COMMAND``."""

import click
from pyramid.scripts.common import parse_vars

from ..ini import Ini
from . import teachers, users
from .check import check
from .copy import copy
from .init import init
from .reindex import reindex
from .run import run


def _parse_variables(
    context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, str]:
    try:
        return parse_vars(pairs)
    except ValueError as error:
        raise click.BadParameter("must be NAME=VALUE") from error


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
@click.option(
    "--set",
    "variables",
    metavar="NAME=VALUE",
    multiple=True,
    callback=_parse_variables,
    help="The value of %(NAME)s in the ini file. Other users of the host can see it in the process"
    " list: set secrets in the environment.",
)
@click.pass_context
def classroom(context: click.Context, ini: str, variables: dict[str, str]) -> None:
    """Manage users and data."""
    context.obj = Ini(ini, variables)


for command in (
    *users.COMMANDS,
    teachers.assign,
    teachers.unassign,
    copy,
    reindex,
    run,
    init,
    check,
):
    classroom.add_command(command)
