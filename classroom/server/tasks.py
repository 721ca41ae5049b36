"""Tasks, which produce responses: those of waitress itself, and those of the application."""

from collections.abc import Callable
from typing import Any, ClassVar

from pyramid.config import Configurator
from pyramid.registry import Registry
from waitress.task import ErrorTask, WSGITask
from waitress.task import Task as BaseTask

from ..http.codes import code_of_status
from ..http.errors import error_response
from .proxy_headers import parse_proxy_headers


class Task(BaseTask):
    """Send the head and the first part of the body with one system call; waitress needs two."""

    # Waitress's stubs annotate these differently from their use.
    request: Any
    response_headers: Any
    channel: Any
    environ: dict[str, Any] | None = None
    handler: "ClassVar[Handler]" = staticmethod(BaseTask.service)

    def service(self) -> None:
        type(self).handler(self)

    def build_response_header(self) -> bytes:
        if self.channel.server.services.draining.is_set():
            # Waitress closes the connection after the response, as if the client had sent this.
            self.request.headers["CONNECTION"] = "close"
        return super().build_response_header()

    def write(self, data: bytes) -> None:
        super().write(data)
        self.channel.flush()

    def finish(self) -> None:
        super().finish()
        self.channel.flush()


Handler = Callable[[Task], None]
"""The callable that a server tween wraps: the next one, or the execution of the task."""


class JSONErrorTask(Task, ErrorTask):
    """The response to a request that waitress rejects. The connection is closed after it."""

    def execute(self) -> None:
        # Waitress would respond in plain text.
        error = self.request.error
        response = error_response(self._environ(), code_of_status(error.code), error.body)
        self.status = response.status
        self.response_headers.extend(response.headerlist)
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)

    def _environ(self) -> dict[str, Any]:
        """Return the keys on which an error response depends.

        If the head is malformed, waitress has parsed no headers.
        """
        settings = self.channel.adj
        headers = {f"HTTP_{name}": value for name, value in self.request.headers.items()}
        environ = {
            **headers,
            **self.channel.server_keys,
            "REMOTE_ADDR": self.channel.addr[0],
            "SCRIPT_NAME": settings.url_prefix,
            "wsgi.url_scheme": settings.url_scheme,
        }
        if self.channel.is_from_proxy:
            parse_proxy_headers(
                environ,
                trusted_proxy_count=settings.trusted_proxy_count,
                trusted_proxy_headers=settings.trusted_proxy_headers,
            )
        return environ


class ApplicationTask(Task, WSGITask):
    """The execution of a request by the application."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        # Waitress sets SERVER_NAME to waitress.invalid by default, and SERVER_PROTOCOL to HTTP/1.0
        # for every version except 1.1.
        environ |= self.channel.server_keys
        environ["SERVER_PROTOCOL"] = f"HTTP/{self.request.version}"
        # The application limits password hashing to a share of the threads.
        environ["classroom.worker_threads"] = self.channel.server.adj.threads
        environ["classroom.throttle"] = self.channel.throttle
        return environ

    def set_close_on_finish(self) -> None:
        # Waitress would close the connection after each response without a body, such as a 304.
        is_last = (
            self.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close"
        )
        if self.has_body or is_last:
            super().set_close_on_finish()


def add_server_tween(config: Configurator, factory: Callable[[Handler, Registry], Handler]) -> None:
    """Add a server tween.

    It wraps the execution of each request, and the server tweens that were added earlier. Unlike a
    tween of Pyramid, it also receives the requests that waitress rejects.
    """
    Task.handler = staticmethod(factory(Task.handler, config.registry))


def remove_server_tweens() -> None:
    """Restore waitress's own handler. All applications of a process share the handler."""
    Task.handler = staticmethod(BaseTask.service)
