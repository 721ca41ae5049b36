"""Where waitress falls short of what the application promises.

Attributes are annotated below where the stubs of waitress do not know them.
"""

import re
import signal
import threading
from typing import Any

from pyramid.config import Configurator
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from .http.errors import error_response

_MUCH_WHITE_SPACE = re.compile(rb"[ \t]{128}")
_DRAIN_AT_MOST = 16 * 1024 * 1024


class JSONErrorTask(ErrorTask):
    """Answers a request that is malformed or too large, then closes the connection."""

    request: Any
    response_headers: Any

    def execute(self) -> None:
        error = self.request.error
        environ = {"HTTP_ACCEPT": self.request.headers.get("ACCEPT", "")}
        response = error_response(environ, error.code, error.body)
        self.status = response.status
        self.response_headers.extend(response.headerlist)
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


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
    """Refuses what would keep the one thread that reads from all clients busy, or end in no answer;
    and hears a client out, within bounds, who would else be cut off before it reads a 413.
    """

    error: Any
    _to_drain = 0

    def parse_header(self, header_plus: bytes) -> None:
        # Waitress takes seconds to see through kilobytes of white space.
        if _MUCH_WHITE_SPACE.search(header_plus):
            raise ParsingError("Too much white space")
        try:
            super().parse_header(header_plus)
        except ValueError:
            raise ParsingError("Malformed request") from None

    def received(self, data: bytes) -> int:
        if self._to_drain:
            drained = min(len(data), self._to_drain)
            self._to_drain -= drained
            self.completed = not self._to_drain
            return drained
        consumed = super().received(data)
        too_large = isinstance(self.error, RequestEntityTooLarge)
        if too_large and 0 < self.content_length <= _DRAIN_AT_MOST:
            self._to_drain, self.completed = self.content_length, False
        return consumed


def includeme(config: Configurator) -> None:
    # Waitress lets requests in flight be answered when it is interrupted, and when it is
    # terminated cuts them off; so that one becomes the other, unless somebody has seen to it.
    main_thread = threading.current_thread() is threading.main_thread()
    if main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    HTTPChannel.parser_class = Parser
    HTTPChannel.task_class = Task
    HTTPChannel.error_task_class = JSONErrorTask
