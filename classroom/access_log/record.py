"""The log record of a request."""

import logging
import time
from typing import Any

from ..logs import LogRecord

log = logging.getLogger("classroom.access")


class AccessRecord(LogRecord):
    """A record whose message contains all its fields as text.

    :param fields: the values by name. The last may contain spaces.
    """

    # Computing these attributes for each record would take three times as long.
    _common = LogRecord(log.name, logging.INFO, "", 0, "", (), None).__dict__

    def __init__(self, fields: dict[str, Any]) -> None:
        created = time.time()
        message = " ".join([f"{name}={value}" for name, value in fields.items()])
        self.__dict__ = {
            **self._common,
            **fields,
            "fields": fields,
            "msg": message,
            "created": created,
            "msecs": int(created % 1 * 1000),
        }
