"""What waitress refuses before the application sees it, refused in the application's words."""

from typing import Any

from pyramid.config import Configurator
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask

from .errors import error_response


class JSONErrorTask(ErrorTask):
    """Answers a request that is malformed or too large, then closes the connection."""

    request: Any  # the stubs know neither its error nor that headers are a list
    response_headers: Any

    def execute(self) -> None:
        error = self.request.error
        response = error_response(error.code, error.body)
        self.status = response.status
        self.response_headers.extend(response.headerlist)
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


def includeme(config: Configurator) -> None:
    HTTPChannel.error_task_class = JSONErrorTask
