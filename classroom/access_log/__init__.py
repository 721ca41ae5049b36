"""The access log: one line per request, and the id of the request in its response and log lines.

The logger is ``classroom.access``. Requests that waitress rejects are logged too.
"""

from pyramid.config import Configurator

from .tween import factory


def includeme(config: Configurator) -> None:
    config.add_server_tween(factory)
