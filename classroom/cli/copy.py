"""The command that copies a database."""

import sys
from collections.abc import Mapping
from dataclasses import replace

import click
from sqlalchemy import Engine

from ..db.copying import CopyError, copy_database
from ..db.startup import open_database
from ..ini import Ini
from ..settings import SettingError
from .decorators import echo_database, pass_engine


@click.command()
@click.option(
    "--to",
    "url",
    help="The URL of the target. Other users of the host can see it in the process list: set the"
    " password in PGPASSWORD or ~/.pgpass, or use --to-ini.",
)
@click.option(
    "--to-ini", "ini", metavar="FILE", help="An ini file whose sqlalchemy.url is the target."
)
@click.pass_obj
@pass_engine
def copy(engine: Engine, source: Ini, url: str | None, ini: str | None) -> None:
    """Copy the whole database, including users, to an empty one that is not in use."""
    if bool(url) == bool(ini):
        raise click.UsageError("Give either --to or --to-ini.")
    settings = replace(source, path=ini).read() if ini else {"sqlalchemy.url": str(url)}
    target = _open_target(settings, ini)
    try:
        copy_database(engine, target, _show_progress)
    except CopyError as error:
        raise click.ClickException(str(error)) from None
    finally:
        target.dispose()
    click.echo("Copy complete and verified.")
    echo_database(settings)


def _open_target(settings: Mapping[str, str], ini: str | None) -> Engine:
    try:
        return open_database(settings)
    except SettingError as error:
        message = f"{ini}: {error}" if ini else f"--to: {error.problem}"
        raise click.ClickException(message) from None


def _show_progress(table: str, copied: int, total: int) -> None:
    if copied == total or sys.stdout.isatty():
        click.echo(f"\r{table}: {copied} of {total} rows", nl=copied == total)
