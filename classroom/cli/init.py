"""The command that writes an ini file."""

import os
import re
import secrets
from importlib import resources
from pathlib import Path

import click

TEMPLATES = resources.files(__package__) / "templates"


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option("--production", is_flag=True, help="Write production.ini instead.")
def init(directory: Path, production: bool) -> None:
    """Write development.ini, with a new secret key, to DIRECTORY.

    The directory is created if it is missing. An existing file is not overwritten.
    """
    path = directory / ("production.ini" if production else "development.ini")
    template = (TEMPLATES / path.name).read_text(encoding="utf-8")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write_new(path, _with_secret_key(template))
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
    click.echo(f"Wrote {path}. Start the service with: pserve {path}")


def _with_secret_key(template: str) -> str:
    line = f"classroom.secret_key = {secrets.token_urlsafe(32)}"
    return re.sub(r"^(# )?classroom\.secret_key =$", line, template, count=1, flags=re.MULTILINE)


def _write_new(path: Path, text: str) -> None:
    """Write a file that only its owner can read.

    :raises FileExistsError: if it exists.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
