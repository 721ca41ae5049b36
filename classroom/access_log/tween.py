"""The server tween that identifies and logs each request."""

import logging
import time

from pyramid.registry import Registry

from ..logs import request_id
from ..server.tasks import Handler, Task
from .record import AccessRecord, log
from .request_ids import HEADER, request_id_of

_MAX_LENGTH = 1024  # characters of a method or a path that are logged


def factory(handler: Handler, registry: Registry) -> Handler:
    def access_log_tween(task: Task) -> None:
        id = request_id_of(task)
        task.response_headers.append((HEADER, id))
        token, began = request_id.set(id), time.perf_counter()
        try:
            handler(task)
        finally:
            # An error task responds to an exception that is raised before the response begins.
            if task.complete and log.isEnabledFor(logging.INFO):
                log.handle(AccessRecord(_fields(task, id, time.perf_counter() - began)))
            request_id.reset(token)

    return access_log_tween


def _fields(task: Task, id: str, seconds: float) -> dict[str, str | int | float]:
    environ = task.environ or {}
    return {
        "request_id": id,
        "client": environ.get("REMOTE_ADDR", task.channel.addr[0]),
        "method": _parsed(task, "command"),
        "path": _parsed(task, "request_uri").partition("?")[0],
        "status": int(task.status[:3]),
        "bytes": task.content_bytes_written,
        "milliseconds": round(seconds * 1000, 1),
        "user": environ.get("classroom.user", "-"),
    }


def _parsed(task: Task, attribute: str) -> str:
    """Return a part of the request line, or - if waitress could not parse it."""
    return getattr(task.request, attribute, "")[:_MAX_LENGTH] or "-"
