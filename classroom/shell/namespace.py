"""The predefined objects of the shell and of scripts."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .. import models
from .access import Decision, permits
from .request import ShellRequest
from .school import School


@contextmanager
def namespace(env: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the objects by name, for an environment from Pyramid's ``bootstrap``.

    At the end, uncommitted changes are rolled back, and the connections are closed.

    :raises classroom.settings.SettingError: if the database is not ready.
    """
    request = ShellRequest.adopt(env["request"])
    database = request.services.database
    try:
        database.require()
        request.root = env["root"]
        with _session(request):
            yield _names(request)
    finally:
        database.engine.dispose()


@contextmanager
def _session(request: ShellRequest) -> Iterator[None]:
    request.open_session()
    try:
        yield
    finally:
        request.tm.abort()
        request.dbsession.close()


def _names(request: ShellRequest) -> dict[str, Any]:
    school = School(request, request.root["api"]["v1.0"])
    names = {"tm": request.tm, "dbsession": request.dbsession, "models": models}
    functions = _Functions(request)
    names |= {"commit": _Command(functions.commit), "undo": _Command(functions.undo)}
    return {**names, "permits": functions.permits, **school.mappings}


class _Command:
    """A function without arguments. Its repr says how to call it."""

    def __init__(self, function: Callable[[], None]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    def __call__(self) -> None:
        self._function()

    def __repr__(self) -> str:
        return f"To call this function, type {self._function.__name__}()"


class _Functions:
    """Functions on the transaction. pshell lists their docstrings, which are one line each."""

    def __init__(self, request: ShellRequest) -> None:
        self._request = request

    def commit(self) -> None:
        """Commit all changes since the last commit."""
        self._request.tm.commit()

    def undo(self) -> None:
        """Roll back all changes since the last commit."""
        self._request.tm.abort()

    def permits(self, user: Any, permission: str, item: Any) -> Decision:
        """Explain an authorization: permits("eve", "register", classes[3])"""
        return permits(self._request, getattr(user, "name", user), permission, item)
