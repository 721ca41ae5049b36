"""Checks of the files of a SQLite database."""

import os
from collections.abc import Iterator
from pathlib import Path

from ..db.backends import sqlite_files
from .configuration import Configuration
from .findings import Finding, error


def files(configuration: Configuration) -> Iterator[Finding]:
    url = configuration.url
    if url is None or not sqlite_files.is_file(url):
        return
    path = Path(str(url.database))
    folder = path.absolute().parent
    if not folder.is_dir():
        yield error(str(folder), "is not a directory")
    for needed in (path, folder):
        if needed.exists() and not os.access(needed, os.W_OK, effective_ids=True):
            yield error(str(needed), "is not writable")
    for name in sqlite_files.readable_files(url):
        yield error(name, "is readable by other users; restrict it with chmod 600")
