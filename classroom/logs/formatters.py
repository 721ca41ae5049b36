"""The formatters that the ini files name."""

import logging
import time
from functools import lru_cache
from typing import Any

from pythonjsonlogger.core import LogData
from pythonjsonlogger.msgspec import MsgspecFormatter

from .records import LogRecord


class TextFormatter(logging.Formatter):
    """Logging's formatter, in which ``%(request_id)s`` is valid for all records.

    Some records are created before the application and its record factory.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args, defaults={"request_id": "-"})


class JSONFormatter(MsgspecFormatter):
    """A formatter of records as JSON objects, with the time in UTC (RFC 3339)."""

    def format(self, record: logging.LogRecord) -> str:
        if isinstance(record, LogRecord) and record.fields:
            # The base class compares each attribute of a record with those of all records.
            message = record.getMessage()
            return self.jsonify_log_record(_common(record, message) | record.fields)
        return super().format(record)

    def add_fields(
        self, log_data: LogData, record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        log_data |= _common(record, record.message)
        super().add_fields(log_data, record, message_dict)


def _common(record: logging.LogRecord, message: str) -> dict[str, Any]:
    return {
        "time": _rfc_3339(record.created),
        "level": record.levelname,
        "logger": record.name,
        "message": message,
    }


def _rfc_3339(seconds: float) -> str:
    return f"{_format_second(int(seconds))}.{int(seconds % 1 * 1000):03d}Z"


@lru_cache(1)
def _format_second(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(second))
