"""Set up the shell: ``pshell development.ini`` has the tree, the models and a session."""

from collections.abc import Iterator
from typing import Any

import zope.sqlalchemy
from sqlalchemy.orm import Session
from transaction import TransactionManager
from zope.sqlalchemy.datamanager import STATUS_CHANGED

from . import models
from .db import writes

_BANNER = """
root["api"]["v1.0"]["students"]["1"] is a student. dbsession reads and writes the tables in models.
writes.create(dbsession.connection(), models.Class, name="algebra") creates a class as POST does.
tm.commit() commits; tm.abort() rolls back. Leaving the shell rolls back uncommitted changes.
"""


def setup(env: dict[str, Any]) -> Iterator[None]:
    """Add a session to the shell's namespace, and roll back uncommitted changes at exit."""
    request = env["request"]
    # Not the session of requests, which would block all writers while the shell is open.
    dbsession, tm = Session(request.services.database.engine), TransactionManager()
    zope.sqlalchemy.register(dbsession, STATUS_CHANGED, tm)
    request.db = request.dbsession = dbsession
    request.tm = tm
    env.update(dbsession=dbsession, tm=tm, models=models, writes=writes)
    print(_BANNER)
    try:
        yield
    finally:
        tm.abort()
