"""``pshell development.ini``: the tree, the models and a session in a transaction at hand."""

from collections.abc import Iterator
from typing import Any

import zope.sqlalchemy
from sqlalchemy.orm import Session

from . import models

_BANNER = """
root["api"]["v1.0"]["students"]["1"] is a student; dbsession writes, models has the tables.
Nothing is kept until tm.commit(); then tm.begin() again. tm.abort() drops what was not kept.
"""


def setup(env: dict[str, Any]) -> Iterator[None]:
    """Put a session into the shell's namespace, and drop at its end what was not committed."""
    request = env["request"]
    # Not the session of requests, which would keep every writer waiting while the shell is open.
    dbsession = Session(request.registry["classroom.engine"])
    zope.sqlalchemy.register(dbsession, transaction_manager=request.tm)
    request.db = request.dbsession = dbsession
    env.update(dbsession=dbsession, tm=request.tm, models=models)
    request.tm.begin()
    print(_BANNER)
    try:
        yield
    finally:
        request.tm.abort()
