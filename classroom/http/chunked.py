"""A decoder of chunked bodies (RFC 9112, section 7.1)."""

import re
from collections.abc import Callable

from .message_head import FIELD, TOKEN, MalformedMessage

_MAX_LINE = 1024

_QUOTED_STRING = rb'"(?:[\t !#-\[\]-~\x80-\xff]|\\[\t -~\x80-\xff])*+"'
_SIZE = re.compile(
    rb"([0-9A-Fa-f]{1,16})(?:;%s(?:=(?:%s|%s))?+)*+\r\n" % (TOKEN, TOKEN, _QUOTED_STRING)
)
_TRAILER = re.compile(rb"%s\r\n" % FIELD)


class ChunkedDecoder:
    """A decoder that passes data to ``write``, and discards chunk extensions and trailers."""

    def __init__(self, write: Callable[[bytes], object]) -> None:
        self.completed = False
        self._write = write
        self._remaining = 0
        self._line = b""
        self._handle_line = self._start_chunk

    def feed(self, data: bytes) -> int:
        """Decode ``data``, and return how many of its bytes belong to the body.

        :raises MalformedMessage: if the data violates RFC 9112.
        """
        position = 0
        while position < len(data) and not self.completed:
            read = self._read_chunk if self._remaining else self._read_line
            position += read(data, position)
        return position

    def _read_chunk(self, data: bytes, position: int) -> int:
        chunk = data[position : position + self._remaining]
        self._write(chunk)
        self._remaining -= len(chunk)
        return len(chunk)

    def _read_line(self, data: bytes, position: int) -> int:
        end = data.find(b"\n", position, position + _MAX_LINE) + 1
        part = data[position : end or position + _MAX_LINE]
        self._line += part
        if len(self._line) > _MAX_LINE:
            raise MalformedMessage("a line of the chunked body is too long")
        if end:
            line, self._line = self._line, b""
            self._handle_line(line)
        return len(part)

    def _start_chunk(self, line: bytes) -> None:
        match = _SIZE.fullmatch(line)
        if not match:
            raise MalformedMessage("a chunk size is malformed")
        self._remaining = int(match[1], 16)
        self._handle_line = self._end_chunk if self._remaining else self._read_trailer

    def _end_chunk(self, line: bytes) -> None:
        if line != b"\r\n":
            raise MalformedMessage("a chunk is longer than its size")
        self._handle_line = self._start_chunk

    def _read_trailer(self, line: bytes) -> None:
        if line == b"\r\n":
            self.completed = True
        elif not _TRAILER.fullmatch(line):
            raise MalformedMessage("a trailer field is malformed")
