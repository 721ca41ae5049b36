"""Log records on one line, even if they contain control characters that a client sent."""

import logging
import re
from contextvars import ContextVar
from typing import Any

request_id: ContextVar[str] = ContextVar("request_id", default="-")
"""The id of the request that this thread executes."""

_MESSAGE_LENGTH = 4096
_TRACEBACK_LENGTH = 32768
# Control characters, line separators, text direction marks, and surrogates (not encodable).
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class LogRecord(logging.LogRecord):
    """A record with its message on one line, and its traceback indented below it."""

    fields: dict[str, Any] = {}
    """The values in the message, if the record is structured."""
    _traceback: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request_id = request_id.get()

    def getMessage(self) -> str:  # noqa: N802 (logging's name)
        return _escape(_shorten(super().getMessage(), _MESSAGE_LENGTH))

    # The formatter stores the traceback here before it prints it.
    @property
    def exc_text(self) -> str | None:
        return self._traceback

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._traceback = text and _indent(_shorten(text, _TRACEBACK_LENGTH))


def _shorten(text: str, length: int) -> str:
    """Omit the middle of a text that is too long. A traceback ends with its error."""
    if len(text) <= length:
        return text
    half = length // 2
    return f"{text[:half]}... ({len(text) - 2 * half} characters omitted) ...{text[-half:]}"


def _indent(traceback: str) -> str:
    """Indent each line, so that none looks like another record."""
    return "\n".join(f"    {_escape(line)}" for line in traceback.split("\n"))


def _escape(text: str) -> str:
    return _UNSAFE.sub(_escape_character, text)


def _escape_character(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode()
