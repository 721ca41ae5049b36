"""The request parser. Waitress creates one instance per request."""

import time
from typing import Any

from waitress.adjustments import Adjustments
from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.utilities import BadRequest, RequestEntityTooLarge

from ..http.chunked import ChunkedDecoder
from ..http.message_head import MalformedMessage, check_head

_MAX_DRAINED = 16 * 1024 * 1024


class StrictChunkedReceiver(ChunkedReceiver):
    """A receiver of chunked bodies that enforces RFC 9112.

    Waitress accepts empty lines and bare line feeds between chunks, and lines of any length.
    """

    def __init__(self, buffer: OverflowableBuffer) -> None:
        super().__init__(buffer)
        self._decoder = ChunkedDecoder(buffer.append)

    def received(self, s: bytes) -> int:
        try:
            consumed = self._decoder.feed(s)
        except MalformedMessage as error:
            self.error = BadRequest(str(error))
            return len(s)
        self.completed = self._decoder.completed
        return consumed


class Parser(HTTPRequestParser):
    """A parser that rejects malformed and ambiguous requests."""

    error: Any
    # These are read even if waitress could not parse the request.
    path = ""
    request_uri = ""
    _to_drain = 0

    def __init__(self, adj: Adjustments) -> None:
        super().__init__(adj)
        self.began = time.time()

    def parse_header(self, header_plus: bytes) -> None:
        # Waitress takes seconds to parse some malformed heads, in the thread that reads from all
        # clients. It accepts ambiguous framing, and sends no response if urlsplit() fails.
        try:
            check_head(header_plus)
            super().parse_header(header_plus)
        except MalformedMessage as error:
            raise ParsingError(str(error)) from None
        except ValueError:
            raise ParsingError("Malformed request") from None
        if self.chunked:
            self.body_rcv = StrictChunkedReceiver(OverflowableBuffer(self.adj.inbuf_overflow))

    def received(self, data: bytes) -> int:
        if self._to_drain:
            return self._drain(data)
        consumed = super().received(data)
        if self.completed:
            is_client_waiting = self.expect_continue and consumed == len(data)
            # Waitress would send 100 Continue even if no body follows, and then append the next
            # request to this one, so the next one would inherit its headers.
            self.expect_continue = False
            if self.error and not is_client_waiting:
                self._drain_oversized_body()
        return consumed

    def _drain_oversized_body(self) -> None:
        # A client that is still sending when the connection is closed does not receive the 413.
        too_large = isinstance(self.error, RequestEntityTooLarge)
        if too_large and 0 < self.content_length <= _MAX_DRAINED:
            self._to_drain, self.completed = self.content_length, False

    def _drain(self, data: bytes) -> int:
        drained = min(len(data), self._to_drain)
        self._to_drain -= drained
        self.completed = not self._to_drain
        return drained
