"""The command that checks the configuration."""

import sys

import click

from ..ini import Ini


@click.command()
@click.pass_obj
def check(ini: Ini) -> None:
    """Check the settings, the database and Redis. Safe while the service runs.

    Prints a line for each problem, and changes nothing. The exit status is 1 if any problem is an
    error; warnings do not change it.
    """
    # Not at the top: other commands do not need the server.
    from ..checks import Level, find_problems  # noqa: PLC0415

    findings = list(find_problems(ini))
    for finding in findings:
        click.echo(finding)
    if not findings:
        click.echo("No problems found.")
    if any(finding.level == Level.ERROR for finding in findings):
        sys.exit(1)
