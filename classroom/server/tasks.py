"""Tasks, which produce responses: those of waitress itself, and those of the application."""

from typing import Any

from waitress.task import ErrorTask, WSGITask
from waitress.task import Task as BaseTask

from ..http.codes import code_of_status
from ..http.errors import error_response


class _Task(BaseTask):
    """Send the head and the first part of the body with one system call; waitress needs two."""

    # Waitress's stubs annotate these differently from their use.
    request: Any
    response_headers: Any
    channel: Any

    def write(self, data: bytes) -> None:
        super().write(data)
        self.channel.flush()

    def finish(self) -> None:
        super().finish()
        self.channel.flush()


class JSONErrorTask(_Task, ErrorTask):
    """The response to a request that waitress rejects. The connection is closed after it."""

    def execute(self) -> None:
        # Waitress would respond in plain text.
        error = self.request.error
        environ = {"HTTP_ACCEPT": self.request.headers.get("ACCEPT", "")}
        response = error_response(environ, code_of_status(error.code), error.body)
        self.status = response.status
        self.response_headers.extend(response.headerlist)
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


class Task(_Task, WSGITask):
    """The execution of a request by the application."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
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
