"""Log records on one line, with the id of the request that they belong to.

The record factory applies to all loggers, including waitress's.
"""

import logging

from pyramid.config import Configurator

from .records import LogRecord, request_id

__all__ = ["LogRecord", "request_id"]


def includeme(config: Configurator) -> None:
    logging.setLogRecordFactory(LogRecord)
