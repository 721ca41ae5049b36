"""Baselines: waitress alone, and Pyramid with one view that is found by traversal.

All respond with the bytes of one student.
"""

from collections.abc import Callable, Iterable
from typing import Any

from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.response import Response
from pyramid.router import Router

_STUDENT = (
    b'{"url":"http://127.0.0.1:6543/api/v1.0/students/1","name":"students 1",'
    b'"registrations":"http://127.0.0.1:6543/api/v1.0/students/1/registrations/"}'
)


def waitress(global_config: dict[str, str]) -> Callable[..., Iterable[bytes]]:
    """Return a WSGI application that only sends the response."""
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(_STUDENT)))]

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", headers)
        return [_STUDENT]

    return application


def pyramid_on_stock_waitress(global_config: dict[str, str]) -> Router:
    """Return a Pyramid application with a tree of four levels and one view."""
    with Configurator() as config:
        return _make_app(config)


def pyramid_on_adapted_waitress(global_config: dict[str, str]) -> Router:
    """Return the same application, on waitress as the service adapts it."""
    # Not at the top: the other baselines run without the package.
    from classroom import DEFAULT_SETTINGS  # noqa: PLC0415

    with Configurator(settings={**DEFAULT_SETTINGS, "sqlalchemy.url": "sqlite://"}) as config:
        config.include("classroom.services")
        config.include("classroom.server")
        return _make_app(config)


class Student:
    """The context that the path leads to."""


_TREE = {"api": {"v1.0": {"students": {"1": Student()}}}}


def _read(context: Student, request: Request) -> Response:
    return Response(_STUDENT, content_type="application/json")


def _make_app(config: Configurator) -> Router:
    config.set_root_factory(lambda request: _TREE)
    config.add_view(_read, context=Student)
    return config.make_wsgi_app()
