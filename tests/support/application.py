"""Applications, their databases and their clients, in the test process."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyramid.router import Router
from sqlalchemy import Engine, make_url
from webtest import TestApp

import classroom
from classroom.services import services

from .tracing import untraced
from .users import NAME, PASSWORD, basic

API = "http://localhost/api/v1.0/"


# The settings of the applications that this process has made, without the URL of the database.
_traced: set[frozenset[tuple[str, str]]] = set()


@contextmanager
def open_application(settings: Mapping[str, str]) -> Iterator[Router]:
    """Make an application, and close its database afterwards."""
    app = _make(settings)
    try:
        yield app
    finally:
        engine_of(app).dispose()


def _make(settings: Mapping[str, str]) -> Router:
    """Make an application. Coverage traces only the first of those that differ in nothing but data.

    Nearly every test makes one, and the others run the same lines.
    """
    backend = make_url(settings["sqlalchemy.url"]).get_backend_name()
    kind = frozenset({**settings, "sqlalchemy.url": backend}.items())
    if kind in _traced:
        return untraced(classroom.main, {}, **settings)
    _traced.add(kind)
    return classroom.main({}, **settings)


def engine_of(app: Any) -> Engine:
    return services(app.registry).database.engine


def anonymous_client(app: Any) -> TestApp:
    return TestApp(app, extra_environ={"HTTP_HOST": "localhost", "REMOTE_ADDR": "127.0.0.1"})


def client_of(app: Any, name: str = NAME, password: str = PASSWORD) -> TestApp:
    """Return a client with a password or, in token mode, with a token that it fetches."""
    client = anonymous_client(app)
    client.authorization = ("Basic", (name, password))
    if services(app.registry).settings.use_token_auth:
        token = client.get("/auth/request-token").json["token"]
        client.authorization = ("Bearer", token)
    return client


def authorization_of(client: TestApp) -> str:
    """Return the ``Authorization`` header of a client."""
    kind, credentials = client.authorization
    return f"Bearer {credentials}" if kind == "Bearer" else basic(*credentials)
