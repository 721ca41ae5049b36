"""Applications, their databases and their clients, in the process of the tests."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pyramid.router import Router
from sqlalchemy import Engine
from webtest import TestApp

import classroom
from classroom.services import services

from .users import NAME, PASSWORD

API = "http://localhost/api/v1.0/"


@contextmanager
def open_application(settings: Mapping[str, str]) -> Iterator[Router]:
    """Make an application, and close its database afterwards."""
    app = classroom.main({}, **settings)
    yield app
    engine_of(app).dispose()


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
