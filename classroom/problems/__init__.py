"""The pages that describe the error codes, at the URLs in the ``type`` of RFC 9457 problems."""

from pyramid.config import Configurator

from ..http.errors import PROBLEMS_PATH
from .resources import Problems


def includeme(config: Configurator) -> None:
    config.add_resource(PROBLEMS_PATH.strip("/"), Problems)
    config.scan(".")
