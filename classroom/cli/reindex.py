"""The command that rebuilds the search words and the counts."""

import click
from sqlalchemy import Engine

from ..db import reindexing
from .decorators import pass_writing_engine


@click.command()
@pass_writing_engine
def reindex(engine: Engine) -> None:
    """Rebuild the folded names, the search words and the counts. Safe while the service runs."""
    total = reindexing.count_names(engine)
    with click.progressbar(length=total, label="Names", show_pos=True) as bar:
        reindexing.reindex(engine, bar.update)
    click.echo(f"Rebuilt the search words of {total:,} names, and the counts.")
