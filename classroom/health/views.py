"""The views of the health checks. None of them uses the database, Redis or credentials."""

import msgspec
from pyramid.response import Response
from pyramid.view import view_config

from ..http.json_response import json_response
from ..request import Request
from ..schemas.base import Schema
from ..security.permissions import Permission
from ..views.documentation import Operation
from . import schemas
from .resources import Live, Ready

_LIVE = Operation("get{noun}", "Get {title}", (200, 304, 412))
_UNAVAILABLE = schemas.Readiness("unavailable", schemas.Checks("unavailable", "unknown", "ok"))
_READY = _LIVE._replace(failures={503: _UNAVAILABLE})


@view_config(context=Live, request_method="GET", permission=Permission.VIEW, operation=_LIVE)
def read_liveness(context: Live, request: Request) -> Response:
    """A process that does not answer should be restarted."""
    return _respond(schemas.Liveness("live"), 200)


@view_config(context=Ready, request_method="GET", permission=Permission.VIEW, operation=_READY)
def read_readiness(context: Ready, request: Request) -> Response:
    """Send requests to a process only while this returns 200. The checks run once per second."""
    checks = request.registry["classroom.readiness"].checks()
    if request.services.draining.is_set():
        return _respond(schemas.Readiness("draining", checks), 503)
    if checks.database == checks.migrations == "ok":
        return _respond(schemas.Readiness("ready", checks), 200)
    return _respond(schemas.Readiness("unavailable", checks), 503)


def _respond(body: Schema, status: int) -> Response:
    headers = [("Cache-Control", "no-store")]
    return json_response(msgspec.json.encode(body), status, headers)
