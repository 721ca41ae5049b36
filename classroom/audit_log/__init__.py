"""The log of deletions and of changes to users. A line is written when the change is stored.

Deletions are logged by ``classroom.audit_log``, and changes to users by ``classroom.security``.
"""

import logging
from collections.abc import Callable
from typing import Any

import msgspec
from pyramid.config import Configurator
from pyramid.response import Response

from ..request import Request
from ..resources.base import Resource
from ..resources.users import User, Users

log = logging.getLogger(__name__)
security_log = logging.getLogger("classroom.security")

View = Callable[[Any, Request], Response]

_VERBS = {"POST": "created", "PATCH": "changed", "DELETE": "deleted"}


def logged_write(view: View, info: Any) -> View:
    """Log who deleted an item, or created or changed a user."""
    context, method = info.options.get("context"), info.options.get("request_method")
    if not isinstance(context, type) or method not in _VERBS:
        return view
    is_of_user = issubclass(context, User | Users)
    if not is_of_user and method != "DELETE":
        return view

    def logged_view(context: Resource, request: Request) -> Response:
        response = view(context, request)
        url = response.location or context.url
        written = f"{_VERBS[method]} {url.removeprefix(request.application_url)}"
        if method != "DELETE":
            written += f": {_values(request)}"
        target = security_log if is_of_user else log
        request.tm.get().addAfterCommitHook(_log, (target, request, written))
        return response

    return logged_view


def _values(request: Request) -> str:
    """Return the fields of a user in a body that the view has accepted, without the password."""
    sent = msgspec.json.decode(request.body)
    known = [f"{name} {sent[name]!r}" for name in ("name", "role") if name in sent]
    return ", ".join([*known, "password"] if "password" in sent else known)


def _log(is_stored: bool, log: logging.Logger, request: Request, written: str) -> None:
    if is_stored:
        assert request.identity  # noqa: S101 (the permission requires one)
        log.info("user %r at %s %s", request.identity.name, request.remote_addr, written)


def includeme(config: Configurator) -> None:
    config.add_view_deriver(logged_write)
