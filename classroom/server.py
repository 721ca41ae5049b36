"""Where waitress falls short of what the application promises."""

from typing import Any

from pyramid.config import Configurator
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask

from .errors import error_response


class JSONErrorTask(ErrorTask):
    """Answers a request that is malformed or too large, then closes the connection."""

    request: Any
    response_headers: Any

    def execute(self) -> None:
        error = self.request.error
        response = error_response(error.code, error.body)
        self.status = response.status
        self.response_headers.extend(response.headerlist)
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


# Annotated below is what the stubs of waitress do not know.


class Task(WSGITask):
    """Keeps the connection after an answer that has no body by definition: a 304."""

    request: Any

    def set_close_on_finish(self) -> None:
        wanted = (
            self.version == "1.0" or self.request.headers.get("CONNECTION", "").lower() == "close"
        )
        if self.has_body or wanted:
            super().set_close_on_finish()


class Parser(HTTPRequestParser):
    """Waitress's parser, which forgets that a URL may be wrong in more than its encoding."""

    def parse_header(self, header_plus: bytes) -> None:
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("Bad URI") from None


def includeme(config: Configurator) -> None:
    HTTPChannel.parser_class = Parser
    HTTPChannel.task_class = Task
    HTTPChannel.error_task_class = JSONErrorTask
